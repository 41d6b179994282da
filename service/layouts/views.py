"""Templates: a page of them all, one for the columns of each, and the files."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, render_template, request

from kg.importing import templates
from kg.importing.templates import Template
from service import addresses, caching, language, negotiation
from service.negotiation import CSV, HTML, JSON, XLSX, Format, vary

#: The workbook with the usual tables.
REGISTER = "register"
_FILES = {item.name: item for item in (XLSX, CSV)}


def listing() -> Response:
    """The tables that a register is filled into, and all others."""
    chosen = negotiation.choose((HTML, JSON), request.args.getlist("format"))
    known = [templates.template(kind) for kind in templates.kinds()]
    if chosen is JSON:
        return _sent(jsonify(templates=[_record(one) for one in known]), "list", chosen)
    usual = [one for one in known if one.kind in templates.USUAL]
    body = render_template(
        "imports/templates.html",
        usual=usual,
        others=[one for one in known if one.kind not in templates.USUAL],
        needed=templates.needed,
    )
    return _sent(Response(body, content_type=HTML.content_type), "list", chosen)


def layout(kind: str) -> Response:
    """The columns of a table: what each is for, whether it must be filled in, an example."""
    chosen = negotiation.choose((HTML, JSON), request.args.getlist("format"))
    found = templates.template(kind)
    if chosen is JSON:
        return _sent(jsonify(_record(found)), kind, chosen)
    body = render_template("imports/template.html", layout=found, needed=templates.needed)
    return _sent(Response(body, content_type=HTML.content_type), kind, chosen)


def download(kind: str, ending: str) -> Response:
    """An empty table as a file; `register.xlsx` is a workbook of the usual ones."""
    chosen = _FILES[ending]
    if kind == REGISTER and chosen is XLSX:
        body = templates.as_xlsx()
    else:
        body = templates.as_xlsx((kind,)) if chosen is XLSX else templates.as_csv(kind)
    response = Response(body, content_type=chosen.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.{ending}"'
    return _sent(response, kind, chosen)


def _sent(response: Response, name: str, chosen: Format) -> Response:
    tag = caching.tag(None, "template", name, chosen.name, language.interface())
    same = caching.unchanged(tag)
    if same is not None:
        return same
    response.set_etag(tag)
    return vary(response)


def _record(found: Template) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "title": found.title,
        "files": {
            name: addresses.public(f"/templates/{found.kind}.{name}") for name in sorted(_FILES)
        },
        "columns": [
            {
                "name": column.name,
                "label": column.label,
                "about": column.about,
                "example": column.example,
                "required": templates.needed(found.kind, column),
            }
            for column in found.columns
        ],
    }


__all__ = ["REGISTER", "download", "layout", "listing"]

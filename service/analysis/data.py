"""Results for programs: JSON with labels and sources, CSV of a table, workbooks."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request

from kg import workbook
from kg.analysis.catalogue import Analysis, analysis
from kg.analysis.results import Result
from service import addresses, language
from service.analysis import asked
from service.negotiation import CSV, JSON, XLSX, Format, vary
from service.questions import api
from service.questions.asked import permanent

FORMATS = (JSON, XLSX)
TABLE_FORMATS = (JSON, CSV, XLSX)
ENDINGS = tuple(item.name for item in FORMATS)
TABLE_ENDINGS = tuple(item.name for item in TABLE_FORMATS)
_BY_ENDING = {item.name: item for item in TABLE_FORMATS}


def summary(found: Analysis) -> dict[str, Any]:
    """What the list says of an analysis."""
    return {
        "id": found.id,
        "url": addresses.public(f"/tools/{found.id}"),
        "title": found.title,
        "rationale": found.rationale,
        "theme": found.theme,
        "note": found.note,
        "needs": found.needs,
        "parameters": api.parameters(found.parameters),
        "tables": [
            {"name": table.name, "note": table.note, **api.summary(table.question)}
            for table in found.tables
        ],
    }


def tool(name: str, ending: str) -> Response:
    """All tables of an analysis in a format.

    Args:
        name: Id of the analysis.
        ending: One of `ENDINGS`.
    """
    found = analysis(name)
    return _sent(found, None, _BY_ENDING[ending])


def table(name: str, table: str, ending: str) -> Response:
    """One table of an analysis in a format; machine formats are never cut.

    Args:
        name: Id of the analysis.
        table: Name of the table.
        ending: One of `TABLE_ENDINGS`.
    """
    found = analysis(name)
    found.table(table)
    return _sent(found, table, _BY_ENDING[ending])


def _sent(found: Analysis, table: str | None, chosen: Format) -> Response:
    path = f"{found.id}/{table}" if table else found.id
    ready = asked.ready(found, path, chosen.name, asked.DATA_SECONDS, page=False)
    if isinstance(ready, Response):
        return ready
    result, etag = ready
    body = _all(result, chosen) if table is None else _one(result, table, chosen)
    response = Response(body, content_type=chosen.content_type)
    if chosen is not JSON:
        shown = "attachment" if chosen is XLSX else "inline"
        name = f"{path.replace('/', '-')}.{chosen.name}"
        response.headers["Content-Disposition"] = f'{shown}; filename="{name}"'
    response.set_etag(etag)
    response.headers["Link"] = (
        f'<{addresses.public(f"/tools/{found.id}")}>; rel="describedby"; type="text/html"'
    )
    return vary(response)


def _one(result: Result, table: str, chosen: Format) -> str | bytes:
    answered = result.answered(table, language.content())
    if chosen is JSON:
        return api.as_json(answered, result.origin)
    if chosen is CSV:
        return api.as_csv(answered, bom=request.args.get("bom") == "1")
    path = f"/tools/{answered.question.id}?{permanent(answered)}"
    return workbook.write(answered, result.origin, addresses.site() + path)


def _all(result: Result, chosen: Format) -> str | bytes:
    found = result.asked
    answered = {t.name: result.answered(t.name, language.content()) for t in found.tables}
    if chosen is JSON:
        held = {name: json.loads(api.as_json(one, result.origin)) for name, one in answered.items()}
        return json.dumps(
            {
                "tool": summary(found),
                "values": result.values,
                "language": language.content(),
                "data": {"version": result.version, "digest": result.digest},
                "software": result.software,
                "seconds": result.seconds,
                "tables": held,
            },
            ensure_ascii=False,
        )
    first = next(iter(answered.values()))
    link = f"{addresses.site()}/tools/{found.id}?{permanent(first)}"
    return workbook.write_all(list(answered.values()), result.origin, link)


__all__ = ["ENDINGS", "FORMATS", "TABLE_ENDINGS", "TABLE_FORMATS", "summary", "table", "tool"]

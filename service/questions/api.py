"""Answers for programs: JSON with labels and sources, CSV, XLSX, SPARQL results, and the query."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from flask import Response, request

from kg import asking, catalogue, workbook
from kg.asking import Answered, Cell, Origin, Source
from kg.catalogue import Parameter, Question
from service import addresses, caching
from service.negotiation import CSV, JSON, RESULTS_JSON, RQ, SRJ, XLSX, vary
from service.questions import asked
from service.questions.reading import number
from service.state import engine, version

#: Representations of an answer for programs, our preference first.
FORMATS = (JSON, CSV, XLSX, SRJ, RQ)
ENDINGS = tuple(item.name for item in FORMATS)
_BY_ENDING = {item.name: item for item in FORMATS}


def summary(question: Question) -> dict[str, Any]:
    """What the catalogue says of a question."""
    return {
        "id": question.id,
        "url": addresses.public(asked.path(question)),
        "title": question.title,
        "rationale": question.rationale,
        "theme": question.theme,
        "view": question.view,
        "parameters": parameters(question.parameters),
        "columns": [{"name": c.name, "role": c.role, "label": c.label} for c in question.columns],
    }


def parameters(some: Iterable[Parameter]) -> list[dict[str, Any]]:
    """What the catalogue says of parameters."""
    return [
        {
            "name": p.name,
            "type": p.type,
            "of": p.of or None,
            "label": p.label,
            "default": p.default,
            "minimum": p.minimum,
            "maximum": p.maximum,
            **({"values": p.values} if p.values else {}),
        }
        for p in some
    ]


def _cell(cell: Cell) -> dict[str, Any]:
    found: dict[str, Any] = {"text": cell.text}
    if cell.iri is not None:
        found.update(iri=cell.iri, label=cell.label)
    if cell.facts:
        found = {"facts": list(cell.facts)}
    return found


def _source(source: Source, language: str) -> dict[str, Any]:
    return {
        "place": source.place,
        "document": source.document,
        "title": source.title,
        "locator": source.locator,
        "page": source.page,
        "span": list(source.span) if source.span else None,
        "retrieved": source.retrieved,
        "doi": source.doi,
        "upstream": source.upstream,
        "citation": source.cite(language),
    }


def as_json(answered: Answered, origin: Origin | None = None) -> str:
    """An answer with everything it rests on.

    Args:
        answered: The answer.
        origin: What gave it; the data of now when left out.
    """
    now = version()
    number, digest = (origin.version, origin.digest) if origin else (now.number, now.digest)
    return json.dumps(
        {
            "question": summary(answered.question),
            "values": answered.parameters,
            "language": answered.language,
            "data": {"version": number, "digest": digest},
            "total": len(answered.rows),
            "rows": [{name: _cell(cell) for name, cell in row.items()} for row in answered.rows],
            "sources": {
                fact: [_source(source, answered.language) for source in some]
                for fact, some in answered.sources.items()
            },
        },
        ensure_ascii=False,
    )


def as_csv(answered: Answered, *, bom: bool) -> str:
    """An answer as RFC 4180 rows; the sources are the last columns.

    Args:
        answered: The answer.
        bom: For spreadsheets: begin with a byte order mark, and keep texts from being formulas.

    Returns:
        The text.
    """
    out = io.StringIO()
    names = asking.field_names(answered)
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    for record in asking.records(answered):
        writer.writerow({k: _harmless(v) if bom else v for k, v in record.items()})
    return ("\ufeff" if bom else "") + out.getvalue()


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection); numbers stay."""
    formula = text.startswith(("=", "+", "@", "\t", "\r", "\n"))
    return "'" + text if formula or (text.startswith("-") and number(text) is None) else text


def _body(question_id: str, ending: str) -> str | bytes:
    if ending == "rq":
        return asked.query(question_id)
    if ending == "srj":
        found = engine().query(asked.query(question_id), RESULTS_JSON.media_type)
        return found.read()
    if ending == "xlsx":
        answered, origin = asked.answer_and_origin(question_id)
        path = f"/questions/{question_id}?{asked.permanent(answered)}"
        return workbook.write(answered, origin, addresses.site() + path)
    answered = asked.answer(question_id)
    if ending == "json":
        return as_json(answered)
    return as_csv(answered, bom=request.args.get("bom") == "1")


def answer(question_id: str, ending: str) -> Response:
    """The whole answer in a format.

    Args:
        question_id: Id of the question.
        ending: One of `ENDINGS`.

    Returns:
        The answer; machine formats are never cut.
    """
    catalogue.question(question_id)
    etag = asked.etag(question_id, ending)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    response = Response(_body(question_id, ending), content_type=_BY_ENDING[ending].content_type)
    if ending != "json":
        shown = "attachment" if ending == "xlsx" else "inline"
        response.headers["Content-Disposition"] = f'{shown}; filename="{question_id}.{ending}"'
    response.set_etag(etag)
    response.headers["Link"] = (
        f'<{addresses.public(f"/questions/{question_id}")}>; rel="describedby"; type="text/html"'
    )
    return vary(response)

"""The tools in the description of the HTTP interface (OpenAPI 3.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kg.analysis import projecting
from kg.analysis.catalogue import Analysis, analyses
from kg.catalogue import Question
from kg.entries import Parameter
from service.analysis import data, tables
from service.home.schemas import BINARY, TEXT, problems, ref
from service.negotiation import CSV, HTML, JSON, XLSX

#: Describes a parameter of a question or tool.
Described = Callable[[Question, Parameter, str], dict[str, Any]]

_OBJECT = {"type": "object"}
_ASKED = ("not-found", "not-acceptable", "invalid-parameter", "busy", "query-timeout")
_COMING = {
    "description": "It is being computed: ask again at the same address after Retry-After seconds.",
    "headers": {"Retry-After": {"schema": {"type": "integer"}}},
    "content": {JSON.media_type: {"schema": _OBJECT}},
}
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "How long to wait for a result that must be computed, up to 30 s (RFC 7240).",
    "schema": TEXT,
    "example": "wait=20",
}


def paths(tag: str, parameter: Described) -> dict[str, Any]:
    """The paths of the tools.

    Args:
        tag: Language of the summaries.
        parameter: Describes a parameter.
    """
    found: dict[str, Any] = {
        "/tools": {
            "get": {
                "operationId": "tools",
                "summary": "The tools with their tables and parameters.",
                "parameters": [ref("parameters", "lang"), ref("parameters", "format")],
                "responses": {
                    "200": {
                        "description": "All tools.",
                        "content": {
                            JSON.media_type: {"schema": _OBJECT},
                            HTML.media_type: {"schema": TEXT},
                        },
                    }
                }
                | problems("not-acceptable"),
            }
        },
        "/dumps/{version}/table/{name}.parquet": _table(),
    }
    for one in analyses():
        found[f"/tools/{one.id}"] = _tool(one, tag, parameter)
        found[f"/tools/{one.id}/{{table}}"] = _one(one, tag, parameter)
    return found


def _values(one: Analysis, tag: str, parameter: Described) -> list[dict[str, Any]]:
    question = one.tables[0].question
    return [
        *(parameter(question, each, tag) for each in one.parameters),
        ref("parameters", "lang"),
        ref("parameters", "format"),
        _PREFER,
    ]


def _tool(one: Analysis, tag: str, parameter: Described) -> dict[str, Any]:
    content: dict[str, Any] = {HTML.media_type: {"schema": TEXT}}
    for item in data.FORMATS:
        content[item.media_type] = {"schema": BINARY if item is XLSX else _OBJECT}
    return {
        "get": {
            "operationId": f"tool-{one.id}",
            "summary": one.title[tag],
            "description": one.rationale[tag],
            "tags": [one.theme[tag]],
            "parameters": _values(one, tag, parameter),
            "responses": {
                "200": {
                    "description": "All tables, each row with its sources.",
                    "content": content,
                },
                "202": _COMING,
            }
            | problems(*_ASKED),
        }
    }


def _one(one: Analysis, tag: str, parameter: Described) -> dict[str, Any]:
    content: dict[str, Any] = {HTML.media_type: {"schema": TEXT}}
    for item in data.TABLE_FORMATS:
        schema = BINARY if item is XLSX else TEXT if item is CSV else ref("schemas", "Answer")
        content[item.media_type] = {"schema": schema}
    names = [table.name for table in one.tables]
    name = {
        "name": "table",
        "in": "path",
        "required": True,
        "description": "; ".join(f"{t.name}: {t.question.title[tag]}" for t in one.tables),
        "schema": {"type": "string", "enum": names},
        "example": names[0],
    }
    return {
        "get": {
            "operationId": f"table-{one.id}",
            "summary": one.title[tag],
            "description": one.rationale[tag],
            "tags": [one.theme[tag]],
            "parameters": [name, *_values(one, tag, parameter)],
            "responses": {
                "200": {"description": "One table, each row with its sources.", "content": content},
                "202": _COMING,
            }
            | problems(*_ASKED),
        }
    }


def _table() -> dict[str, Any]:
    """A projection as a file."""
    names = [one.name for one in projecting.projections()]
    return {
        "get": {
            "operationId": "table",
            "summary": "A table that the tools read: a view of a data version, as Parquet.",
            "parameters": [
                {
                    "name": "version",
                    "in": "path",
                    "required": True,
                    "description": "Number of the data version.",
                    "schema": {"type": "integer", "minimum": 1},
                    "example": 1,
                },
                {
                    "name": "name",
                    "in": "path",
                    "required": True,
                    "description": "Name of the table.",
                    "schema": {"type": "string", "enum": names},
                    "example": "pairs",
                },
            ],
            "responses": {
                "200": {
                    "description": "The table.",
                    "content": {tables.MEDIA_TYPE: {"schema": BINARY}},
                },
                "202": _COMING,
            }
            | problems("not-found", "gone", "busy"),
        }
    }


__all__ = ["paths"]

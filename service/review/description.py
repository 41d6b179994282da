"""Links, decisions and templates in the description of the HTTP interface (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from kg.importing import templates
from kg.linking.links import STATUSES
from kg.linking.reviewing import VERBS
from service.home.schemas import BINARY, TEXT, problems, ref
from service.imports.description import SECURE
from service.negotiation import CSV, HTML, JSON, XLSX
from service.review import deciding, listing

_OBJECT = {"type": "object"}
_LINK = {"type": "string", "description": "Id of a link, or its beginning."}


def _query(name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema} | more


def _decision() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id", "verb"],
        "properties": {
            "id": _LINK,
            "verb": {"type": "string", "enum": list(VERBS)},
            "as": {"type": "string", "description": "Key of the thing that the record is."},
            "seen": {"enum": list(STATUSES), "description": "Refused when it is another now."},
        },
    }


def paths() -> dict[str, Any]:
    """The paths of links and templates."""
    listed = {
        HTML.media_type: {"schema": TEXT},
        **{form.media_type: {"schema": TEXT} for form in listing.FORMATS},
        JSON.media_type: {"schema": _OBJECT},
    }
    decisions = {
        "type": "object",
        "required": ["decisions"],
        "properties": {
            "decisions": {
                "type": "array",
                "items": _decision(),
                "minItems": 1,
                "maxItems": deciding.MOST,
            }
        },
    }
    form = _decision() | {
        "properties": _decision()["properties"] | {"id": {"type": "array", "items": _LINK}}
    }
    kinds = (HTML, JSON)
    return {
        "/review": {
            "get": {
                "operationId": "links",
                "summary": "What imported records may be, the surest first; as SSSOM and RDF what "
                "is linked or decided, whole.",
                "parameters": [
                    _query(
                        "status",
                        "Status of the links.",
                        {"type": "string", "enum": [*STATUSES, "all"], "default": "open"},
                        example="all",
                    ),
                    _query("source", "Key of the document that was imported.", TEXT),
                    _query("kind", "First part of the keys of the records.", TEXT, example="org"),
                    _query("page", "Number of a page.", {"type": "integer"}, example=1),
                    ref("parameters", "lang"),
                ],
                "responses": {"200": {"description": "The links.", "content": listed}}
                | problems("not-acceptable", "invalid-parameter"),
            },
            "post": {
                "operationId": "decide",
                "summary": "Decide on links, all in one change of the graph.",
                "security": SECURE,
                "requestBody": {
                    "required": True,
                    "content": {
                        JSON.media_type: {"schema": decisions},
                        deciding.FORM: {"schema": form},
                    },
                },
                "responses": {
                    "200": {
                        "description": "What was changed, and the links of these records now.",
                        "content": {JSON.media_type: {"schema": _OBJECT}},
                    }
                }
                | problems(
                    "bad-request",
                    "unauthorized",
                    "forbidden",
                    "not-found",
                    "conflict",
                    "stale",
                    "unsupported-media-type",
                    "invalid-parameter",
                    "busy",
                ),
            },
        },
        "/templates": {
            "get": {
                "operationId": "templates",
                "summary": "The tables that a register is filled into, with their columns.",
                "parameters": [ref("parameters", "lang")],
                "responses": {
                    "200": {
                        "description": "All tables, the usual ones first.",
                        "content": {k.media_type: {"schema": _OBJECT} for k in kinds}
                        | {HTML.media_type: {"schema": TEXT}},
                    }
                }
                | problems("not-acceptable"),
            }
        },
        **{f"/templates/{{kind}}.{f.name}": _file(f.name, f.media_type) for f in (XLSX, CSV)},
    }


def _file(name: str, media_type: str) -> dict[str, Any]:
    kind = {
        "name": "kind",
        "in": "path",
        "required": True,
        "description": "Name of a table; register.xlsx holds the usual ones.",
        "schema": {"type": "string"},
        "example": templates.USUAL[0],
    }
    content = {media_type: {"schema": TEXT if name == CSV.name else BINARY}}
    return {
        "get": {
            "operationId": f"template-{name}",
            "summary": "An empty table with headings in both languages.",
            "parameters": [kind],
            "responses": {"200": {"description": "The file.", "content": content}}
            | problems("not-found"),
        }
    }


__all__ = ["paths"]

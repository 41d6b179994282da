"""The description of changes and files in the HTTP interface (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from service.home.schemas import BINARY, TEXT, problems
from service.imports.description import SECURE
from service.negotiation import HTML, JSON

_NUMBER = {"type": "integer"}
_PATCH = "application/rdf-patch"
_SINCE = {
    "name": "since",
    "in": "query",
    "description": "Only changes after this data version; 0 is the empty graph.",
    "schema": {"type": "integer", "minimum": 0},
    "example": 0,
}
_BEFORE = {
    "name": "before",
    "in": "query",
    "description": "Only changes before the one that made this data version: an earlier page.",
    "schema": {"type": "integer", "minimum": 1},
}
_CHANGE = {
    "change": _NUMBER | {"description": "The data version that it made."},
    "commit": TEXT,
    "at": {"type": ["string", "null"], "format": "date-time"},
    "agent": TEXT,
    "activity": TEXT,
    "source": TEXT,
    "note": TEXT,
    "undoes": {"type": ["integer", "null"]},
    "added": {"type": ["integer", "null"], "description": "Quads; null when no longer kept."},
    "removed": {"type": ["integer", "null"]},
    "digest": TEXT | {"description": "Content digest of the data version."},
    "url": TEXT,
    "patch": {"type": ["string", "null"]},
}
_FEED = {
    "version": _NUMBER,
    "digest": TEXT,
    "oldest": _NUMBER | {"description": "The oldest data version from which patches are kept."},
    "changes": {
        "type": "array",
        "items": {"type": "object", "required": list(_CHANGE), "properties": _CHANGE},
    },
    "links": {"type": "object", "additionalProperties": TEXT},
}
_PERSON = {
    "person": TEXT | {"format": "iri", "description": "IRI of a person in the graph."},
    "reason": TEXT
    | {"minLength": 1, "description": "Why, in one sentence that names nobody: it is public."},
}
_DONE: dict[str, Any] = {
    "changed": {"type": "boolean"},
    "added": _NUMBER | {"description": "Quads."},
    "removed": _NUMBER,
    "version": _NUMBER | {"description": "The data version that it made."},
    "digest": TEXT,
    "commit": TEXT,
    "warnings": {"type": "array", "items": {"type": "object"}},
}
#: What a change is answered with.
DONE = {"type": "object", "required": list(_DONE), "properties": _DONE}
_CHANGED = {"Location": {"description": "The change.", "schema": TEXT}}


def _hide() -> dict[str, Any]:
    """Hiding a person."""
    body = {"type": "object", "required": list(_PERSON), "properties": _PERSON}
    example = {
        "person": "https://w3id.org/istc-kg/id/person/openalex-A1984172240",
        "reason": "At the person's request.",
    }
    return {
        "operationId": "hide",
        "summary": "Hide a person: pages, search, tools, downloads and SPARQL go without, and no "
        "later import or build brings the person back. Needs a token of the scope admin.",
        "security": SECURE,
        "requestBody": {
            "required": True,
            "content": {JSON.media_type: {"schema": body, "example": example}},
        },
        "responses": {
            "200": {
                "description": "The person is hidden; the change tells who did it, when and why.",
                "headers": _CHANGED,
                "content": {JSON.media_type: {"schema": DONE}},
            }
        }
        | problems(
            *("bad-request", "unauthorized", "forbidden", "not-found", "non-conforming", "busy"),
            "store-unavailable",
        ),
    }


def _undo(number: dict[str, Any]) -> dict[str, Any]:
    """Taking a change back."""
    return {
        "operationId": "undo",
        "summary": "Take a change back, as a new change; refused, with a list, where the same "
        "was changed since. Needs a token of the scope write (for a decision on links import, for "
        "hiding a person admin).",
        "security": SECURE,
        "parameters": [number],
        "responses": {
            "200": {
                "description": "The graph is as it was without the change.",
                "headers": _CHANGED,
                "content": {JSON.media_type: {"schema": DONE}},
            }
        }
        | problems(
            *("unauthorized", "forbidden", "not-found", "conflict", "gone", "non-conforming"),
            *("busy", "store-unavailable", "query-timeout"),
        ),
    }


def paths() -> dict[str, Any]:
    """The operations."""
    feed = {"type": "object", "required": list(_FEED), "properties": _FEED}
    content = {
        JSON.media_type: {"schema": feed},
        "application/atom+xml": {"schema": TEXT},
        _PATCH: {"schema": TEXT},
        HTML.media_type: {"schema": TEXT},
    }
    number = {"name": "number", "in": "path", "required": True, "schema": _NUMBER, "example": 1}
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "Name of a file, as /downloads lists them.",
        "schema": TEXT,
        "example": "class/University.csv",
    }
    return {
        "/changes": {
            "get": {
                "operationId": "changes",
                "summary": "The changes of the graph, newest first; as RDF Patch all in one.",
                "parameters": [_SINCE, _BEFORE],
                "responses": {"200": {"description": "The changes.", "content": content}}
                | problems("not-found", "not-acceptable", "gone", "invalid-parameter", "busy"),
            }
        },
        "/changes/{number}": {
            "get": {
                "operationId": "change",
                "summary": "One change: who, when, how; or its quads as an RDF Patch.",
                "parameters": [number],
                "responses": {
                    "200": {
                        "description": "The change.",
                        "content": {
                            JSON.media_type: {"schema": {"type": "object"}},
                            _PATCH: {"schema": TEXT},
                            HTML.media_type: {"schema": TEXT},
                        },
                    }
                }
                | problems("not-found", "not-acceptable", "gone"),
            }
        },
        "/changes/{number}/undo": {"post": _undo(number)},
        "/hide": {"post": _hide()},
        "/dumps/latest/{name}": {
            "get": {
                "operationId": "latest",
                "summary": "To a file of the newest data version.",
                "parameters": [name],
                "responses": {
                    "302": {
                        "description": "The file, which never changes.",
                        "headers": {"Location": {"schema": TEXT}},
                    }
                }
                | problems("not-found"),
            }
        },
        "/dumps/{number}/{name}": {
            "get": {
                "operationId": "dump",
                "summary": "A file of a data version: the whole graph, a named graph, a class.",
                "parameters": [number, name],
                "responses": {
                    "200": {
                        "description": "The file; ranges are answered.",
                        "content": {
                            "application/gzip": {"schema": BINARY},
                            "text/csv": {"schema": TEXT},
                            "text/plain": {"schema": TEXT},
                        },
                    }
                }
                | problems("not-found", "gone", "range-not-satisfiable"),
            }
        },
    }


__all__ = ["DONE", "paths"]

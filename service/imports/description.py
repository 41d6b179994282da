"""Imports in the description of the HTTP interface (OpenAPI 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg.importing.jobs import STATES
from kg.settings import BARS
from service.graphs.bodies import FORM
from service.home.schemas import BINARY, TEXT, problems, ref
from service.imports.reports import DIFFERENCES, REPORTS
from service.imports.sending import ENDINGS
from service.negotiation import HTML, JSON, Format

_WHOLE = {"type": "integer"}
_MAYBE = {"type": ["string", "null"]}
_OBJECT = {"type": ["object", "null"]}
_FILE = {
    "type": "object",
    "required": ["name", "bytes", "sha256"],
    "properties": {"name": TEXT, "bytes": _WHOLE, "sha256": TEXT},
}
_TOKEN = ("unauthorized", "forbidden")
#: What sending files may be answered with.
_SENDING = ("bad-request", "too-large", "unsupported-media-type", "invalid-parameter")
SECURITY = {"token": {"type": "http", "scheme": "bearer"}}
SECURE: list[dict[str, list[str]]] = [{name: [] for name in SECURITY}]


def schemas() -> dict[str, Any]:
    """The schemas of imports."""
    members: dict[str, Any] = {
        "id": TEXT,
        "state": {"type": "string", "enum": list(STATES)},
        "active": {"type": "boolean", "description": "Whether the state changes by itself."},
        "who": {"type": "string", "description": "Name of the token."},
        "source": {"type": "string", "description": "Key of the source."},
        "bar": {"type": ["string", "null"], "enum": [*BARS, None]},
        "dryRun": {"type": "boolean"},
        "files": {"type": "array", "items": _FILE},
        "mapping": {"oneOf": [_FILE, {"type": "null"}]},
        "progress": _OBJECT | {"description": "stage, done and total"},
        **dict.fromkeys(("created", "started", "checked", "committed", "reverted"), _MAYBE),
        "preview": _OBJECT | {"description": "What it does to the graph, and what was found."},
        "version": {"type": ["integer", "null"], "description": "The data version that it made."},
        "changed": {"type": ["boolean", "null"]},
        "undoneBy": {"type": ["integer", "null"]},
        "kept": {"type": "boolean", "description": "Whether its files are still there."},
        "ahead": {"type": ["integer", "null"], "description": "Imports that come before it."},
        "problem": {"oneOf": [ref("schemas", "Problem"), {"type": "null"}]},
        "links": {"type": "object", "additionalProperties": _MAYBE},
    }
    lists = {
        "imports": {"type": "array", "items": ref("schemas", "Import")},
        "total": _WHOLE,
        "page": _WHOLE,
        "pages": _WHOLE,
    }
    done = {"changed": {"type": "boolean"}, "version": _WHOLE, "import": ref("schemas", "Import")}
    return {
        "Import": _all(members),
        "Imports": _all(lists),
        "Committed": {"type": "object", "required": list(done), "properties": done},
    }


def _all(members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(members), "properties": members}


def _query(name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    entry = {"name": name, "in": "query", "description": description, "schema": schema}
    return entry | more


_SOURCE = "Key of the source: lower-case letters, digits and hyphens; else of the file."
_ORDER = (
    _query("source", _SOURCE, TEXT, example="office-register"),
    _query("name", "Name of the file that is the body.", TEXT, example="register.csv"),
    _query("bar", "Gravity that refuses.", {"type": "string", "enum": list(BARS)}),
    _query("dry_run", "Check only, and never commit.", {"type": "boolean"}, example=True),
)
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Id of an import.",
    "schema": TEXT,
}


def _body() -> dict[str, Any]:
    fields = {
        "file": {"type": "array", "items": BINARY, "description": "Tables or RDF, also gzip."},
        "source": {"type": "string", "description": _SOURCE},
        "mapping": BINARY | {"description": "How a table of your own becomes triples (.rq)."},
        "bar": {"type": "string", "enum": list(BARS)},
        "dry_run": {"type": "boolean"},
    }
    form = {"schema": {"type": "object", "required": ["file"], "properties": fields}}
    return {
        "required": True,
        "content": {FORM: form} | {kind: {"schema": BINARY} for kind in ENDINGS},
    }


def _json(description: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {JSON.media_type: {"schema": ref("schemas", schema)}},
    }


def _accepted() -> dict[str, Any]:
    return _json("The import, which waits for its turn.", "Import") | {
        "headers": {"Location": {"schema": TEXT}}
    }


def _forms(description: str, forms: Iterable[Format]) -> dict[str, Any]:
    kinds = {form.media_type: {"schema": TEXT} for form in forms}
    return {
        "description": description,
        "content": kinds | {JSON.media_type: {"schema": {"type": "object"}}},
    }


def _report(description: str) -> dict[str, Any]:
    return _forms(description, REPORTS)


def _get(id_: str, summary: str, answer: dict[str, Any], *slugs: str) -> dict[str, Any]:
    return {
        "operationId": id_,
        "summary": summary,
        "security": SECURE,
        "parameters": [_ID],
        "responses": {"200": answer} | problems(*_TOKEN, "not-found", *slugs),
    }


def paths() -> dict[str, Any]:
    """The paths of imports."""
    pages = {HTML.media_type: {"schema": TEXT}}
    one, many = _json("As it is now.", "Import"), _json("Newest first.", "Imports")
    for answer in (one, many):
        answer["content"] |= pages
    events = {
        "description": "Each event is an import.",
        "content": {"text/event-stream": {"schema": TEXT}},
    }
    difference = _forms("Numbers and the first quads; or all of it as an RDF Patch.", DIFFERENCES)
    done = _json("What was done.", "Committed")
    named = [ref("parameters", "lang")]
    return {
        "/imports": {
            "post": {
                "operationId": "import",
                "summary": "Send files to be imported.",
                "security": SECURE,
                "parameters": list(_ORDER),
                "requestBody": _body(),
                "responses": {"202": _accepted()}
                | problems(*_TOKEN, *_SENDING, "too-many-requests"),
            },
            "get": {
                "operationId": "imports",
                "summary": "Your imports; with a token for everything, those of all.",
                "security": SECURE,
                "parameters": [_query("page", "Number of a page.", _WHOLE, example=1)],
                "responses": {"200": many} | problems(*_TOKEN, "not-acceptable"),
            },
        },
        "/imports/{id}": {
            "get": _get("importState", "How far an import is.", one, "not-acceptable"),
            "delete": _get(
                "cancelImport", "Cancel an import that waits or is checked.", one, "wrong-state"
            ),
        },
        "/imports/{id}/events": {
            "get": _get("followImport", "Follow an import until it is done.", events, "busy")
        },
        "/imports/{id}/report": {
            "get": _get(
                "importReport",
                "Everything that is wrong or doubtful.",
                _report("The report."),
                "not-acceptable",
                "wrong-state",
            )
        },
        "/imports/{id}/diff": {
            "get": _get(
                "importDifference",
                "What it adds to the graph and takes away.",
                difference,
                "not-acceptable",
                "wrong-state",
            )
        },
        "/imports/{id}/commit": {
            "post": _deciding(
                _get(
                    "commitImport",
                    "Make it a data version: everything or nothing.",
                    done,
                    "wrong-state",
                    "stale",
                    "non-conforming",
                    "store-unavailable",
                ),
                {"202": _json("The graph has changed: it is being checked anew.", "Import")},
            )
        },
        "/imports/{id}/revert": {
            "post": _get(
                "revertImport",
                "Take it back; refused with a list of what was changed since.",
                done,
                "conflict",
                "non-conforming",
                "store-unavailable",
            )
        },
        "/validate": {
            "post": {
                "operationId": "validate",
                "summary": "Check files as an import would; small ones need no token.",
                "security": [{}, *SECURE],
                "parameters": [*_ORDER[:3], *named],
                "requestBody": _body(),
                "responses": {
                    "200": _report("They conform; the report."),
                    "202": _accepted(),
                    "422": _report("They do not conform; the same report."),
                }
                | problems(*_TOKEN, *_SENDING[:-1], "too-many-requests", "busy"),
            }
        },
    }


def _deciding(operation: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return operation | {"responses": operation["responses"] | more}


__all__ = ["SECURITY", "paths", "schemas"]

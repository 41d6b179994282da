"""Queries and updates in the description of the HTTP interface (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from service.graphs.contract import DONE
from service.home.schemas import TEXT, problems
from service.imports.description import SECURE
from service.negotiation import GRAPHS, HTML, JSON, ROWS
from service.sparql.protocol import FORM_TYPE, QUERY_TYPE, UPDATE_TYPE

_IRIS = {"type": "array", "items": {"type": "string", "format": "iri"}}
_QUERY = TEXT | {"description": "A query in SPARQL 1.1."}
_EXAMPLE = "SELECT ?class (COUNT(*) AS ?things) { ?thing a ?class } GROUP BY ?class"
#: Without what the body says itself.
_ASKED = ("bad-request", "sparql-syntax", "unknown-function", "no-outside-access", "not-acceptable")
_LIMITS = ("query-cancelled", "query-too-expensive", "busy", "store-unavailable", "query-timeout")
_CHANGING = (
    *("bad-request", "sparql-syntax", "unauthorized", "forbidden", "built-graph"),
    *("no-outside-access", "stale", "too-large", "unsupported-media-type", "non-conforming"),
    *("busy", "store-unavailable", "query-timeout", "insufficient-storage"),
)


def _graphs(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": _IRIS}


_SELECTED = (
    _graphs("default-graph-uri", "Graphs that make up the default graph; else all of them."),
    _graphs("named-graph-uri", "Graphs that can be named; else all of them."),
)
_MORE = (
    {
        "name": "timeout",
        "in": "query",
        "description": "Seconds after which it is given up, within the limit of the service.",
        "schema": {"type": "number", "exclusiveMinimum": 0},
    },
    {
        "name": "format",
        "in": "query",
        "description": "Representation; it beats the Accept header.",
        "schema": {"type": "string", "enum": [item.name for item in (*ROWS, *GRAPHS, HTML)]},
    },
    {
        "name": "Query-Id",
        "in": "header",
        "description": "An id of yours, under which the query can be cancelled.",
        "schema": TEXT,
    },
)
_QUERY_ID = {
    "name": "query_id",
    "in": "path",
    "required": True,
    "description": "What was sent in the header Query-Id, or came back in it.",
    "schema": TEXT,
}


def _answered() -> dict[str, Any]:
    """What a query is answered with."""
    kinds = {item.media_type: {"schema": TEXT} for item in (*ROWS, *GRAPHS, HTML)}
    return {
        "200": {
            "description": "Rows or a truth value of SELECT and ASK, triples of CONSTRUCT and "
            "DESCRIBE.",
            "headers": {"Query-Id": {"schema": TEXT}, "ETag": {"schema": TEXT}},
            "content": kinds,
        }
    }


def _endpoint() -> dict[str, Any]:
    """Queries (SPARQL 1.1 Protocol, section 2.1)."""
    fields = {
        "query": _QUERY,
        "default-graph-uri": _IRIS,
        "named-graph-uri": _IRIS,
        "timeout": {"type": "number"},
        "format": TEXT,
    }
    form = {"type": "object", "required": ["query"], "properties": fields}
    query = {
        "name": "query",
        "in": "query",
        "description": "A query in SPARQL 1.1; without it the editor, or a description of the "
        "service.",
        "schema": TEXT,
        "example": _EXAMPLE,
    }
    return {
        "get": {
            "operationId": "query",
            "summary": "Answer a SPARQL query.",
            "parameters": [query, *_SELECTED, *_MORE],
            "responses": _answered() | problems(*_ASKED, "uri-too-long", *_LIMITS),
        },
        "post": {
            "operationId": "queryByPost",
            "summary": "Answer a SPARQL query that is too long for an address.",
            "parameters": [*_SELECTED, *_MORE],
            "requestBody": {
                "required": True,
                "content": {
                    QUERY_TYPE: {"schema": _QUERY, "example": _EXAMPLE},
                    FORM_TYPE: {"schema": form, "example": {"query": _EXAMPLE}},
                },
            },
            "responses": _answered()
            | problems(*_ASKED, "too-large", "unsupported-media-type", *_LIMITS),
        },
    }


def _update() -> dict[str, Any]:
    """Updates (SPARQL 1.1 Protocol, section 2.2)."""
    text = TEXT | {"description": "An update in SPARQL 1.1."}
    fields = {"update": text, "using-graph-uri": _IRIS, "using-named-graph-uri": _IRIS}
    form = {"type": "object", "required": ["update"], "properties": fields}
    return {
        "operationId": "update",
        "summary": "Change the graph with a SPARQL update, all or nothing and checked. Needs a "
        "token of the scope write.",
        "security": SECURE,
        "parameters": [
            _graphs("using-graph-uri", "Graphs that make up the default graph of WHERE."),
            _graphs("using-named-graph-uri", "Graphs that can be named in WHERE."),
        ],
        "requestBody": {
            "required": True,
            "content": {UPDATE_TYPE: {"schema": text}, FORM_TYPE: {"schema": form}},
        },
        "responses": {
            "200": {
                "description": "What was done.",
                "headers": {
                    "Location": {"description": "The change.", "schema": TEXT},
                    "ETag": {"schema": TEXT},
                },
                "content": {JSON.media_type: {"schema": DONE}},
            }
        }
        | problems(*_CHANGING),
    }


def _running() -> dict[str, Any]:
    """Queries that are running now."""
    numbers = {key: {"type": "integer"} for key in ("running", "waiting", "workers")}
    state = {"queryId": TEXT, "state": TEXT, "seconds": {"type": "number"}}
    return {
        "/sparql/running": {
            "get": {
                "operationId": "running",
                "summary": "How many queries run and wait.",
                "responses": {"200": _json("Numbers.", numbers)},
            }
        },
        "/sparql/running/{query_id}": {
            "get": {
                "operationId": "runningQuery",
                "summary": "Whether a query still runs.",
                "parameters": [_QUERY_ID],
                "responses": {"200": _json("It runs.", state)} | problems("not-found"),
            },
            "delete": {
                "operationId": "cancelQuery",
                "summary": "Stop a query.",
                "parameters": [_QUERY_ID],
                "responses": {"204": {"description": "It is stopped."}} | problems("not-found"),
            },
        },
    }


def _json(description: str, members: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": list(members), "properties": members}
    return {"description": description, "content": {JSON.media_type: {"schema": schema}}}


def paths() -> dict[str, Any]:
    """The operations."""
    return {"/sparql": _endpoint(), "/update": {"post": _update()}} | _running()


__all__ = ["paths"]

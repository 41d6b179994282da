"""Named graphs in the description of the HTTP interface (OpenAPI 3.1).

The operations are those of the SPARQL 1.1 Graph Store HTTP Protocol.
"""

from __future__ import annotations

from typing import Any

from kg.changing.reading import MEDIA_TYPES
from service.graphs.bodies import FORM
from service.graphs.contract import DONE
from service.home.schemas import BINARY, TEXT, problems
from service.imports.description import SECURE
from service.negotiation import GRAPHS, JSON, N_QUADS, TRIG

_GRAPH = {
    "name": "graph",
    "in": "query",
    "description": "IRI of a named graph; without it, the whole dataset.",
    "schema": {"type": "string", "format": "iri"},
    "example": "https://example.org/notes",
}
_DEFAULT = {
    "name": "default",
    "in": "query",
    "description": "The default graph, which here is the union of all and can be read only.",
    "allowEmptyValue": True,
    "schema": TEXT,
}
_NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "The end of the address of a graph whose IRI is this address.",
    "schema": TEXT,
    "example": "notes",
}
_STATES = tuple(
    {
        "name": name,
        "in": "header",
        "description": f"{what} (RFC 9110, section 13.1).",
        "schema": TEXT,
    }
    for name, what in (
        ("If-Match", "Only if the graph is still as it was read: its entity tag"),
        ("If-None-Match", "* only if the graph does not exist yet"),
    )
)
_TOKEN = ("unauthorized", "forbidden", "built-graph")
_LATE = ("stale", "busy", "store-unavailable", "query-timeout", "insufficient-storage")
_SENT = (
    *("bad-request", "invalid-rdf", *_TOKEN, "no-outside-access", "too-large"),
    *("unsupported-media-type", "non-conforming", *_LATE),
)
_DONE = {"description": "What was done.", "content": {JSON.media_type: {"schema": DONE}}}
_NOTHING = {"description": "It is done."}
_CREATED = {
    "description": "The graph is there now.",
    "headers": {"Location": {"description": "Its IRI.", "schema": TEXT}},
    "content": {JSON.media_type: {"schema": DONE}},
}
_BODY = {
    "required": True,
    "content": {kind: {"schema": TEXT} for kind in MEDIA_TYPES}
    | {
        FORM: {
            "schema": {
                "type": "object",
                "description": "Documents, each a file with its media type.",
                "additionalProperties": BINARY,
            }
        }
    },
}


def _read(id_: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = dict.fromkeys(item.media_type for item in (*GRAPHS, TRIG, N_QUADS))
    return {
        "operationId": id_,
        "summary": "Read a named graph; without a name the whole dataset, as TriG or N-Quads.",
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "Its triples.",
                "headers": {"ETag": {"schema": TEXT}},
                "content": {kind: {"schema": TEXT} for kind in kinds},
            }
        }
        | problems("bad-request", "not-found", "not-acceptable", "store-unavailable"),
    }


def _write(
    id_: str, summary: str, parameters: list[dict[str, Any]], *, body: bool = True
) -> dict[str, Any]:
    done = {"200": _DONE, "204": _NOTHING} | ({"201": _CREATED} if body else {})
    slugs = _SENT if body else (*_TOKEN, "not-found", "non-conforming", *_LATE)
    return {
        "operationId": id_,
        "summary": f"{summary} Needs a token of the scope write.",
        "security": SECURE,
        "parameters": [*parameters, *_STATES],
        **({"requestBody": _BODY} if body else {}),
        "responses": done | problems(*slugs),
    }


def _operations(suffix: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """What can be done with a graph that is named in one of the two ways."""
    return {
        "get": _read(f"readGraph{suffix}", parameters),
        "put": _write(f"replaceGraph{suffix}", "Make or replace a graph.", parameters),
        "post": _write(f"addToGraph{suffix}", "Add to a graph.", parameters),
        "delete": _write(f"removeGraph{suffix}", "Remove a graph.", parameters, body=False),
    }


def paths() -> dict[str, Any]:
    """The operations."""
    return {
        "/store": _operations("", [_GRAPH, _DEFAULT]),
        "/store/{name}": _operations("Here", [_NAME]),
    }


__all__ = ["paths"]

"""The description of search in the HTTP interface (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from kg.searching import HOW, LONGEST, MOST
from service.negotiation import CSV, HTML, JSON

_TEXT = {"type": "string"}
_BOTH = {"type": "object", "additionalProperties": _TEXT, "description": "Name by language."}
_NUMBER = {"type": "integer"}
_DATA = {"type": "object", "properties": {"digest": _TEXT}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}


def _object(members: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in members if name not in optional]
    return {"type": "object", "required": required, "properties": members}


def schemas() -> dict[str, Any]:
    """The schemas that the operations refer to."""
    named = {"type": "object", "properties": {"key": _TEXT, "iri": _TEXT, "label": _BOTH}}
    facet = {"key": _TEXT, "iri": _TEXT, "label": _BOTH, "count": _NUMBER}
    question = {"id": _TEXT, "title": _BOTH, "labels": {"type": "array", "items": _BOTH},
                "url": _TEXT}  # fmt: skip
    return {
        "FoundThing": _object(
            {
                "key": {**_TEXT, "description": "Its short key, e.g. org/cas; else its IRI."},
                "iri": _TEXT,
                "url": {**_TEXT, "format": "uri-reference"},
                "label": _BOTH,
                "kind": {**named, "description": "Its narrowest class."},
                "countries": {"type": "array", "items": named},
                "statements": {**_NUMBER, "description": "Statements that it is a part of."},
                "how": {**_TEXT, "enum": list(HOW), "description": "How the name fits."},
                "matched": {**_TEXT, "description": "The name or identifier that fits."},
                "language": {"type": ["string", "null"], "description": "Of that name."},
                "spans": {
                    "type": "array",
                    "description": "The parts of it that fit: first character, and the one after "
                    "the last, in Unicode code points.",
                    "items": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
                },
            }
        ),
        "FoundFacet": _object(facet),
        "FoundQuestion": _object(question),
        "SearchResult": _object(
            {
                "query": _TEXT,
                "kind": _TEXT,
                "country": _TEXT,
                "page": _NUMBER,
                "pages": _NUMBER,
                "total": {**_NUMBER, "maximum": MOST},
                "more": {"type": "boolean", "description": f"Whether there are more than {MOST}."},
                "things": _list("FoundThing"),
                "facets": _object({"kind": _list("FoundFacet"), "country": _list("FoundFacet")}),
                "data": _DATA,
            }
        ),
        "Suggestions": _object(
            {
                "query": _TEXT,
                "more": {"type": "boolean"},
                "things": _list("FoundThing"),
                "questions": _list("FoundQuestion"),
                "data": _DATA,
            },
            ("questions",),
        ),
    }


def _parameter(name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def _typed() -> dict[str, Any]:
    text = f"A name, a part of one, or an identifier; the first {LONGEST} characters count."
    return _parameter("q", text, _TEXT, required=True, example="academy of sciences")


def _kind() -> dict[str, Any]:
    text = "A class with its subclasses, or the first part of keys, such as org."
    return _parameter("kind", text, _TEXT, example="Organization")


def paths(problems: dict[str, Any], lang: dict[str, str]) -> dict[str, Any]:
    """The operations.

    Args:
        problems: The responses for what can go wrong.
        lang: The shared parameter for the language of the page.

    Returns:
        Path → its operations.
    """
    result = {
        JSON.media_type: {"schema": _ref("SearchResult")},
        CSV.media_type: {"schema": _TEXT},
        HTML.media_type: {"schema": _TEXT},
    }
    suggested = {JSON.media_type: {"schema": _ref("Suggestions")}}
    return {
        "/search": {
            "get": {
                "operationId": "search",
                "summary": "Things by name, short form or identifier, with facets.",
                "parameters": [
                    _typed(),
                    _kind(),
                    _parameter("country", "Key of a country.", _TEXT, example="CHN"),
                    _parameter("page", "Number of the page.", {**_NUMBER, "minimum": 1}),
                    lang,
                ],
                "responses": {"200": {"description": "The things, best first.", "content": result}}
                | problems,
            }
        },
        "/suggest": {
            "get": {
                "operationId": "suggest",
                "summary": "The first things for what has been typed so far.",
                "parameters": [
                    _typed(),
                    _kind(),
                    _parameter(
                        "limit", "Things at most.", {**_NUMBER, "minimum": 1, "maximum": 50}
                    ),
                    _parameter(
                        "questions",
                        "Questions besides, at most.",
                        {**_NUMBER, "minimum": 1, "maximum": 5},
                    ),
                ],
                "responses": {
                    "200": {"description": "The things, best first.", "content": suggested}
                }
                | problems,
            }
        },
    }


__all__ = ["paths", "schemas"]

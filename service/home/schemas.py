"""The parts of the description of the HTTP interface that its operations share."""

from __future__ import annotations

from typing import Any

from service import language
from service.negotiation import HTML
from service.problems import BY_SLUG
from service.questions import api
from service.search import contract

TEXT = {"type": "string"}
BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_BOTH = {
    "type": "object",
    "properties": {"zh": TEXT, "en": TEXT},
}
_DATA = {
    "type": "object",
    "properties": {"version": {"type": "integer"}, "digest": TEXT},
}
_TERM = {"type": "object", "description": "text; for things iri and label; for evidence facts"}


def ref(kind: str, name: str) -> dict[str, str]:
    """A reference to a part of `components`."""
    return {"$ref": f"#/components/{kind}/{name}"}


def problems(*slugs: str) -> dict[str, Any]:
    """The responses for these types of problems; those of one status are one response."""
    found: dict[str, Any] = {}
    for slug in slugs:
        problem = BY_SLUG[slug]
        told = f"{problem.title}. {problem.advice}"
        before = found.get(str(problem.status))
        found[str(problem.status)] = {
            "description": f"{before['description']} {told}" if before else told,
            "content": {"application/problem+json": {"schema": ref("schemas", "Problem")}},
        }
    return found


def _found() -> dict[str, Any]:
    """What is found for plain words."""
    thing = {
        "type": "object",
        "properties": {"text": TEXT, "key": TEXT, "iri": TEXT, "label": _BOTH},
    }
    values = {"type": "object", "additionalProperties": TEXT}
    suggestion = {
        "question": {"type": "string", "description": "Id of the question."},
        "title": _BOTH,
        "theme": _BOTH,
        "parameters": values | {"description": "Values that the words name."},
        "labels": {"type": "object", "additionalProperties": _BOTH},
        "score": {"type": "number"},
        "rows": {
            "type": ["integer", "null"],
            "description": "Rows of the answer with these values; null when not counted.",
        },
        "without": {
            "type": "array",
            "description": "Parameters whose values leave no rows.",
            "items": TEXT,
        },
        "why": {
            "type": "object",
            "properties": {
                "recognised": {"type": "array", "items": thing},
                "words": {"type": "array", "items": TEXT},
            },
        },
        "url": {"type": "string", "format": "uri-reference"},
        "answer": {"type": "string", "format": "uri-reference"},
    }
    members = {
        "query": {"type": "string", "description": "The words as they were read."},
        "recognised": {"type": "array", "items": thing},
        "suggestions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": list(suggestion),
                "properties": suggestion,
            },
        },
        "themes": {"type": "array", "items": _BOTH},
        "data": _DATA,
    }
    return {"type": "object", "required": list(members), "properties": members}


def components() -> dict[str, Any]:
    """The shared parameters and schemas."""
    formats = [HTML.name, *api.ENDINGS]
    return {
        "parameters": {
            "lang": {
                "name": "lang",
                "in": "query",
                "description": "Language of names and texts; else Accept-Language decides.",
                "schema": {"type": "string", "enum": list(language.LANGUAGES)},
            },
            "format": {
                "name": "format",
                "in": "query",
                "description": "Representation; it beats the Accept header.",
                "schema": {"type": "string", "enum": formats},
            },
        },
        "schemas": {
            "Problem": {
                "type": "object",
                "description": "Problem details (RFC 9457).",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string", "format": "uri-reference"},
                    "title": TEXT,
                    "status": {"type": "integer"},
                    "detail": TEXT,
                    "instance": {"type": "string", "format": "uri"},
                    "where": TEXT,
                    "hint": TEXT,
                    "errors": {
                        "type": "array",
                        "description": "Every wrong parameter with what is expected and allowed.",
                        "items": {"type": "object"},
                    },
                },
            },
            "Found": _found(),
            **contract.schemas(),
            "Answer": {
                "type": "object",
                "required": ["question", "values", "language", "data", "total", "rows", "sources"],
                "properties": {
                    "question": {"type": "object", "properties": {"id": TEXT, "title": _BOTH}},
                    "values": {
                        "type": "object",
                        "additionalProperties": {"type": ["string", "null"]},
                    },
                    "language": TEXT,
                    "data": _DATA,
                    "total": {"type": "integer"},
                    "rows": {
                        "type": "array",
                        "items": {"type": "object", "additionalProperties": _TERM},
                    },
                    "sources": {
                        "type": "object",
                        "description": "IRI of a fact → the places that state it.",
                        "additionalProperties": {"type": "array", "items": {"type": "object"}},
                    },
                },
            },
        },
    }


__all__ = ["BINARY", "TEXT", "components", "problems", "ref"]

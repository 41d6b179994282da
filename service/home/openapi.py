"""The description of the HTTP interface (OpenAPI 3.1), made from the headers of the questions."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from kg import catalogue
from kg.analysis.catalogue import analyses
from kg.catalogue import Parameter, Question
from kg.finding import LONGEST
from kg.resources import tool_version
from service import addresses, caching, language
from service.analysis import contract as tools
from service.graphs import contract as graphs
from service.graphs import store_contract as store
from service.home.schemas import BINARY, TEXT, components, ref
from service.home.schemas import problems as _problems
from service.imports import description as imports
from service.negotiation import BIBTEX, CSV, HTML, JSON, RIS, RQ, XLSX, vary
from service.questions import api
from service.review import description as review
from service.search import contract
from service.sparql import contract as sparql
from service.state import version

PATH = "/openapi.json"


def example(question: Question, parameter: Parameter) -> str | None:
    """A value for which the question has an answer.

    Args:
        question: The question.
        parameter: One of its parameters.

    Returns:
        The default; else a cell that is expected in the answer; None when neither is known.
    """
    if parameter.default is not None:
        return parameter.default
    if parameter.type not in ("thing", "concept"):
        return None
    rows = question.expect.get("rows", [])
    return next((str(row[parameter.name]) for row in rows if parameter.name in row), None)


def _schema(parameter: Parameter) -> dict[str, Any]:
    kind = parameter.of if parameter.type == "range" else parameter.type
    limits = {"minimum": parameter.minimum, "maximum": parameter.maximum}
    held = {name: value for name, value in limits.items() if value is not None}
    if parameter.type == "range":
        number = r"\d{4}" if kind == "year" else r"-?\d+(\.\d+)?"
        return {"type": "string", "pattern": rf"^({number})?(\.\.({number})?)?$"}
    if kind in ("year", "number"):
        return {"type": "integer" if kind == "year" else "number", **held}
    return {"type": "string", **({"enum": list(parameter.values)} if parameter.values else {})}


def _meaning(parameter: Parameter, tag: str) -> str:
    empty = parameter.empty.get(tag, "all")
    if parameter.type == "thing":
        return f"Key, IRI or name of a thing of the class {parameter.of}; empty means {empty}."
    if parameter.type == "concept":
        return f"Notation, IRI or name of a concept of {parameter.of}; empty means {empty}."
    if parameter.type == "range":
        within = [str(v) for v in (parameter.minimum, parameter.maximum) if v is not None]
        bounds = f" The bounds are {' and '.join(within)}." if within else ""
        return f"A range of {parameter.of}s, of which either end may be open: 2014..2021.{bounds}"
    return f"Empty means {empty}."


def _parameter(question: Question, parameter: Parameter, tag: str) -> dict[str, Any]:
    schema = _schema(parameter)
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.label[tag]}. {_meaning(parameter, tag)}",
        "schema": schema,
    }
    value = example(question, parameter)
    if value is not None:
        number = float if "." in value else int
        typed = value if schema["type"] == "string" else number(value)
        found["example"] = typed
        if parameter.default is not None:
            schema["default"] = typed
    return found


_ASKED = ("not-found", "not-acceptable", "invalid-parameter", "store-unavailable", "query-timeout")


def _operation(question: Question, tag: str) -> dict[str, Any]:
    content: dict[str, Any] = {HTML.media_type: {"schema": TEXT}}
    for item in api.FORMATS:
        schema = BINARY if item is XLSX else TEXT if item in (CSV, RQ) else {"type": "object"}
        content[item.media_type] = {"schema": ref("schemas", "Answer") if item is JSON else schema}
    return {
        "get": {
            "operationId": question.id,
            "summary": question.title[tag],
            "description": question.rationale[tag],
            "tags": [question.theme[tag]],
            "parameters": [
                *(_parameter(question, parameter, tag) for parameter in question.parameters),
                ref("parameters", "lang"),
                ref("parameters", "format"),
            ],
            "responses": {
                "200": {"description": "The answer, each row with its sources.", "content": content}
            }
            | _problems(*_ASKED),
        }
    }


def _id() -> dict[str, Any]:
    name = {"name": "id", "in": "path", "required": True, "description": "Id of a question."}
    return name | {"schema": TEXT, "example": catalogue.questions()[0].id}


_VALUES = {
    "name": "values",
    "in": "query",
    "description": "Values of the parameters of the question, by name.",
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": TEXT},
}
_DIGEST = {
    "name": "sha256",
    "in": "path",
    "required": True,
    "description": "Hash of the frozen answer.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}


def _others() -> dict[str, Any]:
    """The paths that are the same for all questions."""
    data = {
        JSON.media_type: {"schema": {"type": "object"}},
        CSV.media_type: {"schema": TEXT},
        XLSX.media_type: {"schema": BINARY},
        BIBTEX.media_type: {"schema": TEXT},
        RIS.media_type: {"schema": TEXT},
        HTML.media_type: {"schema": TEXT},
    }
    listed = {
        JSON.media_type: {"schema": {"type": "object"}},
        "text/turtle": {"schema": TEXT},
        HTML.media_type: {"schema": TEXT},
    }
    return {
        "/ask": _find(),
        **contract.paths(
            _problems("not-acceptable", "invalid-parameter", "no-index"),
            ref("parameters", "lang"),
        ),
        "/questions": {
            "get": {
                "operationId": "questions",
                "summary": "The catalogue of questions.",
                "parameters": [ref("parameters", "lang")],
                "responses": {"200": {"description": "All questions.", "content": listed}},
            }
        },
        "/classes": {
            "get": {
                "operationId": "classes",
                "summary": "The classes with their definitions, parents and number of things.",
                "parameters": [ref("parameters", "lang"), ref("parameters", "format")],
                "responses": {
                    "200": {
                        "description": "All classes.",
                        "content": {
                            JSON.media_type: {"schema": {"type": "object"}},
                            HTML.media_type: {"schema": TEXT},
                        },
                    }
                }
                | _problems("not-acceptable"),
            }
        },
        "/pictures/{id}.json": {
            "get": {
                "operationId": "picture",
                "summary": "What is drawn of an answer: of a network its nodes and links, as many "
                "as a drawing has room for (`shown` of `total`).",
                "parameters": [
                    _id() | {"example": "network"},
                    _VALUES,
                    ref("parameters", "lang"),
                ],
                "responses": {
                    "200": {
                        "description": "The drawing with the rows behind each mark.",
                        "content": {JSON.media_type: {"schema": {"type": "object"}}},
                    }
                }
                | _problems("not-found", "invalid-parameter"),
            }
        },
        "/questions/{id}/embed": {
            "get": {
                "operationId": "embed",
                "summary": "An answer by itself, for a frame on another page.",
                "parameters": [_id(), _VALUES, ref("parameters", "lang")],
                "responses": {
                    "200": {
                        "description": "The rows with their sources.",
                        "content": {HTML.media_type: {"schema": TEXT}},
                    }
                }
                | _problems("not-found", "invalid-parameter"),
            }
        },
        "/questions/{id}/cite": {
            "post": {
                "operationId": "cite",
                "summary": "Freeze an answer under the hash of its content.",
                "parameters": [_id(), _VALUES, ref("parameters", "lang")],
                "responses": {
                    "303": {
                        "description": "The frozen answer.",
                        "headers": {"Location": {"schema": {"type": "string"}}},
                    }
                }
                | _problems(
                    "not-found", "invalid-parameter", "too-many-requests", "insufficient-storage"
                ),
            }
        },
        "/answers/{sha256}": {
            "get": {
                "operationId": "answer",
                "summary": "A frozen answer, with its citation.",
                "parameters": [_DIGEST],
                "responses": {"200": {"description": "As it was frozen.", "content": data}}
                | _problems("not-found", "not-acceptable"),
            }
        },
        "/answers/{sha256}/now": {
            "get": {
                "operationId": "now",
                "summary": "Whether newer data answer the question of a frozen answer otherwise.",
                "parameters": [_DIGEST],
                "responses": {
                    "200": {
                        "description": "state: current, same, other or gone.",
                        "content": {JSON.media_type: {"schema": {"type": "object"}}},
                    }
                }
                | _problems("not-found"),
            }
        },
    }


def _find() -> dict[str, Any]:
    """Finding the question that plain words mean."""
    return {
        "get": {
            "operationId": "find",
            "summary": "The questions that plain words in Chinese or English may mean, with the "
            "values that they name.",
            "parameters": [
                {
                    "name": "q",
                    "in": "query",
                    "required": True,
                    "description": f"The words; the first {LONGEST} characters count.",
                    "schema": TEXT,
                    "example": "joint laboratories with Pakistan",
                },
                ref("parameters", "lang"),
            ],
            "responses": {
                "200": {
                    "description": "The best questions, best first; none when nothing fits.",
                    "content": {
                        JSON.media_type: {"schema": ref("schemas", "Found")},
                        HTML.media_type: {"schema": TEXT},
                    },
                }
            }
            | _problems("not-acceptable", "store-unavailable"),
        }
    }


def _components() -> dict[str, Any]:
    shared = components()
    shared["schemas"] |= imports.schemas()
    return shared | {"securitySchemes": imports.SECURITY}


def document(tag: str) -> dict[str, Any]:
    """The description of the interface.

    Args:
        tag: Language of the summaries.

    Returns:
        An OpenAPI 3.1 document.
    """
    found = catalogue.questions()
    themes = dict.fromkeys(
        theme[tag] for theme in (*(q.theme for q in found), *(one.theme for one in analyses()))
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ISTC evidence graph",
            "version": tool_version(),
            "summary": "Questions on international science and technology cooperation.",
            "description": "Each question is a tested query; each row of an answer names the "
            "place that states it.",
            "license": {"name": "Facts: CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": addresses.site()}],
        "tags": [{"name": theme} for theme in themes],
        "paths": _others()
        | imports.paths()
        | review.paths()
        | sparql.paths()
        | store.paths()
        | graphs.paths()
        | tools.paths(tag, _parameter)
        | {f"/questions/{question.id}": _operation(question, tag) for question in found},
        "components": _components(),
    }


def answer() -> Response:
    """The description, in the language of the reader; English when none is stated."""
    language.international()
    tag = language.content()
    etag = caching.tag(version(), "openapi", tag, addresses.site())
    same = caching.unchanged(etag)
    if same is not None:
        return same
    response = jsonify(document(tag))
    response.set_etag(etag)
    return vary(response)

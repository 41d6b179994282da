"""Values of the parameters of a question: what may be given, what has an answer, what is wrong."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual, Parameter, Question
from kg.citing import Selecting, labels, text_of
from kg.errors import InvalidParameter
from kg.namespaces import ID, ISTC, VOCAB, XSD
from kg.rq import Term


@dataclass(frozen=True)
class Choice:
    """An allowed value of a parameter, with the number of facts behind it."""

    key: str
    iri: str
    label: Bilingual
    count: int


def choices(engine: Selecting, parameter: Parameter) -> list[Choice]:
    """All values that a parameter of type thing or concept may have, most used first.

    Args:
        engine: Where to ask.
        parameter: A parameter.

    Returns:
        The choices; empty for years, numbers and texts.
    """
    if parameter.type == "thing":
        name, variable, value = "choices-thing", "class", NamedNode(ISTC + parameter.of)
    elif parameter.type == "concept":
        name, variable, value = "choices-concept", "scheme", NamedNode(VOCAB + parameter.of)
    else:
        return []
    query = rq.bind(rq.load("kg", "queries", "ask", name).text, [variable], [[value]])
    rows = engine.select(query)
    named = labels(engine, [text_of(row["thing"]) for row in rows])
    return [
        Choice(key_of(iri), iri, named.get(iri, {}), int(text_of(row["facts"])))
        for row in rows
        for iri in [text_of(row["thing"])]
    ]


def answerable(engine: Selecting, asked: Question) -> dict[str, list[Choice]]:
    """The values of each parameter that a question has an answer for, most rows first.

    Args:
        engine: Where to ask.
        asked: The question.

    Returns:
        Name of a parameter of type thing or concept → its values, each with its number of rows.
    """
    offered = [p for p in asked.parameters if p.type in ("thing", "concept")]
    if not offered:
        return {}
    query = asked.text
    for parameter in asked.parameters:
        query = rq.bind(query, [parameter.name], [[None]])
    rows = engine.select(query)
    counts = {
        p.name: Counter(
            term.value for row in rows for term in [row.get(p.name)] if isinstance(term, NamedNode)
        )
        for p in offered
    }
    return {
        p.name: sorted(
            (
                replace(choice, count=counts[p.name][choice.iri])
                for choice in choices(engine, p)
                if choice.iri in counts[p.name]
            ),
            key=lambda choice: (-choice.count, choice.key),
        )
        for p in offered
    }


def key_of(iri: str) -> str:
    """The short key of a thing or concept: `org/cas`, `cooperation-mode/rd`; else the IRI."""
    for base in (ID, VOCAB):
        if iri.startswith(base):
            return iri.removeprefix(base)
    return iri


def check(
    engine: Selecting, asked: Question, given: Mapping[str, str]
) -> tuple[dict[str, str | None], dict[str, Term | None]]:
    """Turn given values into terms.

    Args:
        engine: Where to ask.
        asked: The question.
        given: Values by name; what is left out has its default.

    Returns:
        The values in use by name, and the terms they stand for; None means all.

    Raises:
        InvalidParameter: Unknown or wrong parameters; all of them are listed.
    """
    known = {parameter.name: parameter for parameter in asked.parameters}
    errors: list[dict[str, Any]] = [
        {
            "parameter": name,
            "value": given[name],
            "expected": "a parameter of this question",
            "allowed": list(known),
        }
        for name in given
        if name not in known
    ]
    values: dict[str, str | None] = {}
    terms: dict[str, Term | None] = {}
    for parameter in asked.parameters:
        value = given.get(parameter.name, parameter.default)
        values[parameter.name] = value or None
        if not value:
            terms[parameter.name] = None
            continue
        try:
            terms[parameter.name] = _term(engine, parameter, value)
        except InvalidParameter as error:
            errors.append({"parameter": parameter.name, "value": value, **error.extra})
    if errors:
        names = ", ".join(error["parameter"] for error in errors)
        raise InvalidParameter(
            f"Wrong parameters: {names}.",
            where=f"question {asked.id}",
            hint=f"{errors[0]['parameter']} must be {errors[0]['expected']}"
            + (f", e.g. {errors[0]['allowed'][0]}." if errors[0]["allowed"] else "."),
            extra={"errors": errors},
        )
    return values, terms


def _term(engine: Selecting, parameter: Parameter, value: str) -> Term:
    if parameter.type == "text":
        return Literal(value)
    if parameter.type in ("year", "number"):
        return _numeric(parameter, value)
    base = ID if parameter.type == "thing" else VOCAB
    key = value.removeprefix(base)
    if parameter.type == "concept" and "/" not in key:
        key = f"{parameter.of}/{key}"
    allowed = {choice.key: choice for choice in choices(engine, parameter)}
    if key in allowed:
        return NamedNode(allowed[key].iri)
    by_label = [c for c in allowed.values() if value in c.label.values()]
    if len(by_label) == 1:
        return NamedNode(by_label[0].iri)
    near = difflib.get_close_matches(key, allowed, n=3, cutoff=0.6)
    listed = [*near, *(k for k in allowed if k not in near)]
    raise InvalidParameter(
        "not allowed",
        extra={"expected": f"a {parameter.type} of {parameter.of}", "allowed": listed[:50]},
    )


def _numeric(parameter: Parameter, value: str) -> Literal:
    pattern = r"\d{4}" if parameter.type == "year" else r"-?\d+(\.\d+)?"
    low, high = parameter.minimum, parameter.maximum
    fits = re.fullmatch(pattern, value) is not None
    if fits and low is not None:
        fits = float(value) >= low
    if fits and high is not None:
        fits = float(value) <= high
    if not fits:
        expected = "a year such as 2020" if parameter.type == "year" else "a number"
        if low is not None or high is not None:
            expected += f" between {low} and {high}"
        raise InvalidParameter("not allowed", extra={"expected": expected, "allowed": []})
    kind = "integer" if "." not in value else "decimal"
    return Literal(value, datatype=NamedNode(XSD + kind))

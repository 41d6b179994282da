"""Values of the parameters of a question: what may be given, what has an answer, what is wrong."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual, Parameter, Question, questions
from kg.citing import Selecting, labels, text_of
from kg.errors import InvalidParameter
from kg.namespaces import ID, ISTC, VOCAB, XSD
from kg.rq import Term


class Asked(Protocol):
    """What has parameters: a question, or an analysis."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its parameters."""
        ...

    @property
    def called(self) -> str:
        """How errors call it."""
        ...


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
    kind = parameter.kind
    if kind is None:
        return []
    variable = "class" if parameter.type == "thing" else "scheme"
    text = rq.load("kg", "queries", "ask", f"choices-{parameter.type}").text
    query = rq.bind(text, [variable], [[NamedNode(kind)]])
    rows = engine.select(query)
    named = labels(engine, [text_of(row["thing"]) for row in rows])
    return [
        Choice(key_of(iri), iri, named.get(iri, {}), int(text_of(row["facts"])))
        for row in rows
        for iri in [text_of(row["thing"])]
    ]


def answerable(
    engine: Selecting, asked: Question, terms: Mapping[str, Term | None], parameter: Parameter
) -> list[Choice]:
    """The values of a parameter that a question has an answer for, most rows first.

    Args:
        engine: Where to ask.
        asked: The question.
        terms: The values of its parameters by name; those of the others stay as they are.
        parameter: The parameter, of type thing or concept.

    Returns:
        Its values, each with the number of rows of the answer.
    """
    counts = occurring(engine, asked, terms, parameter)
    return sorted(
        (
            replace(choice, count=counts[choice.iri])
            for choice in choices(engine, parameter)
            if choice.iri in counts
        ),
        key=lambda choice: (-choice.count, choice.key),
    )


def occurring(
    engine: Selecting, asked: Question, terms: Mapping[str, Term | None], parameter: Parameter
) -> Counter[str]:
    """The values of a parameter that occur in the answer to a question when it is left open.

    Args:
        engine: Where to ask.
        asked: The question.
        terms: The values of its parameters by name; those of the others stay as they are.
        parameter: The parameter, of type thing or concept.

    Returns:
        IRI of a value → number of rows of the answer with this value.
    """
    query = filled(asked, {**terms, parameter.name: None})
    if ("lang",) in rq.values_blocks(query):
        query = rq.bind(query, ["lang"], [[Literal("zh")]])
    found = (row.get(parameter.name) for row in engine.select(query))
    return Counter(term.value for term in found if isinstance(term, NamedNode))


def filled(asked: Question, terms: Mapping[str, Term | None]) -> str:
    """The query of a question with terms in the place of its parameters.

    Args:
        asked: The question.
        terms: Terms by variable; None, or none given, means all.

    Returns:
        The query.
    """
    query = asked.text
    for parameter in asked.parameters:
        names = parameter.variables
        query = rq.bind(query, names, [[terms.get(name) for name in names]])
    return query


def askable(
    engine: Selecting,
    iri: str,
    values: Callable[[Question, Parameter], Container[str]] | None = None,
) -> list[tuple[Question, Parameter]]:
    """The questions about a thing or concept.

    Args:
        engine: Where to ask.
        iri: IRI of the thing or concept.
        values: The values of a parameter for which a question has rows, as IRIs, see `occurring`;
            without it questions come whether they have an answer or not.

    Returns:
        Each question with the first of its parameters that takes the thing as a value.
    """
    kinds = _kinds(engine, iri)
    found: dict[str, tuple[Question, Parameter]] = {}
    for question in questions():
        for parameter in question.parameters:
            fits = question.id not in found and parameter.kind in kinds
            if fits and (values is None or iri in values(question, parameter)):
                found[question.id] = (question, parameter)
    return list(found.values())


def _kinds(engine: Selecting, iri: str) -> set[str]:
    """The classes of a thing and the schemes of a concept; nothing for what is no IRI."""
    try:
        term = NamedNode(iri)
    except ValueError:
        return set()
    text = rq.load("kg", "queries", "ask", "kinds").text
    return {text_of(row["kind"]) for row in engine.select(rq.bind(text, ["thing"], [[term]]))}


def key_of(iri: str) -> str:
    """The short key of a thing or concept: `org/cas`, `cooperation-mode/rd`; else the IRI."""
    for base in (ID, VOCAB):
        if iri.startswith(base):
            return iri.removeprefix(base)
    return iri


def check(
    engine: Selecting, asked: Asked, given: Mapping[str, str]
) -> tuple[dict[str, str | None], dict[str, Term | None]]:
    """Turn given values into terms.

    Args:
        engine: Where to ask.
        asked: The question or analysis.
        given: Values by name; what is left out has its default.

    Returns:
        The values in use by name, and the terms they stand for by variable; None means all.

    Raises:
        InvalidParameter: Unknown or wrong parameters; all of them are listed.
    """
    known = {parameter.name: parameter for parameter in asked.parameters}
    errors: list[dict[str, Any]] = [
        {
            "parameter": name,
            "value": given[name],
            "expected": "a parameter of this question or tool",
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
        if not value or value == "..":
            values[parameter.name] = None
            terms.update(dict.fromkeys(parameter.variables))
            continue
        try:
            found = _terms(engine, parameter, value)
            terms.update(zip(parameter.variables, found, strict=True))
        except InvalidParameter as error:
            errors.append({"parameter": parameter.name, "value": value, **error.extra})
    if errors:
        names = ", ".join(error["parameter"] for error in errors)
        raise InvalidParameter(
            f"Wrong parameters: {names}.",
            where=asked.called,
            hint=f"{errors[0]['parameter']} must be {errors[0]['expected']}"
            + (f", e.g. {errors[0]['allowed'][0]}." if errors[0]["allowed"] else "."),
            extra={"errors": errors},
        )
    return values, terms


def _term(engine: Selecting, parameter: Parameter, value: str) -> Term:
    if parameter.type == "choice":
        return Literal(_chosen(parameter, value))
    if parameter.type == "text":
        return Literal(value)
    if parameter.type in ("year", "number"):
        return _numeric(parameter, value)
    base = ID if parameter.type == "thing" else VOCAB
    key = value.removeprefix(base)
    if parameter.type == "concept" and "/" not in key:
        key = f"{parameter.of}/{key}"
    if ":" in parameter.of and "/" not in key:
        key = ISTC + key
    iri = key if ":" in key else base + key
    if parameter.kind in _kinds(engine, iri):
        return NamedNode(iri)
    allowed = {choice.key: choice for choice in choices(engine, parameter)}
    if key in allowed:
        return NamedNode(allowed[key].iri)
    wanted = value.strip().casefold()
    called = [c for c in allowed.values() if wanted in {n.casefold() for n in c.label.values()}]
    if len(called) == 1:
        return NamedNode(called[0].iri)
    if called:
        raise InvalidParameter(
            "ambiguous",
            extra={
                "expected": "one of several with this name",
                "allowed": [choice.key for choice in called],
            },
        )
    near = difflib.get_close_matches(key, allowed, n=3, cutoff=0.6)
    listed = [*near, *(k for k in allowed if k not in near)]
    raise InvalidParameter(
        "not allowed",
        extra={"expected": f"a {parameter.type} of {parameter.of}", "allowed": listed[:50]},
    )


def _chosen(parameter: Parameter, value: str) -> str:
    """The value that is meant, by its key or one of its names."""
    wanted = value.strip().casefold()
    for key, names in parameter.values.items():
        if wanted in {key.casefold(), *(name.casefold() for name in names.values())}:
            return key
    near = difflib.get_close_matches(value, parameter.values, n=3)
    listed = [*near, *(key for key in parameter.values if key not in near)]
    raise InvalidParameter(
        "not allowed",
        extra={"expected": f"one of: {', '.join(parameter.values)}", "allowed": listed},
    )


def _terms(engine: Selecting, parameter: Parameter, value: str) -> tuple[Term | None, ...]:
    """One term for each variable of the parameter."""
    if parameter.type != "range":
        return (_term(engine, parameter, value),)
    begin, dots, end = value.partition("..")
    begin, end = begin.strip(), end.strip()
    if not dots:
        end = begin
    expected = f"a range of {parameter.of}s such as {_example(parameter)}{_within(parameter)}"
    if not all(_fits(parameter, parameter.of, part) for part in (begin, end) if part):
        raise InvalidParameter("not allowed", extra={"expected": expected, "allowed": []})
    if begin and end and Decimal(begin) > Decimal(end):
        raise InvalidParameter(
            "not allowed",
            extra={
                "expected": "a range that begins before it ends",
                "allowed": [f"{end}..{begin}"],
            },
        )
    return tuple(_literal(part) if part else None for part in (begin, end))


def _example(parameter: Parameter) -> str:
    return parameter.default or ("2014..2021" if parameter.of == "year" else "0..100")


def _within(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f" between {low} and {high}"
    if low is not None:
        return f" not below {low}"
    return "" if high is None else f" not above {high}"


def _fits(parameter: Parameter, kind: str, value: str) -> bool:
    if re.fullmatch(r"\d{4}" if kind == "year" else r"-?\d+(\.\d+)?", value, re.ASCII) is None:
        return False
    low, high = parameter.minimum, parameter.maximum
    return (low is None or Decimal(value) >= low) and (high is None or Decimal(value) <= high)


def _literal(value: str) -> Literal:
    kind = "decimal" if "." in value else "integer"
    return Literal(value, datatype=NamedNode(XSD + kind))


def _numeric(parameter: Parameter, value: str) -> Literal:
    if not _fits(parameter, parameter.type, value):
        expected = "a year such as 2020" if parameter.type == "year" else "a number"
        raise InvalidParameter(
            "not allowed", extra={"expected": expected + _within(parameter), "allowed": []}
        )
    return _literal(value)

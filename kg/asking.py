"""Ask a competency question: bind its parameters, run it, name what it names, cite each row."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual, Column, Parameter, Question, question, questions
from kg.errors import InvalidParameter
from kg.namespaces import ID, ISTC, VOCAB, XSD
from kg.rq import Term

LANGUAGES = ("zh", "en")


class Selecting(Protocol):
    """What is needed of an engine: `kg.querying.Engine` is one."""

    def select(self, text: str) -> list[dict[str, Term]]:
        """Rows of a SELECT query."""
        ...


@dataclass(frozen=True)
class Source:
    """A place that states a fact.

    Attributes:
        fact: IRI of the fact.
        place: IRI of the place.
        document: IRI of the document.
        title: Title of the document.
        locator: Section, table or figure as printed.
        page: Printed page, where known.
        span: Character offsets into the text, where known.
        retrieved: Day on which the text was retrieved.
        doi: DOI of the document.
        upstream: Documents that the document itself names as its source: IRI → title.
    """

    fact: str
    place: str
    document: str
    title: Bilingual
    locator: str
    page: str | None = None
    span: tuple[int, int] | None = None
    retrieved: str | None = None
    doi: str | None = None
    upstream: dict[str, Bilingual] = field(default_factory=dict)

    def cite(self, language: str) -> str:
        """One line: title, place, page, retrieval date."""
        parts = [pick(self.title, language) or self.document]
        if self.locator:
            parts.append(self.locator)
        if self.page:
            parts.append(f"p. {self.page}")
        if self.retrieved:
            parts.append(f"{'获取于' if language == 'zh' else 'retrieved'} {self.retrieved}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Cell:
    """A cell of an answer: its text in the reader's language and, for a thing, its IRI."""

    text: str
    iri: str | None = None
    label: Bilingual = field(default_factory=dict)
    language: str | None = None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """An allowed value of a parameter, with the number of facts behind it."""

    key: str
    iri: str
    label: Bilingual
    count: int


@dataclass(frozen=True)
class Answered:
    """The answer to a question.

    Attributes:
        question: The question.
        parameters: The values in use, as keys; None means all.
        columns: Its columns.
        rows: One dict a row: name of the column → cell.
        sources: The places behind each fact named in an evidence column.
        query: The query that was run, with the values in it.
        language: Language of the texts.
    """

    question: Question
    parameters: dict[str, str | None]
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Cell], ...]
    sources: dict[str, tuple[Source, ...]]
    query: str
    language: str


def pick(label: Mapping[str, str], language: str) -> str | None:
    """The label in a language, else in the other one."""
    for wanted in (language, *LANGUAGES):
        if wanted in label:
            return label[wanted]
    return next(iter(label.values()), None)


def labels(engine: Selecting, iris: Iterable[str]) -> dict[str, Bilingual]:
    """Labels of things.

    Args:
        engine: Where to ask.
        iris: IRIs of the things.

    Returns:
        IRI → language → label, for those that have one.
    """
    wanted = sorted(set(iris))
    if not wanted:
        return {}
    query = rq.bind(
        rq.load("kg", "queries", "ask", "labels").text, ["thing"], [[NamedNode(i)] for i in wanted]
    )
    found: dict[str, Bilingual] = {}
    for row in engine.select(query):
        label = row["label"]
        if isinstance(label, Literal):
            found.setdefault(_text(row["thing"]), {})[label.language or "en"] = label.value
    return found


def sources(engine: Selecting, facts: Iterable[str]) -> dict[str, tuple[Source, ...]]:
    """The places that state facts.

    Args:
        engine: Where to ask.
        facts: IRIs of the facts.

    Returns:
        IRI of a fact → its places; a derived fact has those of the facts it is computed from.
    """
    wanted = sorted(set(facts))
    if not wanted:
        return {}
    text = rq.load("kg", "queries", "ask", "sources").text
    query = rq.bind(text, ["fact"], [[NamedNode(i)] for i in wanted])
    places: dict[tuple[str, str], dict[str, Any]] = {}
    for row in engine.select(query):
        key = (_text(row["fact"]), _text(row["place"]))
        entry = places.setdefault(key, {"title": {}, "upstream": {}, "row": row})
        _add_label(entry["title"], row.get("title"))
        if "upstream" in row:
            upstream = entry["upstream"].setdefault(_text(row["upstream"]), {})
            _add_label(upstream, row.get("upstreamTitle"))
    found: dict[str, list[Source]] = {}
    for (fact, place), entry in places.items():
        row = entry["row"]
        span = (int(_text(row["start"])), int(_text(row["end"]))) if "start" in row else None
        found.setdefault(fact, []).append(
            Source(
                fact,
                place,
                _text(row["document"]),
                entry["title"],
                _text(row["locator"]),
                _optional(row, "page"),
                span,
                _optional(row, "retrieved"),
                _optional(row, "doi"),
                entry["upstream"],
            )
        )
    return {fact: tuple(items) for fact, items in found.items()}


def choices(engine: Selecting, parameter: Parameter) -> list[Choice]:
    """The allowed values of a parameter of type thing or concept, most used first.

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
    named = labels(engine, [_text(row["thing"]) for row in rows])
    return [
        Choice(key_of(iri), iri, named.get(iri, {}), int(_text(row["facts"])))
        for row in rows
        for iri in [_text(row["thing"])]
    ]


def ask(
    engine: Selecting,
    question_id: str,
    parameters: Mapping[str, str] | None = None,
    language: str = "zh",
) -> Answered:
    """Answer a question.

    Args:
        engine: Where to ask.
        question_id: Id of the question.
        parameters: Values by name, as keys (`country/SGP`), notations, years or texts; an empty
            value means all.
        language: `zh` or `en`, for texts and labels.

    Returns:
        The answer, each row with the facts behind it and their places.

    Raises:
        NotFound: No such question.
        InvalidParameter: Unknown or wrong parameters; all of them are listed.
    """
    asked = question(question_id)
    values, terms = _check(engine, asked, parameters or {})
    query = asked.text
    for name, found in terms.items():
        query = rq.bind(query, [name], [[found]])
    if ("lang",) in rq.values_blocks(query):
        query = rq.bind(query, ["lang"], [[Literal(language)]])
    raw = engine.select(query)
    named = labels(
        engine, (t.value for row in raw for t in row.values() if isinstance(t, NamedNode))
    )
    rows = tuple(
        {c.name: _cell(row.get(c.name), c, named, language) for c in asked.columns} for row in raw
    )
    facts = {fact for row in rows for cell in row.values() for fact in cell.facts}
    return Answered(asked, values, asked.columns, rows, sources(engine, facts), query, language)


def records(answered: Answered) -> list[dict[str, str]]:
    """An answer as flat rows of text, the form of CSV, data frames and terminals.

    Args:
        answered: The answer.

    Returns:
        One dict a row: each column's text, for things also `<column>_iri`, and last `source`, the
        citations of the row, and `source_iri`, the facts behind it.
    """
    flat: list[dict[str, str]] = []
    named = _columns_with_iris(answered)
    for row in answered.rows:
        record: dict[str, str] = {}
        facts: list[str] = []
        for column in answered.columns:
            cell = row[column.name]
            if column.role == "evidence":
                facts.extend(cell.facts)
                continue
            record[column.name] = cell.text
            if column.name in named:
                record[f"{column.name}_iri"] = cell.iri or ""
        cited = [s.cite(answered.language) for f in facts for s in answered.sources.get(f, ())]
        record["source"] = "; ".join(dict.fromkeys(cited))
        record["source_iri"] = " ".join(dict.fromkeys(facts))
        flat.append(record)
    return flat


def field_names(answered: Answered) -> list[str]:
    """The names of the fields of `records`, in order, also when there is no row."""
    named = _columns_with_iris(answered)
    names: list[str] = []
    for column in answered.columns:
        if column.role != "evidence":
            names.append(column.name)
            if column.name in named:
                names.append(f"{column.name}_iri")
    return [*names, "source", "source_iri"]


def _columns_with_iris(answered: Answered) -> set[str]:
    return {c.name for c in answered.columns if c.role in ("thing", "concept", "unit", "period")}


def key_of(iri: str) -> str:
    """The short key of a thing or concept: `org/cas`, `cooperation-mode/rd`; else the IRI."""
    for base in (ID, VOCAB):
        if iri.startswith(base):
            return iri.removeprefix(base)
    return iri


def _text(term: Term | None) -> str:
    return "" if term is None else str(getattr(term, "value", term))


def _optional(row: Mapping[str, Term], name: str) -> str | None:
    return _text(row[name]) if name in row else None


def _add_label(into: Bilingual, term: Term | None) -> None:
    if isinstance(term, Literal):
        into.setdefault(term.language or "en", term.value)


def _cell(term: Term | None, column: Column, named: Mapping[str, Bilingual], language: str) -> Cell:
    if term is None:
        return Cell("")
    if column.role == "evidence":
        facts = tuple(dict.fromkeys(_text(term).split()))
        return Cell(" ".join(facts), facts=facts)
    if isinstance(term, NamedNode):
        label = named.get(term.value, {})
        return Cell(pick(label, language) or key_of(term.value), term.value, label)
    return Cell(_text(term), language=getattr(term, "language", None))


def _check(
    engine: Selecting, asked: Question, given: Mapping[str, str]
) -> tuple[dict[str, str | None], dict[str, Term | None]]:
    """Turn given values into terms; list every wrong one."""
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


__all__ = [
    "Answered",
    "Cell",
    "Choice",
    "Source",
    "ask",
    "choices",
    "field_names",
    "labels",
    "pick",
    "question",
    "questions",
    "records",
    "sources",
]

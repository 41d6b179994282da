"""Ask a competency question: bind its parameters, run it, name what it names, cite each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual, Column, Parameter, Question, question, questions
from kg.choosing import Choice, answerable, askable, check, choices, filled, key_of, occurring
from kg.citing import LANGUAGES, Selecting, Source, labels, pick, sources, text_of
from kg.errors import NoStore, StoreUnavailable
from kg.namespaces import RDF, XSD
from kg.rq import Term
from kg.store.versions import Version

#: Roles of columns whose cells have an IRI and a name.
NAMED = ("thing", "concept", "unit")
#: How often a question is asked again when the data have changed meanwhile.
_TRIES = 3
_TEXTS = (XSD + "string", RDF + "langString")


@dataclass(frozen=True)
class Cell:
    """A cell of an answer.

    Attributes:
        text: Its text in the reader's language.
        iri: IRI of a thing.
        label: Names of a thing, by language.
        language: Language of a text.
        facts: IRIs of the facts in a column of evidence.
        datatype: IRI of the datatype of a literal that is no text.
    """

    text: str
    iri: str | None = None
    label: Bilingual = field(default_factory=dict)
    language: str | None = None
    facts: tuple[str, ...] = ()
    datatype: str | None = None


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
        terms: The terms of the values in use, by variable; None means all.
        named: Names of the things and concepts among the values, by parameter.
    """

    question: Question
    parameters: dict[str, str | None]
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Cell], ...]
    sources: dict[str, tuple[Source, ...]]
    query: str
    language: str
    terms: dict[str, Term | None] = field(default_factory=dict)
    named: dict[str, Bilingual] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """What gave an answer.

    Attributes:
        version: Number of the data version.
        digest: Its content digest, SHA-256.
        software: Version of this software.
    """

    version: int
    digest: str
    software: str


def ask(
    engine: Selecting,
    question_id: str,
    parameters: Mapping[str, str] | None = None,
    language: str = "zh",
    *,
    cited: bool = True,
) -> Answered:
    """Answer a question.

    Args:
        engine: Where to ask.
        question_id: Id of the question.
        parameters: Values by name, as keys (`country/SGP`), notations, years or texts; an empty
            value means all.
        language: `zh` or `en`, for texts and labels.
        cited: Whether the places of the facts are read; `cite` reads those of some rows later.

    Returns:
        The answer, each row with the facts behind it and their places.

    Raises:
        NotFound: No such question.
        InvalidParameter: Unknown or wrong parameters; all of them are listed.
    """
    asked = question(question_id)
    values, terms = check(engine, asked, parameters or {})
    query = _query(asked, terms, language)
    raw = engine.select(query)
    used = {name: term.value for name, term in terms.items() if isinstance(term, NamedNode)}
    things = {t.value for row in raw for t in row.values() if isinstance(t, NamedNode)}
    named = labels(engine, things.union(used.values()))
    rows = tuple(
        {c.name: _cell(row.get(c.name), c, named, language) for c in asked.columns} for row in raw
    )
    answered = Answered(
        asked,
        values,
        asked.columns,
        rows,
        {},
        query,
        language,
        terms,
        {name: named[iri] for name, iri in used.items() if iri in named},
    )
    return cite(engine, answered, rows) if cited else answered


def cite(
    engine: Selecting,
    answered: Answered,
    rows: Iterable[Mapping[str, Cell]],
    most: int | None = None,
) -> Answered:
    """An answer with the places of the facts behind some of its rows, beside those it has.

    Args:
        engine: Where to ask.
        answered: The answer.
        rows: Some of its rows.
        most: Facts of a cell whose places are read at most; by default all.

    Returns:
        The answer.
    """
    facts = {fact for row in rows for cell in row.values() for fact in cell.facts[:most]}
    places = sources(engine, facts.difference(answered.sources))
    return replace(answered, sources={**answered.sources, **places})


class Versioned(Selecting, Protocol):
    """An engine that says which data version answers: `kg.querying.Engine` is one."""

    def version(self) -> Version | None:
        """The version that answers now."""
        ...


def origin(engine: Versioned, software: str) -> Origin:
    """What answers now.

    Args:
        engine: The engine.
        software: Version of this software.

    Raises:
        NoStore: Nothing has been built.
    """
    found = engine.version()
    if found is None:
        raise NoStore("There is no graph yet.", hint="Run: istc build")
    return Origin(found.number, found.digest, software)


def ask_one_version(
    engine: Versioned,
    software: str,
    question_id: str,
    parameters: Mapping[str, str] | None = None,
    language: str = "zh",
) -> tuple[Answered, Origin]:
    """Answer a question wholly from one data version.

    Args, Raises: As for `ask`, and the version of this software.

    Returns:
        The answer, and what gave it.

    Raises:
        StoreUnavailable: The data change faster than the question is answered.
    """
    before = origin(engine, software)
    for _ in range(_TRIES):
        answered = ask(engine, question_id, parameters, language)
        after = origin(engine, software)
        if after == before:
            return answered, after
        before = after
    raise StoreUnavailable("The graph is being replaced.", hint="Try again shortly.")


def query_of(
    engine: Selecting,
    question_id: str,
    parameters: Mapping[str, str] | None = None,
    language: str = "zh",
) -> str:
    """The query of a question with the values in it, without running it.

    Args, Raises: As for `ask`.

    Returns:
        The query.
    """
    asked = question(question_id)
    return _query(asked, check(engine, asked, parameters or {})[1], language)


def _query(asked: Question, terms: Mapping[str, Term | None], language: str) -> str:
    query = filled(asked, terms)
    if ("lang",) in rq.values_blocks(query):
        query = rq.bind(query, ["lang"], [[Literal(language)]])
    return query


def value_text(answered: Answered, parameter: Parameter, language: str | None = None) -> str | None:
    """The value of a parameter as readers know it: its name, else as given; None means all."""
    value = answered.parameters.get(parameter.name)
    if value in parameter.values:
        return pick(parameter.values[value], language or answered.language)
    name = pick(answered.named.get(parameter.name, {}), language or answered.language)
    return name if value and name else value


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
        for column in answered.columns:
            cell = row[column.name]
            if column.role == "evidence":
                continue
            record[column.name] = cell.text
            if column.name in named:
                record[f"{column.name}_iri"] = cell.iri or ""
        record["source"], record["source_iri"] = evidence(answered, row)
        flat.append(record)
    return flat


def evidence(answered: Answered, row: Mapping[str, Cell]) -> tuple[str, str]:
    """The citations of a row and the IRIs of the facts behind it, each as one text.

    Args:
        answered: The answer.
        row: One of its rows.

    Returns:
        Citations joined by semicolons, IRIs joined by blanks.
    """
    facts = [f for c in answered.columns if c.role == "evidence" for f in row[c.name].facts]
    cited = (s.cite(answered.language) for f in facts for s in answered.sources.get(f, ()))
    return "; ".join(dict.fromkeys(cited)), " ".join(dict.fromkeys(facts))


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
    return {c.name for c in answered.columns if c.role in NAMED}


def _cell(term: Term | None, column: Column, named: Mapping[str, Bilingual], language: str) -> Cell:
    if term is None:
        return Cell("")
    if column.role == "evidence":
        # The engine joins a group in no fixed order.
        facts = tuple(sorted(set(text_of(term).split())))
        return Cell(" ".join(facts), facts=facts)
    if isinstance(term, NamedNode):
        label = named.get(term.value, {})
        return Cell(pick(label, language) or key_of(term.value), term.value, label)
    if isinstance(term, Literal) and term.datatype.value not in _TEXTS:
        return Cell(term.value, datatype=term.datatype.value)
    return Cell(text_of(term), language=getattr(term, "language", None))


__all__ = [
    "LANGUAGES",
    "NAMED",
    "Answered",
    "Cell",
    "Choice",
    "Origin",
    "Selecting",
    "Source",
    "answerable",
    "ask",
    "ask_one_version",
    "askable",
    "check",
    "choices",
    "cite",
    "evidence",
    "field_names",
    "key_of",
    "labels",
    "occurring",
    "origin",
    "pick",
    "query_of",
    "question",
    "questions",
    "records",
    "sources",
    "value_text",
]

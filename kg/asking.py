"""Ask a competency question: bind its parameters, run it, name what it names, cite each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual, Column, Question, question, questions
from kg.choosing import Choice, answerable, check, choices, key_of
from kg.citing import LANGUAGES, Selecting, Source, labels, pick, sources, text_of
from kg.rq import Term


@dataclass(frozen=True)
class Cell:
    """A cell of an answer: its text in the reader's language and, for a thing, its IRI."""

    text: str
    iri: str | None = None
    label: Bilingual = field(default_factory=dict)
    language: str | None = None
    facts: tuple[str, ...] = ()


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
    values, terms = check(engine, asked, parameters or {})
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
    return {c.name for c in answered.columns if c.role in ("thing", "concept", "unit")}


def _cell(term: Term | None, column: Column, named: Mapping[str, Bilingual], language: str) -> Cell:
    if term is None:
        return Cell("")
    if column.role == "evidence":
        facts = tuple(dict.fromkeys(text_of(term).split()))
        return Cell(" ".join(facts), facts=facts)
    if isinstance(term, NamedNode):
        label = named.get(term.value, {})
        return Cell(pick(label, language) or key_of(term.value), term.value, label)
    return Cell(text_of(term), language=getattr(term, "language", None))


__all__ = [
    "LANGUAGES",
    "Answered",
    "Cell",
    "Choice",
    "Selecting",
    "Source",
    "answerable",
    "ask",
    "choices",
    "field_names",
    "key_of",
    "labels",
    "pick",
    "question",
    "questions",
    "records",
    "sources",
]

"""Charts of any query: what a column is for is read off its terms, the rest is as for questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kg import asking
from kg.asking import Answered, Cell
from kg.catalogue import Bilingual, Column, Question
from kg.description import Thing, Value
from kg.namespaces import XSD
from service import addresses, formatting, language
from service.language import LANGUAGES, translate
from service.questions import drawing
from service.questions.charts import Chart
from service.questions.reading import span
from service.state import engine, state

#: Views that are tried, the most telling first.
VIEWS = ("map", "line", "bar", "matrix", "network")
_NUMBERS = frozenset(
    XSD + name
    for name in (
        *("integer", "decimal", "float", "double", "long", "int", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_TIMES = frozenset(XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth"))
#: What things of ours are for, by the path below the base; the first that fits counts.
_PARTS = (("id/fact/", "evidence"), ("vocab/unit/", "unit"), ("vocab/", "concept"))
_YEAR = re.compile(r"year|年", re.IGNORECASE)
_DAY = re.compile(r"-?\d{4}(-\d\d(-\d\d)?)?")

Term = Mapping[str, Any]


def charts(
    names: Sequence[str], rows: Sequence[Mapping[str, Term]], labels: Mapping[str, Bilingual]
) -> Iterator[Chart]:
    """What can be drawn of the rows of a query.

    Args:
        names: Its variables.
        rows: Rows as in SPARQL 1.1 Query Results JSON.
        labels: Names of the things in them, by IRI.

    Yields:
        One description for each view that fits, as `service.questions.charts` makes them.
    """
    terms = {name: [row[name] for row in rows if name in row] for name in names}
    roles = {name: _role(name, some) for name, some in terms.items() if some}
    columns = tuple(Column(n, role, dict.fromkeys(LANGUAGES, n)) for n, role in roles.items())
    cells = tuple({c.name: _cell(row.get(c.name), c.role, labels) for c in columns} for row in rows)
    facts = {fact for row in cells for cell in row.values() for fact in cell.facts}
    sources = asking.sources(engine(), facts) if facts else {}
    title = dict.fromkeys(LANGUAGES, translate("Results"))
    for view in VIEWS:
        question = Question("sparql", title, title, title, (), columns, view, {}, "")
        answered = Answered(question, {}, columns, cells, sources, "", language.content())
        chart = drawing.chart_of(answered, f"{addresses.site()}/sparql")
        if chart is not None:
            yield chart


def is_number(value: Value) -> bool:
    """Whether a literal is a number, whose datatype needs no mention."""
    return value.datatype in _NUMBERS


def _role(name: str, terms: Sequence[Term]) -> str:
    """The role of a column, one of `kg.catalogue.ROLES`."""
    if all(term["type"] == "uri" for term in terms):
        base = state().settings.base_iri
        for part, role in _PARTS:
            if all(term["value"].startswith(base + part) for term in terms):
                return role
        return "thing"
    if all(term.get("datatype") in _TIMES for term in terms):
        return "period"
    if all(term.get("datatype") in _NUMBERS for term in terms):
        years = _YEAR.search(name) is not None and all(_DAY.fullmatch(t["value"]) for t in terms)
        return "period" if years else "value"
    if all("datatype" not in t and t["value"][:1].isdigit() and span(t["value"]) for t in terms):
        return "period"
    return "text"


def _cell(term: Term | None, role: str, labels: Mapping[str, Bilingual]) -> Cell:
    if term is None:
        return Cell("")
    text = str(term["value"])
    if role == "evidence":
        return Cell(text, facts=(text,))
    if term["type"] == "uri":
        thing = Thing(text, dict(labels.get(text, {})))
        return Cell(formatting.name(thing).text, iri=text, label=thing.label)
    if role == "period":
        day = _DAY.match(text)
        return Cell(day[0] if day and term.get("datatype") in _TIMES else text)
    return Cell(text, language=term.get("xml:lang"), datatype=term.get("datatype"))

"""Faults put into the graph of the packaged tables are reported by the right rules alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import assembling, building, reasoning, tables
from kg.assembling import Staged
from kg.namespaces import ID, RDFS_LABEL, VOCAB, XSD, graph, istc
from kg.rq import Term
from kg.validation import Result
from tests import needs


def thing(key: str) -> NamedNode:
    return NamedNode(ID + key)


def concept(key: str) -> NamedNode:
    return NamedNode(VOCAB + key)


def number(text: str) -> Literal:
    return tables.decimal_literal(Decimal(text))


def day(text: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + "date"))


@dataclass(frozen=True)
class Fault:
    """A thing, the values that its properties get in place of theirs, and the rules that say so."""

    what: str
    key: str
    changes: dict[NamedNode, list[Term]]
    rules: set[str] = field(default_factory=set)


def figure(value: str, lower: str | None, upper: str | None) -> dict[NamedNode, list[Term]]:
    return {
        istc("value"): [number(value)],
        istc("lowerBound"): [] if lower is None else [number(lower)],
        istc("upperBound"): [] if upper is None else [number(upper)],
    }


FAULTS = [
    Fault(
        "a figure loses its source",
        "fact/liu-2023-0003",
        {istc("statedIn"): []},
        {"Fact-source"},
    ),
    Fault(
        # Printed twice in the paper, as 79 per cent and as nearly 80; a part of a partition.
        "a value is changed",
        "fact/ping-2023-0097",
        figure("60", "59.5", "60.5"),
        {"contradictory-figures", "partition-shares", "nested-shares"},
    ),
    Fault(
        "a value becomes less than what the document says elsewhere",
        "fact/ping-2023-0097",
        figure("70", "0", "70") | {istc("qualifier"): [concept("value-qualifier/less-than")]},
        {"contradictory-figures", "partition-shares", "nested-shares"},
    ),
    Fault(
        "a share of a partition is changed",
        "fact/ping-2023-0046",
        figure("48", "47.5", "48.5"),
        {"partition-shares"},
    ),
    Fault(
        "lower and upper bound are swapped",
        "fact/ping-2023-0069",
        figure("89", "93.45", "84.55"),
        {"QuantitativeFact-lowerBound"},
    ),
    Fault(
        "a country gets the code of another",
        "country/SGP",
        {istc("isoAlpha3"): [Literal("CHN")]},
        {"iso-code-unique"},
    ),
    Fault(
        "begin and end of a period are swapped",
        "period/2016_2021",
        {istc("earliestBegin"): [day("2021-12-31")], istc("latestEnd"): [day("2016-01-01")]},
        {"Period-earliestBegin"},
    ),
    Fault(
        "a more-than figure gets an upper bound",
        "fact/ping-2023-0014",
        figure("7000", "7001", "8000"),
        {"QuantitativeFact-openAbove"},
    ),
    Fault(
        "an organization loses its Chinese name",
        "org/cas",
        {RDFS_LABEL: [Literal("Chinese Academy of Sciences", language="en")]},
        {"bilingual-names"},
    ),
    Fault(
        "a figure gets a second unit",
        "fact/liu-2023-0003",
        {istc("unit"): [thing("unit/item"), thing("unit/paper")]},
        {"QuantitativeFact-unit"},
    ),
    Fault(
        "a multiple does not fit its two years",
        "fact/ping-2023-0025",
        figure("20", "20", "20"),
        {"stated-growth"},
    ),
    Fault(
        "a figure is about something that is not declared",
        "fact/liu-2023-0003",
        {istc("about"): [thing("org/no-such-thing")]},
        {"undefined-entity"},
    ),
    Fault(
        "an organization is part of a person",
        "fact/liu-2023-1008",
        {istc("object"): [thing("person/li-jing")]},
        {"relation-range"},
    ),
    Fault(
        "a figure gets one more category than its double elsewhere",
        "fact/ping-2023-0097",
        figure("60", "59.5", "60.5")
        # The key of its series follows from the categories.
        | {istc("breakdownBy"): [concept("sector/health")], istc("seriesKey"): [Literal("new")]},
        {"partition-shares"},
    ),
    Fault(
        "a figure gets a remark",
        "fact/liu-2023-0003",
        {istc("noteText"): [Literal("又一条备注。", language="zh")]},
    ),
]


@pytest.fixture(scope="module")
def staged() -> Staged:
    return assembling.assemble()


@pytest.fixture(scope="module")
def results_before(staged: Staged) -> set[Result]:
    return set(building.inspect(staged).results)


def broken(staged: Staged, fault: Fault) -> Store:
    """The graph with the fault, and with what follows from it."""
    node = thing(fault.key)
    stated = [quad for quad in staged.store if quad.graph_name != graph("inferred")]
    home = {q.graph_name for q in stated if q.subject == node}
    assert home, f"{fault.key} is not in the graph any more: put the fault into another"
    store = Store()
    store.extend(q for q in stated if q.subject != node or q.predicate not in fault.changes)
    store.extend(
        Quad(node, name, value, min(home, key=str))
        for name, values in fault.changes.items()
        for value in values
    )
    reasoning.materialise(store)
    return store


@pytest.mark.parametrize(
    "fault", needs.sample([pytest.param(fault, id=fault.what) for fault in FAULTS], 4)
)
def test_a_fault_is_reported_by_the_right_rules(fault, staged, results_before):
    report = building.inspect(Staged(broken(staged, fault)))
    assert {r.name for r in set(report.results) - results_before} == fault.rules

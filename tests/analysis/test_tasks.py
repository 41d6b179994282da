"""Tasks and measures: the map and its gaps agree with the questions and with SPARQL."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from kg import open_graph
from kg.analysis import running
from kg.analysis.results import Result
from kg.graph import Graph
from kg.namespaces import ID
from kg.store import versions

PREFIXES = """PREFIX istc: <https://w3id.org/istc-kg/ontology#>
PREFIX ct: <https://w3id.org/istc-kg/vocab/claim-type/>
"""


@pytest.fixture(scope="module")
def result(built_home: Path) -> Result:
    return running.run(built_home, "tasks")


def select(home: Path, query: str) -> set[tuple[str, ...]]:
    now = versions.current(home)
    assert now is not None
    found = Store.read_only(str(now.path)).query(PREFIXES + query, use_default_graph_as_union=True)
    return {tuple(v.value for v in row if isinstance(v, NamedNode)) for row in found}  # type: ignore[union-attr]


def rows(result: Result, table: str, *names: str) -> set[tuple[str, ...]]:
    found = result.answered(table, "en").rows
    return {tuple(row[name].iri or row[name].text for name in names) for row in found}


@cache
def graph(home: Path) -> Graph:
    return open_graph(home)


def asked(home: Path, question: str, *names: str) -> set[tuple[str, ...]]:
    answered = graph(home).ask(question, language="en")
    return {tuple(row[f"{name}_iri"] for name in names) for row in answered}


def test_the_map_is_that_of_the_question(built_home: Path, result: Result) -> None:
    names = ("dimension", "task", "measure")
    assert rows(result, "map", *names) == asked(built_home, "measures-by-task", *names)
    assert len(rows(result, "map", *names)) == 84


def test_the_dimensions_count_what_the_map_lists(built_home: Path, result: Result) -> None:
    assert {(d, t) for d, t, _ in _counts(result)} == {
        (row["dimension_iri"], row["tasks"])
        for row in graph(built_home).ask("task-dimensions", language="en")
    }
    measures = {
        d: {m for e, m in rows(result, "map", "dimension", "measure") if e == d}
        for d, _, _ in _counts(result)
    }
    for dimension, _, number in _counts(result):
        assert len(measures[dimension]) == int(number)
    for row in result.answered("dimensions", "en").rows:
        graded = [int(row[name].text) for name in ("figures", "dated", "standing", "named")]
        assert sum(graded) == int(row["measures"].text)


def _counts(result: Result) -> set[tuple[str, ...]]:
    return rows(result, "dimensions", "dimension", "tasks", "measures")


def test_problems_without_recommendation_are_those_of_the_question(
    built_home: Path, result: Result
) -> None:
    found = rows(result, "problems", "problem", "document")
    assert found == asked(built_home, "problems-without-recommendation", "problem", "document")


def test_recommendations_without_a_measure_name_no_means(built_home: Path, result: Result) -> None:
    expected = select(
        built_home,
        """SELECT ?r {
          ?fact istc:about ?r ; istc:claimType ct:recommendation . ?r a istc:Recommendation .
          FILTER NOT EXISTS { ?r istc:byMeansOf ?means } }""",
    )
    assert rows(result, "recommendations", "recommendation") == expected
    assert expected


def test_measures_without_evidence_have_neither_figure_nor_dated_act(
    built_home: Path, result: Result
) -> None:
    expected = select(
        built_home,
        """SELECT ?m {
          ?done istc:predicate istc:implements ; istc:subject ?m ; istc:object/a istc:Task .
          FILTER NOT EXISTS { ?figure istc:about ?m ; istc:indicator ?indicator }
          FILTER NOT EXISTS {
            ?act istc:predicate istc:implements ; istc:subject ?m ; istc:object/a istc:Task ;
              istc:period ?when }
          FILTER NOT EXISTS {
            VALUES ?end { istc:subject istc:object }
            ?act ?end ?m ; istc:predicate ?p ; istc:period ?when .
            FILTER(?p IN (istc:initiates, istc:initiatedBy, istc:establishes, istc:establishedBy,
              istc:issuedBy, istc:issued, istc:validDuring, istc:openTo, istc:partnerCountry,
              istc:involves, istc:involvedIn, istc:eventAbout, istc:mechanismParty, istc:funds,
              istc:fundedBy, istc:hostedBy, istc:hosts)) }
        }""",
    )
    assert rows(result, "unproven", "measure") == expected
    assert 10 < len(expected) < 81


def test_a_task_or_a_dimension_narrows_the_map(built_home: Path) -> None:
    result = running.run(built_home, "tasks", {"task": "task/talent-mobility"})
    measures = rows(result, "map", "measure")
    assert len(measures) == 7
    assert (f"{ID}initiative/foreigner-work-permit",) in measures
    narrowed = running.run(built_home, "tasks", {"dimension": "task-dimension/economy"})
    assert len(rows(narrowed, "dimensions", "dimension")) == 1


def test_each_row_has_its_source_and_says_what_there_is(result: Result) -> None:
    for table in result.tables:
        for row in result.answered(table, "zh").rows:
            assert row["evidence"].facts, (table, row)
    done = {row["done"].text for row in result.answered("map", "zh").rows}
    assert done <= {"有数据", "有时间的行动", "有主体或参与方，无时间", "仅被提及"}
    assert {"有时间的行动", "仅被提及"} <= done

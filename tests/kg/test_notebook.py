"""The graph in a notebook, three lines each."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Store

from kg import Graph, open_graph

ISTC = rdflib.Namespace("https://w3id.org/istc-kg/ontology#")
ID = rdflib.Namespace("https://w3id.org/istc-kg/id/")


@pytest.fixture(scope="module")
def graph(built_home: Path) -> Graph:
    return open_graph(built_home)


def test_as_an_rdflib_dataset_whose_default_graph_is_the_union(graph: Graph) -> None:
    dataset = graph.dataset()
    assert isinstance(dataset, rdflib.Dataset)
    assert dataset.value(ID["country/CHN"], ISTC.isoAlpha3) == rdflib.Literal("CHN")
    query = "SELECT (COUNT(*) AS ?n) { ?s <https://w3id.org/istc-kg/ontology#statedIn> ?o }"
    ours = graph.query(query)[0]["n"]
    assert str(next(iter(dataset.query(query)))[0]) == ours


def test_as_a_pyoxigraph_store_of_ones_own(graph: Graph) -> None:
    store = graph.store()
    assert isinstance(store, Store)
    before = len(store)
    store.update("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }")
    assert len(store) < before == len(graph.store())


def test_the_answer_to_a_question_as_rows_with_sources(graph: Graph) -> None:
    rows = graph.ask("joint-patents-by-industry", language="en")
    assert len(rows) == 15
    assert rows[0]["patents"] == "3838"
    assert all(row["source"] for row in rows)


def test_the_ontology_in_owlready2(graph: Graph) -> None:
    ontology = graph.ontology()
    laboratory = ontology.search_one(iri="*#JointLaboratory")
    assert {"联合实验室"} <= set(laboratory.label.zh)
    assert "CooperationPlatform" in {c.name for c in laboratory.ancestors()}


def test_a_home_without_a_graph_gets_one(tmp_path: Path) -> None:
    assert open_graph(tmp_path / "home").query("SELECT * { ?s ?p ?o } LIMIT 1")

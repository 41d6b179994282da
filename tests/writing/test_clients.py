"""Clients that people use, writing with a token."""

from __future__ import annotations

import urllib.error

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from SPARQLWrapper import BASIC, POST, SPARQLWrapper

from .conftest import Desk, E

INSERT = f'INSERT DATA {{ GRAPH <{E}mine> {{ <{E}c> <{E}p> "中"@zh }} }}'


def values(desk: Desk, subject: str) -> set[str]:
    return {row["o"] for row in desk.service.select(f"SELECT ?o {{ <{E}{subject}> ?p ?o }}")}


def test_sparqlwrapper_updates_with_a_token_as_its_password(united: Desk) -> None:
    client = SPARQLWrapper(f"{united.service.url}/update")
    client.setHTTPAuth(BASIC)
    client.setCredentials("desk", united.token)
    client.setMethod(POST)
    client.setQuery(INSERT)
    client.query()
    assert values(united, "c") == {"中"}


def test_rdflib_writes_and_reads_through_its_store(united: Desk) -> None:
    store = SPARQLUpdateStore(
        f"{united.service.url}/sparql",
        f"{united.service.url}/update",
        auth=("desk", united.token),
        context_aware=True,
        postAsEncoded=False,
    )
    graph = rdflib.Graph(store, identifier=E + "rdflib")
    triple = (rdflib.URIRef(E + "d"), rdflib.URIRef(E + "p"), rdflib.Literal("1"))
    graph.add(triple)
    assert values(united, "d") == {"1"}
    assert triple in graph
    graph.remove(triple)
    assert values(united, "d") == set()


def test_rdflib_with_a_wrong_token_changes_nothing(united: Desk) -> None:
    store = SPARQLUpdateStore(
        f"{united.service.url}/sparql", f"{united.service.url}/update", auth=("desk", "istc_wrong")
    )
    with pytest.raises(urllib.error.HTTPError, match="401"):
        store.update(f'INSERT DATA {{ GRAPH <{E}mine> {{ <{E}e> <{E}p> "1" }} }}')
    assert values(united, "e") == set()

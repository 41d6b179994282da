"""Clients that people use: SPARQLWrapper and rdflib live, and 50 recorded requests replayed."""

from __future__ import annotations

import json
import warnings
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)

from tests import needs
from tests.serving import Reply, Service

COUNTRIES = (
    "SELECT ?s WHERE { ?s a <https://w3id.org/istc-kg/ontology#Country> ;"
    ' <http://www.w3.org/2000/01/rdf-schema#label> "新加坡"@zh }'
)
GRAPH = "CONSTRUCT WHERE { <https://w3id.org/istc-kg/id/country/SGP> ?p ?o }"
SINGAPORE = "https://w3id.org/istc-kg/id/country/SGP"
WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


def ask(service: Service, query: str, method: str, how: str, form: str) -> Any:
    """What SPARQLWrapper makes of the answer."""
    client = SPARQLWrapper(f"{service.url}/sparql")
    client.setMethod(method)
    client.setRequestMethod(how)
    client.setQuery(query)
    client.setReturnFormat(form)
    return client.queryAndConvert()


@pytest.mark.parametrize(("method", "how"), WAYS)
def test_sparqlwrapper_gets_rows(service: Service, method: str, how: str) -> None:
    found = ask(service, COUNTRIES, method, how, JSON)
    assert found["results"]["bindings"] == [{"s": {"type": "uri", "value": SINGAPORE}}]
    xml = ask(service, COUNTRIES, method, how, XML)
    assert SINGAPORE in xml.toxml()
    for form in (CSV, TSV):
        assert SINGAPORE.encode() in ask(service, COUNTRIES, method, how, form)


@pytest.mark.parametrize(("method", "how"), WAYS)
def test_sparqlwrapper_gets_graphs(service: Service, method: str, how: str) -> None:
    sizes = set()
    for form in (TURTLE, N3, RDFXML, XML, JSONLD):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            found = ask(service, GRAPH, method, how, form)
        if isinstance(found, bytes):
            found = rdflib.Graph().parse(data=found, format="turtle")
        assert rdflib.Literal("新加坡", lang="zh") in set(found.objects())
        sizes.add(len(found))
    assert len(sizes) == 1


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_reads_through_its_store(service: Service, method: str) -> None:
    store = SPARQLStore(f"{service.url}/sparql", method=method)
    graph = rdflib.Graph(store)
    rows = list(graph.query(COUNTRIES))
    assert [str(row[0]) for row in rows] == [SINGAPORE]  # type: ignore[index]
    labels = set(graph.objects(rdflib.URIRef(SINGAPORE), rdflib.RDFS.label))
    assert labels == {rdflib.Literal("新加坡", lang="zh"), rdflib.Literal("Singapore", lang="en")}
    assert bool(graph.query("ASK { ?s ?p ?o }"))


def test_rdflib_cannot_write_without_a_token(service: Service) -> None:
    store = SPARQLUpdateStore(f"{service.url}/sparql", f"{service.url}/sparql")
    with pytest.raises(Exception, match="401"):
        rdflib.Graph(store, identifier="urn:g").update("INSERT DATA { <urn:a> <urn:b> 1 }")
    assert service.sparql("ASK { <urn:a> ?p ?o }").json()["boolean"] is False


def _recorded() -> list[Any]:
    path = needs.shared("conformance/sparql-client-requests") / "requests.json"
    return list(json.loads(path.read_text("utf-8")))


def _replay(service: Service, recorded: dict[str, Any]) -> Reply:
    return service.send(
        recorded["method"], recorded["target"], recorded["body"] or None, recorded["headers"]
    )


def _is_update(recorded: dict[str, Any]) -> bool:
    return "UPDATE" in recorded["client"].upper()


def _accepted(recorded: dict[str, Any]) -> set[str]:
    ranges = recorded["headers"]["Accept"].split(",")
    return {entry.partition(";")[0].strip() for entry in ranges}


def test_every_recorded_request_is_answered_as_its_client_expects(service: Service) -> None:
    recorded = _recorded()
    assert len(recorded) == 50
    for request in recorded:
        reply = _replay(service, request)
        if _is_update(request):
            # Credentials that were made up for the recording, or none.
            assert reply.status == 401, request["client"]
            continue
        assert reply.status == 200, (request["client"], reply.text)
        accepted = _accepted(request)
        assert reply.type in accepted or "*/*" in accepted, (request["client"], reply.type)


def test_recorded_requests_for_one_query_get_one_answer(service: Service) -> None:
    answers: dict[tuple[str, str], set[bytes]] = {}
    for request in _recorded():
        fields = parse_qs(urlsplit(request["target"]).query) | parse_qs(request["body"])
        query = fields.get("query", [request["body"]])[0]
        graphs = "default-graph-uri" in fields
        reply = _replay(service, request)
        if reply.status == 200 and not graphs and "LIMIT 5" not in query:
            answers.setdefault((query, reply.type), set()).add(reply.body)
    assert len(answers) > 5
    assert all(len(bodies) == 1 for bodies in answers.values())

"""Formats of answers: by Accept, by `format=`, cached and compared, and as a page."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable
from urllib.parse import quote

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import QueryResultsFormat, QuerySolutions
from rdflib.compare import isomorphic

from tests.serving import BROWSER, ROWS, Service

SELECT = (
    "SELECT ?s ?label WHERE { VALUES ?s { <https://w3id.org/istc-kg/id/country/CHN>"
    " <https://w3id.org/istc-kg/id/country/SGP> }"
    " ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } ORDER BY ?s ?label"
)
CONSTRUCT = f"CONSTRUCT {{ ?s <urn:name> ?label }} {SELECT[SELECT.index('WHERE') :]}".partition(
    " ORDER"
)[0]

ADDRESS = f"/sparql?query={quote(SELECT)}"


def _parsed(form: QueryResultsFormat) -> Callable[[bytes], list[tuple[str, ...]]]:
    def read(data: bytes) -> list[tuple[str, ...]]:
        found = pyoxigraph.parse_query_results(data, form)
        assert isinstance(found, QuerySolutions)
        return [(row["s"].value, row["label"].value) for row in found]

    return read


def _csv(data: bytes) -> list[tuple[str, ...]]:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"))))
    assert rows[0] == ["s", "label"]
    return [tuple(row) for row in rows[1:]]


TABLES: dict[str, tuple[str, Callable[[bytes], list[tuple[str, ...]]]]] = {
    "json": (ROWS, _parsed(QueryResultsFormat.JSON)),
    "xml": ("application/sparql-results+xml", _parsed(QueryResultsFormat.XML)),
    "csv": ("text/csv", _csv),
    "tsv": ("text/tab-separated-values", _parsed(QueryResultsFormat.TSV)),
}
SYNTAXES = {
    "ttl": ("text/turtle", "turtle"),
    "nt": ("application/n-triples", "nt"),
    "jsonld": ("application/ld+json", "json-ld"),
    "rdf": ("application/rdf+xml", "xml"),
}


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_the_same_in_each_format_whether_accepted_or_named(
    service: Service, name: str
) -> None:
    media_type, read = TABLES[name]
    accepted = service.sparql(SELECT, media_type)
    named = service.sparql(SELECT, "image/png", format=name)
    assert accepted.type == named.type == media_type
    assert accepted.body == named.body
    assert sorted(read(accepted.body)) == sorted(TABLES["json"][1](service.sparql(SELECT).body))
    assert ("https://w3id.org/istc-kg/id/country/SGP", "新加坡") in read(accepted.body)


@pytest.mark.parametrize("name", SYNTAXES)
def test_graphs_are_the_same_in_each_syntax(service: Service, name: str) -> None:
    media_type, parser = SYNTAXES[name]
    accepted = service.sparql(CONSTRUCT, media_type)
    named = service.sparql(CONSTRUCT, "image/png", format=name)
    assert accepted.type == named.type == media_type
    whole = rdflib.Graph().parse(data=service.sparql(CONSTRUCT, "*/*").body, format="turtle")
    assert len(whole) == 4
    for reply in (accepted, named):
        assert isomorphic(rdflib.Graph().parse(data=reply.body, format=parser), whole)


@pytest.mark.parametrize("name", TABLES)
def test_a_yes_or_no_is_answered_in_each_format(service: Service, name: str) -> None:
    reply = service.sparql("ASK { ?s ?p ?o }", TABLES[name][0])
    assert reply.status == 200
    assert reply.type == TABLES[name][0]
    assert b"true" in reply.body


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        (None, ROWS),
        ("*/*", ROWS),
        ("text/html;q=0.2, application/x-unknown, text/csv;q=0.9", "text/csv"),
        ("text/*", "text/csv"),
        ("application/json", ROWS),
        ("application/xml", "application/sparql-results+xml"),
        ("text/csv, application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
        (BROWSER, "text/html"),
    ],
)
def test_the_accept_header_decides(service: Service, accept: str | None, sent: str) -> None:
    assert service.sparql(SELECT, accept).type == sent


@pytest.mark.parametrize("query", [SELECT, CONSTRUCT])
def test_a_type_that_cannot_be_sent_is_answered_with_those_that_can(
    service: Service, query: str
) -> None:
    reply = service.sparql(query, "image/png")
    assert (reply.status, reply.type) == (406, "application/problem+json")
    available = reply.json()["available"]
    for media_type in available:
        assert service.sparql(query, media_type).type == media_type


def test_an_unknown_format_is_answered_with_the_known_ones(service: Service) -> None:
    reply = service.sparql(SELECT, format="xlsx")
    assert reply.status == 400
    assert {"json", "csv", "tsv", "xml"} <= set(reply.json()["available"])


def test_a_format_that_is_named_twice_counts_once(service: Service) -> None:
    reply = service.get("/sparql?query=ASK%7B%7D&format=zzz&format=text/csv", "*/*")
    assert reply.type == "text/csv"


def test_an_answer_that_is_held_already_is_not_sent_again(service: Service) -> None:
    first = service.sparql(SELECT)
    etag = first.header("ETag")
    assert etag.startswith('"')
    again = service.get(ADDRESS, ROWS, If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert again.header("ETag") == etag
    other = service.get(ADDRESS, "text/csv", If_None_Match=etag)
    assert other.status == 200
    assert other.header("ETag") != etag


def test_answers_depend_on_the_accept_header_and_say_so(service: Service) -> None:
    assert "Accept" in service.sparql(SELECT).header("Vary")


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()"])
def test_an_answer_that_changes_from_call_to_call_is_not_kept(service: Service, call: str) -> None:
    reply = service.sparql(f"SELECT ({call} AS ?x) {{}}")
    assert reply.header("ETag") == ""
    assert reply.header("Cache-Control") == "no-store"


def test_an_answer_has_its_length(service: Service) -> None:
    reply = service.sparql("SELECT * { ?s ?p ?o } LIMIT 5000")
    assert int(reply.header("Content-Length")) == len(reply.body)
    assert len(reply.json()["results"]["bindings"]) == 5000


def test_a_browser_gets_a_page_with_names_and_downloads(service: Service) -> None:
    reply = service.page(ADDRESS)
    assert (reply.status, reply.type) == (200, "text/html")
    assert "新加坡" in reply.text
    assert 'href="/doc/country/SGP"' in reply.text
    for name in TABLES:
        assert f'name="format" value="{name}"' in reply.text


def test_a_page_shows_the_first_rows_and_the_number_of_all(service: Service) -> None:
    many = service.page("/sparql?query=" + quote("SELECT ?s { ?s ?p ?o } LIMIT 1234"))
    assert "1234 rows" in many.text
    assert "1234 rows" in many.text or "1,234 rows" in many.text
    assert many.text.count("<tr>") == 101


def test_a_page_shows_a_graph_as_turtle_and_ask_as_a_word(service: Service) -> None:
    graph = service.page("/sparql?query=" + quote(CONSTRUCT))
    assert "urn:name" in graph.text
    assert "&lt;urn:name&gt;" in graph.text
    asked = service.page("/sparql?query=" + quote("ASK { ?s ?p ?o }"), "zh")
    assert ">是<" in asked.text


def test_without_a_query_a_browser_gets_the_editor(service: Service) -> None:
    reply = service.page("/sparql")
    assert (reply.status, reply.type) == (200, "text/html")
    assert "<textarea" in reply.text
    example = service.page("/sparql?example=rankings").text
    query = html.unescape(example.partition("<textarea")[2].partition(">")[2])
    query = query.partition("</textarea>")[0]
    assert not query.startswith("#+")
    assert service.sparql(query).json()["results"]["bindings"]


@pytest.mark.parametrize(("accept", "parser"), [*SYNTAXES.values(), ("*/*", "turtle")])
def test_without_a_query_a_program_gets_a_true_description(
    service: Service, accept: str, parser: str
) -> None:
    reply = service.get("/sparql", accept)
    assert reply.status == 200
    graph = rdflib.Graph().parse(data=reply.body, format=parser)
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    (endpoint,) = graph.objects(None, sd.endpoint)
    assert str(endpoint) == f"{service.url}/sparql"
    assert sd.BasicFederatedQuery not in set(graph.objects(None, sd.feature))
    assert sd.UnionDefaultGraph in set(graph.objects(None, sd.feature))
    sizes = {
        str(graph.value(named, sd.name)): int(str(graph.value(
            graph.value(named, sd.graph), rdflib.VOID.triples)))
        for named in graph.objects(None, sd.namedGraph)
    }  # fmt: skip
    counted = service.select(
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } "
        "FILTER(?g != <https://w3id.org/istc-kg/graph/journal>) } GROUP BY ?g"
    )
    assert sizes == {row["g"]: int(row["n"]) for row in counted}


def test_every_result_format_of_the_description_is_sent(service: Service) -> None:
    graph = rdflib.Graph().parse(data=service.get("/sparql", "text/turtle").body, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    declared = {str(f).rpartition("/")[2] for f in graph.objects(None, sd.resultFormat)}
    assert declared == {
        "SPARQL_Results_JSON",
        "SPARQL_Results_XML",
        "SPARQL_Results_CSV",
        "SPARQL_Results_TSV",
        "Turtle",
        "N-Triples",
        "RDF_XML",
        "JSON-LD",
    }


def test_json_rows_are_typed_as_the_standard_says(service: Service) -> None:
    reply = service.sparql('SELECT ("a"@en AS ?t) (1.5 AS ?d) (<urn:x> AS ?i) {}')
    (row,) = json.loads(reply.text)["results"]["bindings"]
    assert row["t"] == {"type": "literal", "value": "a", "xml:lang": "en"}
    assert row["d"]["datatype"] == "http://www.w3.org/2001/XMLSchema#decimal"
    assert row["i"] == {"type": "uri", "value": "urn:x"}

"""SPARQL 1.1 Protocol and HTTP QUERY: every way to send a query, and what is refused."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest

from tests.serving import FORM, ROWS, Reply, Service

QUERY_TYPE = "application/sparql-query"
SELECT = "SELECT ?x WHERE { VALUES ?x { 1 2 3 } }"
CHINESE = '100%25 中文 + é & "ü"'


def post(service: Service, body: str | bytes, kind: str, path: str = "/sparql") -> Reply:
    return service.send("POST", path, body, {"Content-Type": kind, "Accept": ROWS})


def ways(service: Service, query: str) -> dict[str, Reply]:
    fields = urlencode({"query": query})
    asked = {"Content-Type": QUERY_TYPE, "Accept": ROWS}
    return {
        "GET": service.get(f"/sparql?{fields}", ROWS),
        "POST form": post(service, fields, FORM),
        "POST direct": post(service, query, QUERY_TYPE),
        "POST with charset": post(service, query, f"{QUERY_TYPE}; charset=UTF-8"),
        "QUERY": service.send("QUERY", "/sparql", query, asked),
        "QUERY form": service.send("QUERY", "/sparql", fields, asked | {"Content-Type": FORM}),
    }


def test_every_way_to_send_a_query_gets_the_same_answer(service: Service) -> None:
    replies = ways(service, SELECT)
    assert {reply.status for reply in replies.values()} == {200}
    assert len({reply.body for reply in replies.values()}) == 1
    rows = replies["GET"].json()["results"]["bindings"]
    assert [row["x"]["value"] for row in rows] == ["1", "2", "3"]


def test_a_query_arrives_byte_for_byte(service: Service) -> None:
    query = f"SELECT ?x WHERE {{ VALUES ?x {{ {json.dumps(CHINESE, ensure_ascii=False)} }} }}"
    for way, reply in ways(service, query).items():
        (row,) = reply.json()["results"]["bindings"]
        assert row["x"]["value"] == CHINESE, way


def test_a_mark_of_the_encoding_is_no_part_of_a_query(service: Service) -> None:
    headers = {"Content-Type": "application/sparql-query", "Accept": "application/json"}
    reply = service.send("POST", "/sparql", b"\xef\xbb\xbfASK {}", headers)
    assert (reply.status, reply.json()["boolean"]) == (200, True)
    packed = service.send("POST", "/sparql", "ASK {}", headers | {"Content-Encoding": "gzip"})
    assert packed.status == 415


def test_ask_construct_and_describe_are_answered(service: Service) -> None:
    china = "<https://w3id.org/istc-kg/id/country/CHN>"
    asked = service.sparql(f"ASK {{ {china} ?p ?o }}", "*/*")
    assert asked.type == ROWS
    assert asked.json()["boolean"] is True
    for query in (f"CONSTRUCT WHERE {{ {china} ?p ?o }}", f"DESCRIBE {china}"):
        reply = service.sparql(query, "*/*")
        assert (reply.status, reply.type) == (200, "text/turtle")
        assert "中国" in reply.text


def test_the_default_graph_is_the_union_of_all(service: Service) -> None:
    (row,) = service.select(
        "PREFIX istc: <https://w3id.org/istc-kg/ontology#>"
        " SELECT ?label ?text { ?fact istc:indicator ?x ; istc:valueText ?text ."
        " ?x <http://www.w3.org/2000/01/rdf-schema#label> ?label ."
        " istc:indicator a ?property } LIMIT 1"
    )
    assert row["label"]


def test_graphs_of_the_request_beat_those_of_the_query(service: Service) -> None:
    ontology = "https://w3id.org/istc-kg/graph/ontology"
    query = (
        "SELECT ?type FROM <https://w3id.org/istc-kg/graph/reference>"
        " { <https://w3id.org/istc-kg/ontology#Country> a ?type }"
    )
    assert service.select(query) == []
    reply = service.sparql(query, **{"default-graph-uri": ontology})
    assert len(reply.json()["results"]["bindings"]) == 1
    named = service.sparql(
        "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", **{"named-graph-uri": ontology}
    )
    found = [row["g"]["value"] for row in named.json()["results"]["bindings"]]
    assert found == [ontology]


def test_parameters_of_other_services_are_ignored(service: Service) -> None:
    reply = service.sparql(SELECT, output="json", results="json", infer="true", version="1.1")
    assert reply.status == 200


def test_head_says_what_get_would_say_without_a_body(service: Service) -> None:
    path = f"/sparql?query={quote(SELECT)}"
    got = service.get(path, ROWS)
    head = service.send("HEAD", path, headers={"Accept": ROWS})
    assert head.status == 200
    assert head.body == b""
    for name in ("Content-Type", "Content-Length", "ETag", "Vary"):
        assert head.header(name) == got.header(name) != "", name


def test_options_name_the_methods(service: Service) -> None:
    reply = service.send("OPTIONS", "/sparql")
    assert reply.status in (200, 204)
    methods = {name.strip() for name in reply.header("Allow").split(",")}
    assert {"GET", "HEAD", "POST", "QUERY", "OPTIONS"} <= methods


def test_a_page_of_another_site_may_ask(service: Service) -> None:
    origin = {"Origin": "https://yasgui.example"}
    before = service.send(
        "OPTIONS",
        "/sparql",
        headers=origin
        | {"Access-Control-Request-Method": "QUERY", "Access-Control-Request-Headers": "accept"},
    )
    assert before.status == 204
    assert "QUERY" in before.header("Access-Control-Allow-Methods")
    assert "accept" in before.header("Access-Control-Allow-Headers").lower()
    for path in (f"/sparql?query={quote(SELECT)}", "/sparql?query=nonsense", "/nowhere"):
        reply = service.send("GET", path, headers=origin)
        assert reply.header("Access-Control-Allow-Origin") == "*", path
        assert "ETag" in reply.header("Access-Control-Expose-Headers")


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "where"),
    [
        ("GET", f"/sparql?query={quote(SELECT)}&query=ASK%7B%7D", None, "", "query"),
        ("GET", f"/sparql?query={quote(SELECT)}&update=x", None, "", "update"),
        ("POST", "/sparql", "default-graph-uri=urn:x", FORM, "query"),
        ("POST", "/sparql?query=ASK%7B%7D", SELECT, QUERY_TYPE, "query"),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=here", None, "", "default-graph-uri"),
        ("GET", "/sparql?query=ASK%7B%7D&timeout=soon", None, "", "timeout"),
        ("GET", "/sparql?query=ASK%7B%7D&timeout=0", None, "", "timeout"),
        ("GET", "/sparql?query=%FF", None, "", "address"),
        ("POST", "/sparql", b"ASK { \xff }", QUERY_TYPE, "body"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(
    service: Service, method: str, path: str, body: str | bytes | None, kind: str, where: str
) -> None:
    reply = service.send(method, path, body, {"Content-Type": kind} if kind else {})
    assert reply.status == 400, reply.text
    problem = reply.json()
    assert problem["type"].endswith("/problems/bad-request")
    assert problem["parameter"] == where


def test_a_query_id_with_strange_signs_is_refused(service: Service) -> None:
    reply = service.get("/sparql?query=ASK%7B%7D", Query_Id="a b")
    assert (reply.status, reply.json()["parameter"]) == (400, "Query-Id")


@pytest.mark.parametrize(
    ("body", "kind", "status", "problem"),
    [
        ("update=INSERT+DATA+%7B%3Curn%3Aa%3E+%3Curn%3Ab%3E+1%7D", FORM, 401, "unauthorized"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "application/sparql-update", 401, "unauthorized"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", QUERY_TYPE, 403, "forbidden"),
        ("CLEAR ALL", QUERY_TYPE, 403, "forbidden"),
    ],
)
def test_an_update_without_token_or_sent_as_a_query_changes_nothing(
    service: Service, body: str, kind: str, status: int, problem: str
) -> None:
    reply = post(service, body, kind)
    assert reply.status == status
    assert reply.json()["type"].endswith(f"/problems/{problem}")
    assert service.select("SELECT ?o { <urn:a> ?p ?o }") == []
    assert service.sparql("ASK { ?s ?p ?o }").json()["boolean"] is True


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", f"{QUERY_TYPE}; charset=utf-16"]
)
def test_a_body_of_another_media_type_is_refused(service: Service, kind: str) -> None:
    reply = post(service, SELECT, kind)
    assert reply.status == 415
    assert reply.json()["accepted"] == [QUERY_TYPE, FORM]
    assert QUERY_TYPE in reply.header("Accept-Post")
    assert QUERY_TYPE in reply.header("Accept-Query")


def test_the_endpoint_says_what_it_reads(service: Service) -> None:
    assert service.sparql(SELECT).header("Accept-Query") == f"{QUERY_TYPE}, {FORM}"


def test_a_method_that_is_not_offered_names_those_that_are(service: Service) -> None:
    reply = service.send("DELETE", "/sparql")
    assert reply.status == 405
    assert {"GET", "POST", "QUERY"} <= {m.strip() for m in reply.header("Allow").split(",")}
    assert reply.json()["type"].endswith("/problems/method-not-allowed")

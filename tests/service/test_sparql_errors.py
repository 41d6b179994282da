"""A query that is wrong: where, why and what to do, in the reader's language."""

from __future__ import annotations

import http.client
from urllib.parse import quote

import pytest

from tests.serving import Reply, Service

OUTSIDE = "http://127.0.0.1:9/sparql"


def ask(service: Service, query: str, language: str = "") -> Reply:
    headers = {"Accept_Language": language} if language else {}
    return service.get(f"/sparql?query={quote(query)}", "application/json", **headers)


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * WHERE { ?s ?p }", 1, None),
        ("SELECT *\nWHERE {\n  ?s ?p ?o ; ; ;\n  ?x }", 4, None),
        ("ASK { ?s ?p ?o", 1, None),
        ("SELECTED ?x {}", 1, 1),
        ("ASK {}\n\n  extra", 3, None),
        ("", 1, 1),
    ],
)
def test_a_query_that_does_not_parse_is_told_with_line_and_column(
    service: Service, query: str, line: int, column: int | None
) -> None:
    path = "/sparql"
    sent = {"Content-Type": "application/sparql-query"}
    reply = service.send("POST", path, query, sent)
    assert (reply.status, reply.type) == (400, "application/problem+json")
    problem = reply.json()
    assert problem["type"].endswith("/problems/sparql-syntax")
    assert problem["line"] == line
    assert isinstance(problem["column"], int)
    assert column is None or problem["column"] == column
    assert problem["status"] == 400
    assert problem["hint"]
    for word in ("Traceback", "File ", "pyoxigraph", "\\u{"):
        assert word not in reply.text


@pytest.mark.parametrize(
    ("prefix", "namespace"),
    [
        ("foaf", "http://xmlns.com/foaf/0.1/"),
        ("skos", "http://www.w3.org/2004/02/skos/core#"),
        ("istc", "https://w3id.org/istc-kg/ontology#"),
    ],
)
def test_a_forgotten_prefix_is_offered_as_the_line_to_add(
    service: Service, prefix: str, namespace: str
) -> None:
    query = f"SELECT ?x\nWHERE {{ ?x {prefix}:name ?y }}"
    problem = ask(service, query, "en").json()
    line = f"PREFIX {prefix}: <{namespace}>"
    assert line in problem["hint"]
    assert (problem["line"], problem["column"]) == (2, 12)
    assert problem["excerpt"].splitlines()[1].index("^") == 11
    mended = ask(service, f"{line}\n{query}")
    assert mended.status == 200


def test_an_unknown_prefix_is_named(service: Service) -> None:
    problem = ask(service, "ASK { ?x zzz:name ?y }", "en").json()
    assert "zzz:" in problem["detail"]
    assert "PREFIX zzz:" in problem["hint"]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ SERVICE <{OUTSIDE}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SERVICE SILENT <{OUTSIDE}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ ?s ?p ?o . OPTIONAL {{ service<{OUTSIDE}>{{ ?s ?q ?r }} }} }}",
        f"LOAD <{OUTSIDE}>",
        "LOAD <file:///etc/passwd>",
    ],
)
def test_a_query_that_reaches_out_is_refused(service: Service, query: str) -> None:
    reply = ask(service, query)
    assert reply.status == 403
    assert reply.json()["type"].endswith("/problems/no-outside-access")
    assert reply.json()["line"] == 1


def test_graphs_of_other_machines_are_not_fetched(service: Service) -> None:
    reply = ask(service, f"SELECT * FROM <{OUTSIDE}> {{ ?s ?p ?o }}")
    assert reply.status == 200
    assert reply.json()["results"]["bindings"] == []


def test_a_word_in_a_text_is_no_keyword(service: Service) -> None:
    query = 'SELECT ("SERVICE <x> { LOAD }" AS ?service) {} # SERVICE <x> {}'
    assert ask(service, query).status == 200


@pytest.mark.parametrize(
    ("query", "xml", "other"),
    [
        ('SELECT ("a\\u0001" AS ?x) {}', "sparql-results+xml", "sparql-results+json"),
        ('SELECT ("\\uFFFE" AS ?x) {}', "sparql-results+xml", "sparql-results+json"),
        ('CONSTRUCT { <urn:a> <urn:b> "\\u000B" } {}', "rdf+xml", "n-triples"),
    ],
)
def test_what_xml_cannot_hold_is_refused_there_and_sent_elsewhere(
    service: Service, query: str, xml: str, other: str
) -> None:
    path = f"/sparql?query={quote(query)}"
    refused = service.get(path, f"application/{xml}", Accept_Language="zh")
    assert (refused.status, refused.type) == (406, "application/problem+json")
    assert "控制字符 U+" in refused.json()["detail"]
    assert service.get(path, f"application/{other}").status == 200


def test_an_answer_that_xml_cannot_hold_to_its_end_breaks_off(service: Service) -> None:
    rows = "{ SELECT * { ?a a ?b . ?c a ?d } LIMIT 100000 }"
    half = 'BIND (IF(RAND() < 0.5, "", "\\u0001") AS ?x)'
    path = f"/sparql?query={quote(f'SELECT * {{ {rows} {half} }} ORDER BY ?x')}"
    with pytest.raises(http.client.IncompleteRead):
        service.get(path, "application/sparql-results+xml")


WRONG = {
    "a prefix": "ASK { ?x foaf:name ?y }",
    "a missing object": "SELECT * WHERE { ?s ?p }",
    "a word": "SELECTED ?x {}",
    "a call outside": f"SELECT * {{ SERVICE <{OUTSIDE}> {{ ?s ?p ?o }} }}",
    "an update": "INSERT DATA { <urn:a> <urn:b> 1 }",
    "a relative IRI": "ASK { <a b> ?p ?o }",
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_worded_in_the_language_of_the_reader(service: Service, name: str) -> None:
    chinese = ask(service, WRONG[name], "zh-CN")
    english = ask(service, WRONG[name], "en")
    silent = ask(service, WRONG[name])
    assert chinese.header("Content-Language") == "zh"
    assert english.header("Content-Language") == silent.header("Content-Language") == "en"
    for member in ("title", "detail", "hint"):
        told = chinese.json()[member]
        assert any("\u4e00" <= sign <= "\u9fff" for sign in told), (member, told)
        plain = english.json()[member]
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in plain), (member, plain)
        assert silent.json()[member] == plain
    assert chinese.json()["type"] == english.json()["type"]


def test_a_browser_gets_the_error_as_a_page_with_the_query_to_mend(service: Service) -> None:
    query = "SELECT * WHERE { ?s foaf:name ?x }"
    reply = service.page(f"/sparql?query={quote(query)}", "en")
    assert (reply.status, reply.type) == (400, "text/html")
    assert "PREFIX foaf: &lt;http://xmlns.com/foaf/0.1/&gt;" in reply.text
    assert f">{query}</textarea>" in reply.text


def test_a_problem_has_what_rfc_9457_says(service: Service) -> None:
    reply = ask(service, "nonsense")
    problem = reply.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert problem["instance"] == f"urn:uuid:{reply.header('X-Request-Id')}"
    assert reply.header("Cache-Control") == "no-store"
    assert "Accept" in reply.header("Vary")
    explained = service.page(problem["type"])
    assert explained.status == 200
    assert "SPARQL" in explained.text


def test_a_query_that_is_nested_too_deeply_is_told_so(service: Service) -> None:
    text = "SELECT * " + "{" * 20_000 + "}" * 20_000
    headers = {"Content-Type": "application/sparql-query"}
    reply = service.send("POST", "/sparql", text, headers)
    assert reply.status == 422
    assert "nested" in reply.json()["detail"]

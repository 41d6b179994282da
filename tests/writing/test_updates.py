"""SPARQL Update over HTTP: by token, whole or not at all, and never by way of another machine."""

from __future__ import annotations

import gzip
import socket
import threading
from base64 import b64encode
from urllib.parse import urlencode

import pytest
from rdflib import Literal as RdfLiteral
from rdflib import URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from SPARQLWrapper import POST, SPARQLWrapper

from tests.serving import FORM

from .conftest import UPDATE, Desk, E, desk, small

INSERT = "INSERT DATA {{ GRAPH <{e}{g}> {{ <{e}s> <{e}p> {n} }} }}"


def insert(graph: str, number: int = 1) -> str:
    return INSERT.format(e=E, g=graph, n=number)


@pytest.mark.parametrize("path", ["/update", "/sparql"])
def test_an_update_is_done_and_told(united: Desk, path: str) -> None:
    before = united.count()
    graph = f"done{path.replace('/', '-')}"
    for kind, body in ((UPDATE, insert(graph)), (FORM, urlencode({"update": insert(graph, 2)}))):
        reply = united.send("POST", path, body, Content_Type=kind)
        assert reply.status == 200, reply.text
        done = reply.json()
        assert (done["added"], done["removed"], done["warnings"]) == (1, 0, [])
        change = united.service.get(reply.headers["Location"]).json()
        assert (change["commit"], change["agent"]) == (done["commit"], "desk")
        assert (change["change"], change["digest"]) == (done["version"], done["digest"])
        assert len(change["checksum"]) == 64
    # Who wrote reads what was written, at once.
    assert united.count() == before + 2


@pytest.mark.parametrize("path", ["/update", "/sparql"])
def test_without_a_valid_token_nothing_changes(united: Desk, path: str) -> None:
    before = united.count()
    for authorization in (None, "Bearer istc_wrong", "Basic " + b64encode(b"a:b").decode(), "X y"):
        headers = {"Content-Type": UPDATE}
        headers |= {"Authorization": authorization} if authorization else {}
        reply = united.service.send("POST", path, insert("x"), headers)
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
        wrong = "invalid_token" in reply.headers["WWW-Authenticate"]
        assert wrong is (authorization is not None)
        assert reply.json()["type"].endswith("/unauthorized")
    assert united.count() == before


def test_a_change_of_the_union_must_name_its_graph(united: Desk) -> None:
    before = united.count()
    for text in (
        f"INSERT DATA {{ <{E}s> <{E}p> 1 }}",
        "DELETE WHERE { ?s ?p ?o }",
        f"\nDELETE {{ ?s ?p ?o }} WHERE {{ GRAPH <{E}g> {{ ?s ?p ?o }} }}",
        "CLEAR DEFAULT",
        f"ADD <{E}g> TO DEFAULT",
    ):
        reply = united.update(text)
        assert reply.status == 400, text
        assert "GRAPH" in reply.json()["hint"]
        assert reply.json()["line"] == (2 if text.startswith("\n") else 1)
    assert united.count() == before


def test_where_sees_the_union_also_of_what_the_request_itself_has_changed(united: Desk) -> None:
    assert united.update(f"CLEAR SILENT GRAPH <{E}seen>").status == 200
    reply = united.update(
        f"INSERT DATA {{ GRAPH <{E}early> {{ <{E}x> <{E}q> 1 . <{E}x> <{E}q> 2 }} }} ;\n"
        f"# a comment; with a semicolon {{\n"
        f"INSERT {{ GRAPH <{E}seen> {{ <{E}n> <{E}is> ?n }} }} "
        f"WHERE {{ SELECT (COUNT(*) AS ?n) {{ ?s <{E}q> ?o }} }}"
    )
    assert reply.status == 200, reply.text
    rows = united.service.select(f"SELECT ?n {{ <{E}n> <{E}is> ?n }}")
    assert rows == [{"n": "2"}]


def test_an_update_that_fails_in_its_last_operation_changes_nothing(united: Desk) -> None:
    before = united.count()
    reply = united.update(f"{insert('half')} ; DROP GRAPH <{E}missing>")
    assert reply.status == 400
    assert "done" in reply.json()["detail"]
    assert united.count() == before


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (
            "INSERT DATA {\n GRAPH <http://e/> { foaf:a <http://p> 1 } }",
            2,
            22,
        ),
        ("INSERT {", 1, 9),
        ("SELECT * { ?s ?p ?o }", 1, 1),
    ],
)
def test_an_update_that_does_not_parse_names_the_place(
    united: Desk, text: str, line: int, column: int
) -> None:
    reply = united.update(text)
    assert reply.status == 400
    told = reply.json()
    assert told["type"].endswith("sparql-syntax")
    assert told["line"] == line
    assert abs(told["column"] - column) <= 8


def test_no_update_reaches_another_machine(united: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(1.0)
        seen: list[object] = []

        def listen() -> None:
            try:
                seen.append(listener.accept())
            except TimeoutError:
                return

        thread = threading.Thread(target=listen)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        for text in (
            f"LOAD <{url}> INTO GRAPH <{E}l>",
            f"LOAD SILENT <{url}> INTO GRAPH <{E}l>",
            f"INSERT {{ GRAPH <{E}l> {{ ?s ?p ?o }} }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        ):
            reply = united.update(text)
            assert reply.status == 403
            assert reply.json()["type"].endswith("no-outside-access")
            assert reply.json()["line"] == 1
        thread.join()
    assert seen == []


def test_a_change_is_taken_back_over_http(united: Desk) -> None:
    before = united.count()
    done = united.update(insert("undone"))
    assert united.count() == before + 1
    path = done.headers["Location"] + "/undo"
    assert united.service.send("POST", path).status == 401
    undone = united.send("POST", path)
    assert undone.status == 200, undone.text
    assert united.count() == before
    again = united.send("POST", path)
    assert again.status == 409
    assert [item["since"] for item in again.json()["changed"]] == ["removed"]
    missing = united.send("POST", "/changes/999/undo")
    assert missing.status == 404
    assert "/" not in missing.json()["where"]
    at = undone.headers["Location"]
    patch = gzip.decompress(united.service.get(at + ".rdfp.gz").body).decode()
    assert f"D <{E}s> <{E}p>" in patch
    # Its head says between which versions it leads.
    number = int(at.rpartition("/")[2])
    id_, prev = patch.splitlines()[:2]
    assert (id_.startswith("H id "), f"/version/{number}>" in id_) == (True, True)
    assert (prev.startswith("H prev "), f"/version/{number - 1}>" in prev) == (True, True)


def test_an_update_for_another_state_of_the_graph_is_refused(united: Desk) -> None:
    first = united.update(insert("stale"))
    tag = first.headers["ETag"]
    same = united.send("POST", "/update", insert("stale", 2), Content_Type=UPDATE, If_Match=tag)
    assert same.status == 200, same.text
    late = united.send("POST", "/update", insert("stale", 3), Content_Type=UPDATE, If_Match=tag)
    assert late.status == 412
    assert late.json()["current"] == same.headers["ETag"]


def test_the_request_names_the_graphs_of_where(plain: Desk) -> None:
    text = f"INSERT {{ GRAPH <{E}copy> {{ ?s <{E}copied> ?o }} }} WHERE {{ ?s <{E}p> ?o }} # WHERE"
    assert plain.update(text, **{"using-graph-uri": E + "g"}).json()["added"] == 2
    inside = f"?s <{E}p> ?o }}"
    named = text.replace(inside, f"GRAPH ?g {{ {inside} }}")
    assert plain.update(named, **{"using-named-graph-uri": E + "none"}).json()["added"] == 0
    for both in (f"WITH <{E}g> {text}", text.replace("WHERE {", f"USING <{E}g> WHERE {{")):
        reply = plain.update(both, **{"using-graph-uri": E + "g"})
        assert reply.status == 400
        assert reply.json()["parameter"] == "using-graph-uri"


def test_a_plain_store_keeps_the_default_graph_and_its_blank_nodes(plain: Desk) -> None:
    assert plain.update(f"INSERT DATA {{ _:a <{E}knows> _:b . _:b <{E}name> 'b' }}").status == 200
    reply = plain.update(
        f"DELETE {{ ?b <{E}name> ?n }} INSERT {{ ?b <{E}name> 'c' ; <{E}kind> [] }} "
        f"WHERE {{ ?a <{E}knows> ?b . ?b <{E}name> ?n FILTER(ISBLANK(?a) && ISBLANK(?b)) }}"
    )
    assert (reply.json()["added"], reply.json()["removed"]) == (2, 1)
    read = plain.service.get("/store?default", "application/n-triples")
    lines = [line for line in read.text.splitlines() if "knows" in line or "name" in line]
    (node,) = {line.split()[2] for line in lines if "knows" in line}
    assert node.startswith("_:")
    assert [line.split()[0] for line in lines if "name" in line] == [node]


@pytest.mark.parametrize(
    ("query", "body", "kind", "status"),
    [
        ("", "update=", FORM, 200),
        ("", "", FORM, 400),
        ("", "update=INSERT%20DATA%7B%7D&update=INSERT%20DATA%7B%7D", FORM, 400),
        ("", "update=INSERT%20DATA%7B%7D&query=ASK%7B%7D", FORM, 400),
        ("?using-graph-uri=relative", "INSERT DATA {}", UPDATE, 400),
        ("", "INSERT DATA {}", "text/plain", 415),
        ("", "INSERT DATA {}", f"{UPDATE}; charset=utf-16", 415),
    ],
)
def test_the_protocol_is_read_strictly(
    united: Desk, query: str, body: str, kind: str, status: int
) -> None:
    reply = united.send("POST", f"/update{query}", body, Content_Type=kind)
    assert reply.status == status, reply.text
    if status == 415:
        assert UPDATE in reply.json()["accepted"]


def test_an_update_by_get_is_refused(united: Desk) -> None:
    assert united.send("GET", "/update?update=CLEAR%20ALL").status == 405
    assert united.send("GET", "/sparql?update=CLEAR%20ALL").status in (400, 403)


def test_sparqlwrapper_and_rdflib_write_with_their_own_means(united: Desk) -> None:
    wrapper = SPARQLWrapper(f"{united.service.url}/update")
    wrapper.setMethod(POST)
    wrapper.setCredentials("anybody", united.token)
    wrapper.setQuery(insert("wrapper"))
    wrapper.query()
    store = SPARQLUpdateStore(
        f"{united.service.url}/sparql",
        f"{united.service.url}/update",
        auth=("anybody", united.token),
        autocommit=True,
    )
    triple = (URIRef(E + "r"), URIRef(E + "p"), RdfLiteral("r"))
    store.update(f"INSERT DATA {{ GRAPH <{E}rdflib> {{ <{E}r> <{E}p> 'r' }} }}")
    assert len(list(store.triples(triple))) == 1
    rows = united.service.select(f"SELECT ?g {{ GRAPH ?g {{ <{E}s> <{E}p> 1 }} }}")
    assert E + "wrapper" in {row["g"] for row in rows}


def test_a_runaway_update_is_stopped_and_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = small(tmp_path_factory.mktemp("slow") / "home")
    values = " ".join(f"VALUES ?{v} {{ {' '.join(map(str, range(2000)))} }}" for v in "xyz")
    with desk(home, write_seconds="2") as one:
        text = f"INSERT {{ GRAPH <{E}r> {{ <{E}s> <{E}n> ?n }} }} WHERE {{ "
        reply = one.update(f"{text} SELECT (SUM(?x*?y*?z) AS ?n) {{ {values} }} }}")
        assert reply.status == 504
        assert reply.json()["limitSeconds"] == 2.0
        assert one.count() == 2
        assert not list((home / "staging").iterdir())


@pytest.mark.parametrize("sign", ["\\u0001", "\\u0000", "\\uFFFE"])
def test_what_xml_cannot_hold_is_refused(united: Desk, sign: str) -> None:
    before = united.count()
    triple = f'<{E}c> <{E}p> "x{sign}y"'
    update = united.update(f"INSERT DATA {{ GRAPH <{E}c> {{ {triple} }} }}")
    put = united.send("PUT", united.graph("c"), f"{triple} .", Content_Type="text/turtle")
    for reply in (update, put):
        assert (reply.status, reply.json()["type"]) == (400, "/problems/invalid-rdf")
        assert f"U+{sign[-4:].upper()}" in reply.json()["detail"]
        assert f"{E}c" in reply.json()["where"]
    assert united.count() == before

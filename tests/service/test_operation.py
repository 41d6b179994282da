"""Running the service: health, versions, downloads, a graph that changes or is not there."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.namespaces import RDF_TYPE, RDFS_LABEL, graph, istc
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import content_digest
from tests.serving import BROWSER, Service, serving

BASE = "https://w3id.org/istc-kg/"
XSD_URI = "http://www.w3.org/2001/XMLSchema#anyURI"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def commit(home: Path, *added: Quad) -> None:
    """Add quads to the graph of a home while it is served."""
    with Truth.open(home) as truth:
        truth.commit(added, [], Entry(agent="test", activity="import"))


def named(key: str, label: str, kind: str = "ResearchOrganization") -> list[Quad]:
    """An organisation with a name."""
    node, where = NamedNode(f"{BASE}id/{key}"), graph("entities")
    return [
        Quad(node, RDF_TYPE, istc(kind), where),
        Quad(node, RDFS_LABEL, Literal(label, language="zh"), where),
    ]


@pytest.fixture(scope="module")
def own(home: Path) -> Iterator[Service]:
    """A service on a home of its own."""
    with serving(home) as running:
        yield running


def test_health_is_told_to_machines(service: Service) -> None:
    alive = service.get("/healthz")
    assert (alive.status, alive.json()) == (200, {"status": "ok"})
    assert alive.header("Cache-Control") == "no-store"
    assert service.send("HEAD", "/healthz").status == 200
    ready = service.get("/readyz")
    assert ready.status == 200
    assert ready.json()["status"] == "ready"
    assert set(ready.json()["parts"]) == {"store", "engine", "spool"}


def test_the_version_tells_software_and_data(service: Service, built_home: Path) -> None:
    told = service.get("/version").json()
    current = json.loads((built_home / "current").read_text("utf-8"))
    assert told["data"] == {"version": current["number"], "digest": current["digest"]}
    assert told["software"]
    assert told["base"] == BASE


def test_the_whole_graph_can_be_downloaded(service: Service, built_home: Path) -> None:
    now = service.get("/version").json()["data"]
    path = f"/dumps/{now['version']}/istc-kg.nq.gz"
    assert f'href="{path}"' in service.page("/").text
    reply = service.get(path)
    assert reply.status == 200
    lines = gzip.decompress(reply.body)
    assert content_digest(lines.splitlines()) == now["digest"]
    assert "immutable" in reply.header("Cache-Control")
    again = service.get(path, If_None_Match=reply.header("ETag"))
    assert (again.status, again.body) == (304, b"")
    part = service.get(path, Range="bytes=0-99")
    assert (part.status, part.body) == (206, reply.body[:100])
    beyond = service.get(path, Range="bytes=999999999-")
    assert beyond.status == 416
    assert beyond.json()["type"].endswith("/problems/range-not-satisfiable")


@pytest.mark.parametrize("ending", ["ttl.gz", "rdf.gz", "nt.gz", "jsonld.gz", "trig.gz"])
def test_every_download_is_whole(service: Service, ending: str) -> None:
    number = service.get("/version").json()["data"]["version"]
    data = gzip.decompress(service.get(f"/dumps/{number}/istc-kg.{ending}").body)
    form = RdfFormat.from_extension(ending.removesuffix(".gz"))
    assert form is not None
    (row,) = service.select("SELECT (COUNT(*) AS ?n) { SELECT DISTINCT * { ?s ?p ?o } }")
    found = len({quad.triple for quad in parse(input=data, format=form)})
    assert 0.98 * int(row["n"]) <= found <= int(row["n"])


def test_a_download_that_is_not_there_is_answered_with_those_that_are(service: Service) -> None:
    reply = service.get("/dumps/999/istc-kg.ttl.gz")
    assert reply.status == 404
    assert service.send("HEAD", reply.json()["suggestions"][0]).status == 200


def test_a_commit_is_answered_from_at_once_and_changes_the_tags(own: Service, home: Path) -> None:
    paths = ["/doc/org/cas.ttl", "/sparql?query=ASK%7B%7D", "/questions/rankings.json", "/"]
    before = {path: own.get(path).header("ETag") for path in paths}
    number = own.get("/version").json()["data"]["version"]
    assert own.get("/doc/org/new-one").status == 404
    commit(home, *named("org/new-one", "新机构"))
    assert own.page("/doc/org/new-one").status == 200
    for path, etag in before.items():
        reply = own.get(path, If_None_Match=etag)
        assert reply.status == 200, path
        assert reply.header("ETag") != etag, path
    assert own.get("/version").json()["data"]["version"] == number + 1


def test_a_restart_without_a_change_keeps_the_tags(service: Service, built_home: Path) -> None:
    with serving(built_home) as other:
        for path in ("/doc/org/cas", "/questions/rankings.csv", "/sparql?query=ASK%7B%7D"):
            assert other.get(path).header("ETag") == service.get(path).header("ETag") != ""


def test_hostile_names_are_shown_as_text(own: Service, home: Path) -> None:
    commit(
        home,
        *named("org/hostile", HOSTILE),
        Quad(
            NamedNode(f"{BASE}id/org/hostile"),
            NamedNode("http://www.w3.org/2004/02/skos/core#altLabel"),
            Literal(f"</script>{HOSTILE}", language="en"),
            graph("entities"),
        ),
        Quad(
            NamedNode(f"{BASE}id/org/hostile"),
            NamedNode("http://purl.org/dc/terms/description"),
            Literal(HOSTILE),
            graph("entities"),
        ),
        Quad(
            NamedNode(f"{BASE}id/org/hostile"),
            NamedNode(f"{BASE}ontology#url"),
            Literal("javascript:alert(3)", datatype=NamedNode(XSD_URI)),
            graph("entities"),
        ),
    )
    query = f"/sparql?query=SELECT%20*%20%7B%3C{BASE}id/org/hostile%3E%20%3Fp%20%3Fo%7D"
    kind = f"/doc?uri={BASE}ontology%23ResearchOrganization"
    for path in ("/doc/org/hostile", query, kind):
        reply = own.page(path)
        assert reply.status == 200
        assert "alert(1)" in reply.text, path
        assert "<script>alert" not in reply.text
        assert "<img" not in reply.text
        assert "</script>&lt;" not in reply.text
        assert 'href="javascript' not in reply.text
    text = own.page("/doc/org/hostile").text
    data = text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert HOSTILE in json.dumps(json.loads(data), ensure_ascii=False).replace('\\"', '"')


def test_chinese_keys_are_found_in_any_percent_encoding(own: Service, home: Path) -> None:
    commit(home, *named("org/中科院", "中国科学院的别名"))
    encoded = "/org/%E4%B8%AD%E7%A7%91%E9%99%A2"
    moved = own.get(f"/id{encoded}", BROWSER)
    assert (moved.status, moved.header("Location")) == (303, f"/doc{encoded}")
    for path in (f"/doc{encoded}", f"/doc{encoded.lower()}"):
        reply = own.page(path)
        assert reply.status == 200
        assert "中国科学院的别名" in reply.text
        assert f"<{BASE}id{encoded}>" in reply.header("Link")
    turtle = own.get(f"/doc{encoded}", "text/turtle")
    assert turtle.header("Content-Location") == f"/doc{encoded}.ttl"
    assert "org\\/中科院" in turtle.text or "id/org/中科院" in turtle.text


def test_without_a_graph_things_are_unavailable_and_not_unknown(own: Service, home: Path) -> None:
    (home / "current").rename(home / "away")
    assert own.get("/healthz").status == 200
    ready = own.get("/readyz")
    assert (ready.status, ready.json()["failed"]) == (503, "store")
    for path in (
        "/doc/org/cas",
        "/id/org/cas",
        "/sparql?query=ASK%7B%7D",
        "/",
        "/questions/rankings",
    ):
        for accept in (BROWSER, "text/turtle, application/json"):
            reply = own.get(path, accept)
            assert reply.status == 503, path
            assert int(reply.header("Retry-After")) > 0
    assert own.get("/version").json()["data"] is None
    (home / "away").rename(home / "current")
    assert own.get("/readyz").status == 200


def test_addresses_start_with_the_configured_site(built_home: Path) -> None:
    with serving(built_home, site_url="https://graph.example/istc") as running:
        moved = running.get("/id/org/cas")
        assert moved.header("Location") == "https://graph.example/istc/doc/org/cas"
        reply = running.get("/doc/org/cas", "text/turtle", Host="evil.example")
        assert "https://graph.example/istc/doc/org/cas.nt" in reply.header("Link")
        assert "evil.example" not in str(reply.headers)
        described = running.get("/sparql", "text/turtle", Host="evil.example").text
        assert "<https://graph.example/istc/sparql>" in described
        problem = running.get("/nowhere").json()
        assert problem["type"] == "https://graph.example/istc/problems/not-found"

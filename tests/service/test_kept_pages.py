"""Pages that are kept in memory: the same bytes for the next reader, and never for a wrong one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.namespaces import RDF_TYPE, RDFS_LABEL, graph, istc
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests.serving import BROWSER, Reply, Service, serving

BASE = "https://w3id.org/istc-kg/"
#: Headers that belong to one answer.
_OWN = {"date", "x-request-id"}


@pytest.fixture(scope="module")
def own(home: Path) -> Iterator[Service]:
    """A service whose graph may be changed, and which nobody else asks."""
    with serving(home) as running:
        yield running


def again(service: Service) -> int:
    """How many answers have been sent from what is kept."""
    return int(service.measured()["istc_pages_cached_total",])


def headers(reply: Reply) -> list[tuple[str, str]]:
    """The headers of an answer that do not belong to it alone."""
    return sorted((k, v) for k, v in reply.headers.items() if k.lower() not in _OWN)


def commit(service: Service, home: Path, added: list[Quad], removed: list[Quad]) -> int:
    """Change the graph, and wait until the service answers from it."""
    with Truth.open(home) as truth:
        number = truth.commit(added, removed, Entry(agent="test", activity="import")).number
    until = time.monotonic() + 60
    while service.get("/version").json()["data"]["version"] != number:
        assert time.monotonic() < until
        time.sleep(0.1)
    return number


def labelled(text: str) -> Quad:
    node = NamedNode(f"{BASE}id/org/of-the-kept")
    return Quad(node, RDFS_LABEL, Literal(text, language="zh"), graph("entities"))


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/", BROWSER),
        ("/doc/org/cas", BROWSER),
        ("/doc/org/cas", "text/turtle"),
        ("/doc/org/cas.ris", None),
        ("/questions/rankings", BROWSER),
        ("/questions/rankings.xlsx", None),
        ("/questions/rankings/embed", BROWSER),
        ("/search?q=CAS", "application/json"),
        ("/changes", "application/atom+xml"),
        ("/openapi.json", None),
        ("/catalog", BROWSER),
    ],
)
def test_the_next_reader_gets_the_same_bytes(own: Service, path: str, accept: str | None) -> None:
    first = own.get(path, accept)
    assert first.status == 200
    before = again(own)
    second = own.get(path, accept)
    assert again(own) == before + 1
    assert second.body == first.body
    assert headers(second) == headers(first)
    assert second.header("X-Request-Id") not in ("", first.header("X-Request-Id"))
    assert len(second.headers.get_all("Date") or []) == 1
    head = own.send("HEAD", path, headers={"Accept": accept} if accept else {})
    assert again(own) == before + 2
    assert (head.status, head.body) == (200, b"")
    assert headers(head) == headers(first)


def test_an_answer_to_head_is_not_kept(own: Service) -> None:
    before = again(own)
    for _ in range(2):
        assert own.send("HEAD", "/doc/country/JPN", headers={"Accept": BROWSER}).status == 200
    assert own.page("/doc/country/JPN").text.startswith("<!doctype html>")
    assert again(own) == before


def test_conditions_are_held_against_what_is_kept(own: Service) -> None:
    path = "/doc/country/SGP"
    first = own.page(path)
    etag, changed = first.header("ETag"), first.header("Last-Modified")
    before = again(own)
    assert own.get(path, BROWSER, Accept_Language="en", If_None_Match=etag).status == 304
    assert own.get(path, BROWSER, Accept_Language="en", If_Modified_Since=changed).status == 304
    refused = own.get(path, BROWSER, Accept_Language="en", If_Match='"another"')
    assert refused.status == 412
    assert again(own) == before
    # The tag counts, and the time does not.
    sent = {"If_None_Match": '"another"', "If_Modified_Since": changed}
    assert own.get(path, BROWSER, Accept_Language="en", **sent).body == first.body
    assert again(own) == before + 1


def test_each_language_has_its_own(own: Service) -> None:
    asked = [("", "zh"), ("", "en"), ("?lang=en", "zh"), ("?clang=en", "zh"), ("?clang=zh", "en")]
    rounds = [[own.page("/doc/org/cas" + end, tag) for end, tag in asked] for _ in range(2)]
    assert [reply.body for reply in rounds[0]] == [reply.body for reply in rounds[1]]
    assert len({reply.body for reply in rounds[1]}) == len(asked)
    told = [reply.header("Content-Language") for reply in rounds[1]]
    assert told == ["zh", "en", "en", "zh", "en"]
    for reply, tag in zip(rounds[1], told, strict=True):
        assert f'<html lang="{tag}">' in reply.text


def test_each_address_of_the_service_has_its_own(own: Service) -> None:
    port = own.host.partition(":")[2]
    names = [f"127.0.0.1:{port}", f"localhost:{port}"]
    for path in ("/opensearch.xml", "/questions/rankings", "/catalog.ttl"):
        for name in names * 2:
            text = own.get(path, Host=name).text
            assert f"http://{name}/" in text
            (other,) = {*names} - {name}
            assert f"http://{other}/" not in text


def test_a_commit_gives_new_pages(own: Service, home: Path) -> None:
    kind = Quad(labelled("").subject, RDF_TYPE, istc("ResearchOrganization"), graph("entities"))
    commit(own, home, [kind, labelled("旧名")], [])
    path = "/doc/org/of-the-kept"
    for _ in range(2):
        assert "旧名" in own.page(path, "zh").text
    number = commit(own, home, [labelled("新名")], [labelled("旧名")])
    before = again(own)
    page = own.page(path, "zh").text
    assert again(own) == before
    assert "新名" in page
    assert "<h1>旧名" not in page
    assert own.page(path, "zh").text == page
    assert again(own) == before + 1
    assert own.get("/ask?q=x", "application/json").json()["data"]["version"] == number


def test_an_undo_brings_the_data_back_but_not_the_old_pages(own: Service, home: Path) -> None:
    def told() -> tuple[int, str]:
        data = own.get("/ask?q=CAS", "application/json").json()["data"]
        return data["version"], data["digest"]

    number, digest = told()
    assert told() == (number, digest)
    first = own.get("/?lang=en", BROWSER)
    quad = labelled("一时之名")
    commit(own, home, [quad], [])
    last = commit(own, home, [], [quad])
    assert told() == (last, digest)
    # Who holds the first page is not told that it still holds: it names another version.
    reply = own.get("/?lang=en", BROWSER, If_None_Match=first.header("ETag") or "")
    assert (reply.status, f"Data version {last}," in reply.text) == (200, True)


def test_what_is_told_of_files_follows_the_files(own: Service) -> None:
    # It makes the usual files, so that none comes about meanwhile.
    assert own.get("/catalog.ttl").status == 200
    page = own.page("/downloads").text
    (path,) = re.findall(r'href="(/dumps/\d+/entities\.ttl\.gz)"', page)
    assert own.page("/downloads").status == 200
    size = re.compile(rf'href="{re.escape(path)}">[^<]*</a> <span class="count">')
    assert not size.search(page)
    assert own.get(path).status == 200
    assert size.search(own.page("/downloads").text)


def test_who_says_who_he_is_neither_gets_nor_gives(own: Service) -> None:
    path = "/doc/country/DEU"
    before = again(own)
    for _ in range(2):
        assert own.get(path, BROWSER, Authorization="Bearer of-somebody").status == 200
    first = own.get(path, BROWSER)
    assert again(own) == before
    assert own.get(path, BROWSER).body == first.body
    assert again(own) == before + 1
    assert own.get(path, BROWSER, Authorization="Bearer of-somebody").body == first.body
    assert again(own) == before + 1


def test_answers_to_queries_are_not_kept_as_pages(own: Service) -> None:
    before = again(own)
    path = "/sparql?query=SELECT%20*%20%7B%20?kept%20?by%20?nobody%20%7D%20LIMIT%201"
    for accept in (BROWSER, "application/json"):
        for name in ("kept-one", "kept-two"):
            reply = own.get(path, accept, Query_Id=name)
            assert (reply.status, reply.header("Query-Id")) == (200, name)
    kind = {"Content-Type": "application/sparql-query", "Accept": BROWSER}
    for method in ("POST", "QUERY") * 2:
        reply = own.send(method, "/sparql", "SELECT * { ?s ?p ?o } LIMIT 1", kind)
        assert reply.status == 200
    assert again(own) == before


def test_frames_are_allowed_as_before(own: Service) -> None:
    for _ in range(2):
        embedded = own.page("/questions/rankings/embed").header("Content-Security-Policy")
        assert "frame-ancestors *" in embedded
        page = own.page("/questions/rankings").header("Content-Security-Policy")
        assert "frame-ancestors 'none'" in page


def test_nothing_is_kept_without_room(built_home: Path) -> None:
    with serving(built_home, page_bytes="0") as service:
        first, second = service.page("/doc/org/cas"), service.page("/doc/org/cas")
        assert (first.status, second.body) == (200, first.body)
        assert again(service) == 0

"""Things that have another name now, that have left, or that are written in Chinese."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.namespaces import DCTERMS, GRAPH, ID, ISTC, OWL, RDF_TYPE, RDFS
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests.serving import BROWSER, Service, serving

KEPT, RECORD, LEAVING, REPLACED = "org/kept", "org/record-17", "org/leaving", "org/former"
CHINESE = "org/国际合作司"


def said(thing: str, predicate: str, value: NamedNode | Literal, graph: str = "register") -> Quad:
    return Quad(NamedNode(ID + thing), NamedNode(predicate), value, NamedNode(GRAPH + graph))


def described(thing: str, name: str) -> list[Quad]:
    return [
        said(thing, RDF_TYPE.value, NamedNode(ISTC + "Organization")),
        said(thing, RDFS + "label", Literal(name, language="zh")),
    ]


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A small graph in which a record was merged, a thing replaced, and a thing taken out."""
    home: Path = tmp_path_factory.mktemp("moving") / "home"
    leaving = described(LEAVING, "离开的机构")
    with Truth.open(home) as truth:
        quads = [
            *described(KEPT, "保留的机构"),
            *described(CHINESE, "国际合作司"),
            *leaving,
            said(RECORD, OWL + "sameAs", NamedNode(ID + KEPT), "links"),
            said(REPLACED, DCTERMS + "isReplacedBy", NamedNode(ID + KEPT)),
        ]
        truth.commit(quads, [], Entry("desk", "import"))
        truth.commit([], leaving, Entry("desk", "undo", note="entered by mistake", undoes=1))
    with serving(home) as running:
        yield running


@pytest.mark.parametrize("former", [RECORD, REPLACED])
def test_a_merged_or_replaced_thing_leads_to_the_one_that_was_kept(
    moving: Service, former: str
) -> None:
    reply = moving.get(f"/id/{former}")
    assert (reply.status, reply.header("Location")) == (301, f"/id/{KEPT}")
    for form in ("", ".ttl", ".html"):
        reply = moving.get(f"/doc/{former}{form}", BROWSER)
        assert (reply.status, reply.header("Location")) == (301, f"/doc/{KEPT}{form}")
    # The chosen language stays.
    assert moving.get(f"/doc/{former}?lang=en").header("Location") == f"/doc/{KEPT}?lang=en"


def test_a_thing_that_has_left_is_gone_with_date_and_reason(moving: Service) -> None:
    for path in (f"/id/{LEAVING}", f"/doc/{LEAVING}", f"/doc/{LEAVING}.ttl"):
        reply = moving.get(path, "text/turtle")
        assert (reply.status, reply.type) == (410, "application/problem+json")
        told = reply.json()
        assert told["reason"] == "entered by mistake"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", told["date"])
        assert moving.get(told["change"]).json()["undoes"] == 1
    page = moving.page(f"/doc/{LEAVING}", "zh")
    assert page.status == 410
    assert "在变更 2 中从图谱移除（entered by mistake）" in page.text
    assert moving.get("/id/org/never").status == 404


def raw(service: Service, path: str) -> tuple[int, str]:
    """Status and location of a GET whose path is sent as UTF-8, as it stands."""
    host, _, port = service.host.partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: {service.host}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    location = re.search(r"(?im)^location: (\S+)", head)
    return int(head.split()[1]), location.group(1) if location else ""


def test_a_chinese_key_is_read_raw_and_percent_encoded(moving: Service) -> None:
    encoded = quote(CHINESE)
    assert raw(moving, f"/id/{CHINESE}") == (303, f"/doc/{encoded}")
    reply = moving.get(f"/id/{encoded}")
    assert (reply.status, reply.header("Location")) == (303, f"/doc/{encoded}")
    assert raw(moving, f"/doc/{CHINESE}.ttl")[0] == 200
    document = moving.graph(f"/doc/{encoded}")
    assert any(str(subject) == ID + CHINESE for subject in document.subjects())
    page = moving.page(f"/doc/{encoded}")
    assert page.status == 200
    assert page.header("Content-Location") == f"/doc/{encoded}.html"
    assert f'<{quote(ID + CHINESE, safe=":/")}>; rel="cite-as"' in page.header("Link")


@pytest.mark.parametrize(
    ("path", "status", "target"),
    [
        ("/id/org/kept/", 308, "/id/org/kept"),
        ("/doc/org/kept/", 308, "/doc/org/kept"),
        ("/id/org/KEPT", 301, "/id/org/kept"),
        ("/doc/org/Kept.ttl", 301, "/doc/org/kept.ttl"),
    ],
)
def test_another_spelling_leads_to_the_right_one(
    moving: Service, path: str, status: int, target: str
) -> None:
    reply = moving.get(path)
    assert (reply.status, reply.header("Location")) == (status, target)

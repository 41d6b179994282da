"""Files of a version: whole, by graph, by class; checked, resumable, and gone with the version."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import subprocess
import time
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.namespaces import RDF_TYPE, RDFS_LABEL, graph, istc
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests import homes
from tests.serving import Service, serving

BASE = "https://w3id.org/istc-kg/"
ORGANIZATIONS = "SELECT DISTINCT ?s { ?s a <https://w3id.org/istc-kg/ontology#Organization> }"


@pytest.fixture(scope="module")
def number(service: Service) -> int:
    return int(service.get("/version").json()["data"]["version"])


def quads(body: bytes, ending: str) -> set[Quad]:
    form = RdfFormat.from_extension(ending)
    assert form is not None
    return set(parse(input=gzip.decompress(body), format=form))


@pytest.mark.parametrize("name", ["source/liu-2023", "class/NationalAcademy"])
def test_a_part_says_the_same_in_every_syntax(service: Service, number: int, name: str) -> None:
    found = {
        ending: quads(service.get(f"/dumps/{number}/{name}.{ending}.gz").body, ending)
        for ending in ("nq", "trig", "jsonld", "ttl")
    }
    assert len(found["nq"]) > 100
    assert found["nq"] == found["trig"] == found["jsonld"]
    assert {quad.triple for quad in found["nq"]} == {quad.triple for quad in found["ttl"]}


def test_a_class_comes_with_the_facts_of_its_things_and_their_evidence(
    service: Service, number: int
) -> None:
    body = service.get(f"/dumps/{number}/class/Organization.ttl.gz").body
    found = {quad.triple for quad in quads(body, "ttl")}
    subjects = {triple.subject for triple in found}
    rows = service.select(ORGANIZATIONS)
    assert {NamedNode(row["s"]) for row in rows} <= subjects
    evidence = service.select(
        f"SELECT DISTINCT ?f ?l ?d {{ ?s a <{BASE}ontology#Organization> . ?f ?role ?s ; "
        f"<{BASE}ontology#statedIn> ?l . ?l <{BASE}ontology#inDocument> ?d }}"
    )
    assert len(evidence) > 300
    assert {NamedNode(iri) for row in evidence for iri in row.values()} <= subjects
    # Facts of others stay out.
    (other,) = service.select(
        f"SELECT ?f {{ ?f a <{BASE}ontology#Fact> "
        f"FILTER NOT EXISTS {{ ?f ?any ?s . ?s a <{BASE}ontology#Organization> }} "
        f"FILTER NOT EXISTS {{ ?s ?any ?f . ?s a <{BASE}ontology#Organization> }} }} LIMIT 1"
    )
    assert NamedNode(other["f"]) not in subjects


def test_the_table_of_a_class_agrees_with_the_graph(service: Service, number: int) -> None:
    reply = service.get(f"/dumps/{number}/class/Organization.csv")
    assert reply.type == "text/csv"
    rows = {row["iri"]: row for row in csv.DictReader(io.StringIO(reply.text))}
    assert set(rows) == {row["s"] for row in service.select(ORGANIZATIONS)}
    assert [row["key"] for row in rows.values()] == sorted(row["key"] for row in rows.values())
    cas = rows[f"{BASE}id/org/cas"]
    assert (cas["name_zh"], cas["name_en"]) == ("中国科学院", "Chinese Academy of Sciences")
    assert cas["class"] == "NationalAcademy"
    assert "ror:https://ror.org/034t30j35" in cas["identifiers"].split("; ")
    established = service.select(
        f"SELECT ?o {{ GRAPH <{BASE}graph/truthy> "
        f"{{ <{BASE}id/org/cas> <{BASE}ontology#establishes> ?o }} }}"
    )
    keys = sorted(row["o"].removeprefix(f"{BASE}id/") for row in established)
    assert len(keys) > 1
    assert cas["establishes"] == "; ".join(keys)
    documents = service.select(
        f"SELECT DISTINCT ?d {{ {{ ?f ?role <{BASE}id/org/cas> ; <{BASE}ontology#statedIn> ?l }} "
        f"UNION {{ <{BASE}id/org/cas> <{BASE}ontology#namedIn> ?l }} "
        f"?l <{BASE}ontology#inDocument> ?d }}"
    )
    assert set(cas["sources"].split("; ")) == {
        row["d"].removeprefix(f"{BASE}id/") for row in documents
    }
    both = service.get(f"/dumps/{number}/class/Organization.zh-en.csv").body
    assert both.startswith(b"\xef\xbb\xbf")
    heads, *rest = csv.reader(io.StringIO(both.decode("utf-8-sig")))
    assert [cells[0] for cells in rest] == [row["key"] for row in rows.values()]
    assert len(heads) == len(cas)
    assert sum(bool(re.search("[\u4e00-\u9fff].* / [A-Za-z]", head)) for head in heads) > 15


def test_checksums_are_those_of_the_files(service: Service, number: int, tmp_path: Path) -> None:
    service.get(f"/dumps/{number}/class/University.csv")
    listed = service.get(f"/dumps/{number}/SHA256SUMS").text
    names = [line.partition("  ")[2] for line in listed.splitlines()]
    assert {"istc-kg.nq.gz", "source/liu-2023.trig.gz", "class/University.csv"} <= set(names)
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(service.get(f"/dumps/{number}/{name}").body)
    (tmp_path / "SHA256SUMS").write_text(listed)
    for folder, file in ((tmp_path, "SHA256SUMS"), (tmp_path / "source", "liu.sha256")):
        if file != "SHA256SUMS":
            text = service.get(f"/dumps/{number}/source/liu-2023.ttl.gz.sha256").text
            (folder / file).write_text(text)
        done = subprocess.run(
            ["sha256sum", "--strict", "-c", file], cwd=folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_a_file_is_kept_for_ever_and_can_be_resumed(service: Service, number: int) -> None:
    path = f"/dumps/{number}/class/University.csv"
    whole = service.get(path)
    head = service.send("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert int(head.header("Content-Length")) == len(whole.body)
    assert "immutable" in whole.header("Cache-Control")
    rest = service.get(path, Range="bytes=100-", If_Range=whole.header("ETag"))
    assert (rest.status, rest.body) == (206, whole.body[100:])
    again = service.get(path, If_None_Match=whole.header("ETag"))
    assert (again.status, again.body) == (304, b"")


def test_ranges_are_read_as_http_has_them(service: Service, number: int) -> None:
    path = f"/dumps/{number}/istc-kg.nq.gz"
    whole = service.get(path)
    # RFC 9110, section 14.2: other units are ignored, and so are ranges of other methods than GET.
    for asked in ("items=0-1", "bytes=0-1,4-5", "bytes=x"):
        reply = service.get(path, Range=asked)
        assert (reply.status, reply.body == whole.body) == (200, True), asked
    head = service.send("HEAD", path, headers={"Range": "bytes=0-9"})
    assert head.status == 200
    # Section 13.2.2: conditions come first; section 14.1.2: the last bytes of less are the whole.
    same = service.get(path, Range="bytes=0-9", If_None_Match=whole.header("ETag"))
    assert same.status == 304
    assert service.get(f"{path}.sha256", Range="bytes=-5000").status == 200
    last = service.get(path, Range="bytes=-10")
    assert (last.status, last.body) == (206, whole.body[-10:])
    beyond = service.get(path, Range="bytes=999999999-")
    assert (beyond.status, beyond.header("Content-Range")) == (416, f"bytes */{len(whole.body)}")


def test_latest_leads_to_the_newest(service: Service, number: int) -> None:
    reply = service.get("/dumps/latest/istc-kg.nq.gz")
    assert (reply.status, reply.header("Location")) == (302, f"/dumps/{number}/istc-kg.nq.gz")
    assert service.get("/dumps/latest/nothing.nq.gz").status == 404


@pytest.mark.parametrize(("language", "word"), [("zh", "完整图谱"), ("en", "The whole graph")])
def test_a_page_shows_files_sizes_and_checksums(
    service: Service, number: int, language: str, word: str
) -> None:
    file = service.get(f"/dumps/{number}/istc-kg.nq.gz").body
    page = service.page("/downloads", language)
    assert page.status == 200
    assert word in page.text
    assert hashlib.sha256(file).hexdigest() in page.text
    links = re.findall(rf'href="(/dumps/{number}/[^"]+)"', page.text)
    assert f"/dumps/{number}/class/Organization.zh-en.csv" in links
    assert f"/dumps/{number}/source/liu-2023.jsonld.gz.sha256" in links
    assert "docs/recipes.md" in page.text


def test_files_of_a_version_go_with_it(built_home: Path, tmp_path: Path) -> None:
    home = homes.copy(built_home, tmp_path / "home")

    def commit(text: str) -> int:
        thing = NamedNode(f"{BASE}id/org/new")
        where = graph("source/new")
        added = [
            Quad(thing, RDFS_LABEL, Literal(text), where),
            Quad(thing, RDF_TYPE, istc("Organization"), where),
        ]
        with Truth.open(home, keep_versions=2) as truth:
            return truth.commit(added, [], Entry("test", "import")).number

    with serving(home, keep_versions="2") as service:
        first = service.get("/version").json()["data"]["version"]
        path = "class/Organization.csv"
        held = service.get(f"/dumps/{first}/{path}").body
        for text in ("one", "two"):
            number = commit(text)
            until = time.monotonic() + 60
            while service.get("/version").json()["data"]["version"] != number:
                assert time.monotonic() < until
                time.sleep(0.1)
            if text == "one":
                # It is kept as long as the version is.
                assert service.get(f"/dumps/{first}/{path}").body == held
            assert b"org/new" in service.get(f"/dumps/{number}/{path}").body
        gone = service.get(f"/dumps/{first}/{path}")
        assert gone.status == 410
        assert gone.json()["oldest"] == first + 1
        assert not (home / "dumps" / str(first)).exists()

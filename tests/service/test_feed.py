"""The change feed: a mirror can follow it, and is told when it cannot."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.namespaces import RDFS_LABEL, graph
from kg.store import changes
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import content_digest
from tests import homes
from tests.serving import Service, serving

ATOM = "{http://www.w3.org/2005/Atom}"
PATCH = "application/rdf-patch"
#: More changes than one page of the feed holds.
MANY = 57


@dataclass
class Followed:
    """A service after some changes, and a dump from before them."""

    service: Service
    home: Path
    first: int
    last: int
    digest: str
    dump: set[bytes]


def _label(number: int) -> Quad:
    return Quad(
        NamedNode("http://a.example/x"), RDFS_LABEL, Literal(f"名\t{number}"), graph("source/x")
    )


@pytest.fixture(scope="module")
def followed(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    home = homes.copy(built_home, tmp_path_factory.mktemp("followed") / "home")
    with serving(home) as service:
        first = service.get("/version").json()["data"]["version"]
        body = service.get(f"/dumps/{first}/istc-kg.nq.gz").body
    with Truth.open(home) as truth:
        gone = list(truth.quads(graph("entities")))[:3]
        truth.commit([_label(0)], gone, Entry("desk", "import", source="register.xlsx"))
        truth.commit(gone[:1], [_label(0)], Entry("desk", "update"))
        for number in range(MANY - 2):
            truth.commit([_label(number)], [_label(number - 1)], Entry("desk", "update"))
        last, digest = truth.version, truth.digest()
    with serving(home) as service:
        yield Followed(
            service, home, first, last, digest, set(gzip.decompress(body).splitlines(keepends=True))
        )


def replayed(held: set[bytes], patch: bytes) -> str:
    """The digest of a dump after a patch."""
    held = set(held)
    for row in patch.splitlines(keepends=True):
        if row.startswith(b"A "):
            held.add(row[2:])
        elif row.startswith(b"D "):
            held.remove(row[2:])
    return content_digest(line.rstrip(b"\n") for line in held)


def test_one_patch_brings_a_dump_of_then_to_now(followed: Followed) -> None:
    reply = followed.service.get(f"/changes?since={followed.first}", PATCH)
    assert (reply.status, reply.type) == (200, PATCH)
    assert replayed(followed.dump, reply.body) == followed.digest
    head = [row for row in reply.text.splitlines() if row.startswith("H ")]
    assert head[0].endswith(f"version/{followed.last}> .")
    assert head[1].endswith(f"version/{followed.first}> .")
    assert followed.digest in head[2]
    # What came and went in between is not in it.
    assert len(reply.body.splitlines()) - len(head) == 2 + 3


def test_the_patches_of_the_feed_one_by_one_do_the_same(followed: Followed) -> None:
    found, address = [], f"/changes.json?since={followed.first}"
    while address:
        told = followed.service.get(address).json()
        found += told["changes"]
        following = urlsplit(told["links"].get("next", ""))
        address = f"{following.path}?{following.query}" if following.query else ""
    numbers = [item["change"] for item in found]
    assert numbers == list(range(followed.last, followed.first, -1))
    held = set(followed.dump)
    for item in reversed(found):
        patch = followed.service.get(urlsplit(item["patch"]).path, PATCH).body
        rows = patch.splitlines(keepends=True)
        added = {row[2:] for row in rows if row.startswith(b"A ")}
        removed = {row[2:] for row in rows if row.startswith(b"D ")}
        assert (len(added), len(removed)) == (item["added"], item["removed"])
        for side, lines in (("added", added), ("removed", removed)):
            path = f"/changes/{item['change']}/{side}.nq"
            if item["change"] == followed.first + 1:
                body = followed.service.get(path).body
                assert set(body.splitlines(keepends=True)) == lines
        held = (held - removed) | added
        assert content_digest(line.rstrip(b"\n") for line in held) == item["digest"]
    assert found[-1]["source"] == "register.xlsx"
    assert found[-1]["agent"] == "desk"


def test_readers_of_feeds_find_every_change_and_the_pages(followed: Followed) -> None:
    reply = followed.service.get("/changes", "application/atom+xml", Accept_Language="zh")
    assert reply.type == "application/atom+xml"
    seen: list[str] = []
    while True:
        root = ElementTree.fromstring(reply.body)
        for needed in ("id", "title", "updated", "author"):
            assert root.find(ATOM + needed) is not None
        for entry in root.iter(ATOM + "entry"):
            seen.append(entry.findtext(ATOM + "id") or "")
            assert entry.findtext(ATOM + "updated")
            assert entry.find(ATOM + "author")
            assert re.search("[\u4e00-\u9fff]", entry.findtext(ATOM + "title") or "")
        links = {link.get("rel"): link.get("href") for link in root.findall(ATOM + "link")}
        if "next" not in links:
            break
        following = urlsplit(links["next"])
        reply = followed.service.get(f"{following.path}?{following.query}")
    assert "previous" in links
    assert len(seen) == len(set(seen)) == followed.last


def test_nothing_is_sent_again_while_nothing_changes(followed: Followed) -> None:
    first = followed.service.get("/changes.atom")
    for held in (
        {"If_None_Match": first.header("ETag")},
        {"If_Modified_Since": first.header("Last-Modified")},
    ):
        again = followed.service.get("/changes.atom", **held)
        assert (again.status, again.body) == (304, b"")
    old = followed.service.get("/changes.atom", If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT")
    assert old.status == 200
    now = followed.service.get(f"/changes.json?since={followed.last}").json()
    assert now["changes"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [("since=x", 422), ("since=-1", 422), ("since=999999", 404), ("before=0", 422)],
)
def test_a_wrong_version_is_told(followed: Followed, query: str, status: int) -> None:
    reply = followed.service.get(f"/changes?{query}", Accept_Language="zh")
    assert reply.status == status
    assert re.search("[\u4e00-\u9fff]", reply.json()["detail"])


def test_people_can_read_it_in_both_languages(followed: Followed) -> None:
    for path in ("/changes", f"/changes/{followed.last}"):
        for language, word in (("zh", "补丁"), ("en", "Patch")):
            page = followed.service.page(path, language)
            assert (page.status, page.type) == (200, "text/html"), path
            assert word in page.text


def test_where_patches_are_gone_the_oldest_that_are_kept_is_named(
    followed: Followed, tmp_path: Path
) -> None:
    home = homes.copy(followed.home, tmp_path / "home")
    dropped = followed.first + 1
    for number in range(1, dropped + 1):
        changes.path(home, number).unlink(missing_ok=True)
    with serving(home) as service:
        for path in (f"/changes?since={followed.first}", "/changes"):
            reply = service.get(path, PATCH)
            assert reply.status == 410
            assert reply.json()["oldest"] == dropped
        assert service.get(f"/changes?since={dropped}", PATCH).status == 200
        assert service.get(f"/changes/{dropped}.rdfp").status == 410
        assert service.get(f"/changes/{dropped}").status == 200
        told = service.get("/changes.json").json()
        assert told["oldest"] == dropped

"""The index follows the data versions, and nothing that happens on the way stops the search."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

import pytest

from kg.searching import keeping
from kg.settings import Settings
from kg.store import versions
from kg.tokens import Tokens
from tests import homes
from tests.searching.conftest import SECONDS, waiting
from tests.serving import Service, serving

TURTLE = """
@prefix ex: <https://example.org/made/> .
@prefix istc: <https://w3id.org/istc-kg/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:institute a istc:ResearchOrganization ; rdfs:label "量子测量研究所"@zh ,
  "Institute for Quantum Metrology"@en ; istc:country <https://w3id.org/istc-kg/id/country/DEU> .
"""


@pytest.fixture
def home(built_home: Path, tmp_path: Path) -> Path:
    """A home of one's own, without an index."""
    home = tmp_path / "home"
    homes.copy(built_home, home, "search")
    return home


def keys(service: Service, text: str) -> list[str]:
    reply = service.get(f"/suggest?q={quote(text)}")
    assert reply.status == 200, reply.text
    return [thing["key"] for thing in reply.json()["things"]]


def answering(service: Service) -> str:
    """Digest of the data version that answers."""
    return str(service.get("/suggest?q=cas").json()["data"]["digest"])


def current(home: Path) -> str:
    """Digest of the current data version."""
    version = versions.current(home)
    assert version is not None
    return version.digest


def put(service: Service, token: str, body: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/turtle"}
    address = "/store?graph=https://example.org/made"
    reply = service.send("PUT", address, body, headers)
    assert reply.status == status, reply.text


@pytest.fixture
def token(home: Path) -> str:
    return Tokens(Settings(home=home)).create("test", ["write"])


def test_what_is_added_is_found_and_the_index_before_answers_until_then(
    home: Path, token: str
) -> None:
    with serving(home) as service:
        waiting(lambda: service.get("/suggest?q=cas").status == 200)
        before = answering(service)
        put(service, token, TURTLE, 201)
        # No moment without an answer.
        found = ""
        until = time.monotonic() + SECONDS
        while "example.org" not in found:
            assert keys(service, "cas")[0] == "org/cas"
            assert time.monotonic() < until
            found = " ".join(keys(service, "量子测量"))
        reply = service.get("/search.json?q=metrology&country=DEU").json()
        assert [t["label"]["en"] for t in reply["things"]] == ["Institute for Quantum Metrology"]
        assert reply["data"]["digest"] == current(home) != before


def test_an_index_goes_with_its_version(home: Path, token: str) -> None:
    with serving(home, keep_versions="1") as service:
        waiting(lambda: service.get("/suggest?q=cas").status == 200)
        first = answering(service)
        for number in range(3):
            put(
                service,
                token,
                TURTLE.replace("量子测量", f"量子{number}号"),
                201 if not number else 204,
            )
            waiting(lambda: answering(service) == current(home))
        kept = {file.stem for file in (home / keeping.FILES.folder).glob("*.sqlite")}
        assert first not in kept
        assert current(home) in kept


def test_what_a_crash_left_is_made_anew(home: Path) -> None:
    version = versions.current(home)
    assert version is not None
    file = keeping.FILES.path(home, version.digest)
    file.parent.mkdir()
    file.write_bytes(b"SQLite format 3\0 and then the lights went out")
    file.with_name(file.name + ".making").write_bytes(b"half")
    file.with_name(file.name + ".making.stage").write_bytes(b"half")
    with serving(home) as service:
        waiting(lambda: service.get("/suggest?q=cas").status == 200)
        assert keys(service, "中科院")[0] == "org/cas"
    assert {item.name for item in file.parent.iterdir()} == {file.name, ".lock"}


def test_while_the_first_index_is_made_it_says_so(home: Path) -> None:
    from filelock import FileLock

    (home / keeping.FILES.folder).mkdir()
    # Somebody else is making it.
    with FileLock(home / keeping.FILES.folder / ".lock"), serving(home) as service:
        reply = service.get("/suggest?q=cas", Accept_Language="en")
        assert (reply.status, reply.type) == (503, "application/problem+json")
        assert reply.json()["type"].endswith("/problems/no-index")
        assert int(reply.header("Retry-After")) > 0
        assert service.page("/doc/org/cas").status == 200
        assert service.page("/search?q=cas", "zh").status == 503
        assert "正在建立搜索索引" in service.page("/search?q=cas", "zh").text


def test_an_index_that_cannot_be_made_does_not_stop_the_service(home: Path) -> None:
    (home / keeping.FILES.folder).write_text("a file where a folder should be")
    with serving(home) as service:
        assert service.get("/suggest?q=cas").status == 503
        assert service.page("/questions").status == 200
        waiting(lambda: any("no index" in line for line in service.said))

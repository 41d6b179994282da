"""Homes to be changed, and services with a token for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.settings import Settings
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.tokens import Tokens
from tests import homes
from tests.serving import Reply, Service, serving

E = "http://example.org/"
UPDATE = "application/sparql-update"
TURTLE = "text/turtle"


def quad(subject: str, value: str, graph: str = "g") -> Quad:
    """A quad of the small home."""
    return Quad(NamedNode(E + subject), NamedNode(E + "p"), Literal(value), NamedNode(E + graph))


def small(home: Path) -> Path:
    """A home with two quads in the graph g and without an ontology: changes are quick."""
    with Truth.open(home) as truth:
        truth.commit([quad("a", "1"), quad("b", "2")], [], Entry("test", "import"))
    return home


@dataclass(frozen=True)
class Desk:
    """A service, and somebody who may change its graph."""

    service: Service
    home: Path
    token: str

    def send(
        self, method: str, path: str, body: bytes | str | None = None, **headers: str
    ) -> Reply:
        """A request with the token; headers are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.service.send(
            method, path, body, {"Authorization": f"Bearer {self.token}"} | named
        )

    def update(self, text: str, **parameters: str) -> Reply:
        """An update by direct POST."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self.send("POST", f"/update{query}", text, Content_Type=UPDATE)

    def graph(self, name: str = "g") -> str:
        """The address of a graph, named indirectly."""
        return f"/store?graph={quote(name if ':' in name else E + name, safe='')}"

    def count(self) -> int:
        """How many quads there are, without the journal."""
        rows = self.service.select(
            "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } "
            "FILTER(!STRENDS(STR(?g), '/graph/journal')) }"
        )
        return int(rows[0]["n"])


@contextmanager
def desk(home: Path, **settings: str) -> Iterator[Desk]:
    """A running service with a token that may write."""
    token = Tokens(Settings(home=home)).create("desk", ["write"])
    with serving(home, **settings) as service:
        yield Desk(service, home, token)


@pytest.fixture(scope="module")
def united(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The small home, its default graph the union of all graphs."""
    with desk(small(tmp_path_factory.mktemp("united") / "home")) as one:
        yield one


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The small home as a plain store: default graph and blank nodes as they came."""
    home = small(tmp_path_factory.mktemp("plain") / "home")
    with desk(home, dataset="plain", write_bar="none") as one:
        yield one


@pytest.fixture(scope="module")
def curated(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The built graph, to be changed."""
    home = tmp_path_factory.mktemp("curated") / "home"
    homes.copy(built_home, home)
    with desk(home) as one:
        yield one

"""An office that imports over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, Quad

from kg.settings import Settings
from kg.store import versions
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.tokens import Tokens
from tests.serving import Reply, Service, serving

SECONDS = 120
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TURTLE = "text/turtle"


def triples(number: int, value: str = "x") -> str:
    """So many triples as Turtle."""
    return "".join(
        f"<http://example.org/{i}> <http://example.org/p> '{value}{i}' .\n" for i in range(number)
    )


def small(home: Path) -> Path:
    """A home without an ontology: what is sent is checked quickly."""
    node = NamedNode("http://example.org/a")
    with Truth.open(home) as truth:
        truth.commit([Quad(node, node, Literal("a"), node)], [], Entry("test", "import"))
    return home


@dataclass
class Office:
    """A service, and somebody who may import."""

    service: Service
    home: Path
    token: str

    def send(
        self, method: str, path: str, body: bytes | str | None = None, **headers: str
    ) -> Reply:
        """A request with the token; headers are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        allowed = {"Authorization": f"Bearer {self.token}"}
        return self.service.send(method, path, body, allowed | named)

    def post(self, what: Path | str, to: str = "/imports", **parameters: str) -> Reply:
        """A workbook, or Turtle, as the body of a request."""
        given = {"source": "office-register"} | parameters
        book = isinstance(what, Path)
        body = what.read_bytes() if isinstance(what, Path) else what
        kind = XLSX if book else TURTLE
        return self.send("POST", f"{to}?{urlencode(given)}", body, Content_Type=kind)

    def sent(self, what: Path | str, **parameters: str) -> str:
        """The address of the job of what is sent."""
        reply = self.post(what, **parameters)
        assert reply.status == 202, reply.text
        return reply.header("Location")

    def job(self, at: str) -> dict[str, Any]:
        """A job as it is now."""
        reply = self.send("GET", at)
        assert reply.status == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    def done(self, at: str, *states: str) -> dict[str, Any]:
        """A job when it is in one of these states, or no longer active."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            job = self.job(at)
            if job["state"] in states or (not states and not job["active"]):
                return job
            time.sleep(0.1)
        raise AssertionError(f"still {job}")

    @property
    def digest(self) -> str:
        """Digest of what the graph holds."""
        now = versions.current(self.home)
        assert now is not None
        return now.digest


@contextmanager
def office(home: Path, **settings: str) -> Iterator[Office]:
    """A running service with a token that may import."""
    with serving(home, **settings) as service:
        yield Office(service, home, token_of(home, "office"))


def token_of(home: Path, name: str, scope: str = "import") -> str:
    """A new token of this name."""
    tokens = Tokens(Settings(home=home))
    if name in {token.name for token in tokens.all()}:
        tokens.revoke(name)
    return tokens.create(name, [scope])

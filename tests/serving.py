"""The real service as a process of its own, and a plain HTTP client that follows nothing."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import rdflib
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[1]
FORM = "application/x-www-form-urlencoded"
ROWS = "application/sparql-results+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
SECONDS = 60


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers, and the body as it came."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def type(self) -> str:
        """The media type without parameters."""
        return self.headers.get_content_type()

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def header(self, name: str) -> str:
        """A header; all of this name, joined by commas; empty when there is none."""
        return ", ".join(self.headers.get_all(name) or [])


class Service:
    """A running service.

    Args:
        url: Its address without a slash at the end.
        process: Its process.
        said: The lines that it writes to stderr, as they come.
    """

    def __init__(self, url: str, process: subprocess.Popen[str], said: list[str]) -> None:
        self.url = url
        self.process = process
        self.said = said
        self.host = urlsplit(url).netloc

    def connect(self) -> http.client.HTTPConnection:
        """A connection of one's own."""
        return http.client.HTTPConnection(self.host, timeout=SECONDS)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send a request; nothing is added to the headers and no redirect is followed."""
        connection = self.connect()
        try:
            data = body.encode("utf-8") if isinstance(body, str) else body
            connection.request(method, path, data, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, accept: str | None = None, **headers: str) -> Reply:
        """GET with an Accept header and others, written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("GET", path, headers=named | ({"Accept": accept} if accept else {}))

    def page(self, path: str, language: str = "en") -> Reply:
        """GET as a browser does."""
        return self.get(path, BROWSER, Accept_Language=language)

    def graph(self, path: str, accept: str = "text/turtle") -> rdflib.Graph:
        """What an address says, read as RDF."""
        reply = self.get(path, accept)
        assert (reply.status, reply.type) == (200, accept), reply.text
        return rdflib.Graph().parse(data=reply.body, format=accept)

    def sparql(self, query: str, accept: str | None = ROWS, **parameters: str) -> Reply:
        """A query by GET."""
        fields = urlencode({"query": query, **parameters}, quote_via=quote)
        return self.get(f"/sparql?{fields}", accept)

    def select(self, query: str, **parameters: str) -> list[dict[str, str]]:
        """Rows of a SELECT, the terms as their text."""
        reply = self.sparql(query, **parameters)
        assert reply.status == 200, reply.text
        rows = reply.json()["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in rows]

    def measured(self, **headers: str) -> dict[tuple[str, ...], float]:
        """What /metrics says: name and label values of a sample → its number."""
        reply = self.get("/metrics", **headers)
        assert reply.status == 200, reply.text
        assert reply.type == "text/plain"
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(reply.text)
            for sample in family.samples
        }


def children(process: int) -> set[int]:
    """The processes that a process has started, and those that these have started."""
    found: set[int] = set()
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        for child in listed.read_text().split():
            found |= {int(child)} | children(int(child))
    return found


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[Service]:
    """`istc serve` on a free port.

    Args:
        home: ISTC_HOME.
        **settings: Further settings, e.g. `query_seconds="1"`.

    Yields:
        The service, answering.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ISTC_")}
    named = {f"ISTC_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve", "--port", "0"],
        cwd=home.parent,
        env=kept
        | {"PYTHONPATH": str(ROOT), "ISTC_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        | named,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    url = ""
    # What it writes to stderr is read as it comes, so that it never waits for us.
    errors = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
    errors.start()
    try:
        for line in process.stdout:
            found = re.search(r"home:\s+(http://\S+)/", line)
            if found is not None:
                url = found[1]
            if "/sparql" in line:
                break
        assert url, f"the service did not start: {''.join(said)}"
        yield Service(url, process, said)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        finally:
            process.kill()
            errors.join(timeout=5)
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()

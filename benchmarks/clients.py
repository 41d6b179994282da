"""Clients of a benchmark: they ask one query after another and note how the answer came."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store

from tests.serving import FORM


@dataclass(frozen=True)
class Answer:
    """How an answer came: seconds to its first byte, seconds in all, its size in bytes."""

    first: float
    seconds: float
    size: int
    status: int = 200
    etag: str = ""


class Client(Protocol):
    """Asks one query after another."""

    def ask(self, query: str, accept: str, etag: str = "") -> Answer:
        """The whole answer to a query; raises OSError when there is none."""
        ...


class _Sink:
    """Takes an answer, and notes when it began."""

    def __init__(self) -> None:
        self.first, self.size = 0.0, 0

    def write(self, part: bytes) -> int:
        if not self.size:
            self.first = time.perf_counter()
        self.size += len(part)
        return len(part)

    def flush(self) -> None:
        pass


class BareClient:
    """Asks the engine in this process."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, query: str, accept: str, etag: str = "") -> Answer:
        """See `Client.ask`."""
        sink: Any = _Sink()
        began = time.perf_counter()
        found = self._store.query(query)
        form: Any = (
            RdfFormat.from_media_type(accept)
            if isinstance(found, QueryTriples)
            else QueryResultsFormat.from_media_type(accept)
        )
        found.serialize(sink, format=form)
        ended = time.perf_counter()
        return Answer((sink.first or ended) - began, ended - began, sink.size)


class HttpClient:
    """Asks an endpoint over one connection that is kept (SPARQL 1.1 Protocol, section 2.1).

    Args:
        url: The endpoint.
        seconds: How long an answer may take.
        source: The address of this machine to ask from.
    """

    def __init__(self, url: str, seconds: float, source: str = "127.0.0.1") -> None:
        parts = urlsplit(url)
        self._path = parts.path or "/"
        self._connection = http.client.HTTPConnection(
            parts.netloc, timeout=seconds, source_address=(source, 0)
        )

    def ask(self, query: str, accept: str, etag: str = "") -> Answer:
        """See `Client.ask`."""
        fields = urlencode({"query": query})
        began = time.perf_counter()
        try:
            if etag:
                unless = {"If-None-Match": etag, "Accept": accept}
                reply = self._send("GET", f"{self._path}?{fields}", None, unless)
            else:
                headers = {"Content-Type": FORM, "Accept": accept}
                reply = self._send("POST", self._path, fields, headers)
            size, first = 0, 0.0
            while part := reply.read1(1 << 18):
                first = first or time.perf_counter()
                size += len(part)
            # The connection is free again only after a read past the end.
            reply.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise OSError(f"{type(error).__name__} {error}") from error
        ended = time.perf_counter()
        if reply.status not in (200, 304):
            raise OSError(f"status {reply.status}")
        tag = reply.getheader("ETag") or ""
        return Answer((first or ended) - began, ended - began, size, reply.status, tag)

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        """Send a request; once more where the server had closed the connection meanwhile."""
        kept = self._connection.sock is not None
        try:
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()
        except ConnectionError:
            self._connection.close()
            if not kept:
                raise
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()

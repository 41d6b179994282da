"""Requests to a remote store: SPARQL 1.1 Protocol over kept connections that can be cut off.

A query that is stopped must reach the store as a closed connection, also before the first byte of
its answer; so each connection is known to the `Line` that uses it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from kg.errors import StoreUnavailable

#: Seconds for a connection to be made.
CONNECT_SECONDS = 5.0
#: Seconds for one request of a load.
WRITE_SECONDS = 3600.0
#: Connections that are kept.
KEPT = 32
_UNREACHABLE = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)

Fields = Sequence[tuple[str, str]]
_using = threading.local()


class Line:
    """What one request holds of the network, so that another thread can cut it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._begun = False
        self.is_cut = False

    def use(self, connection: HTTPConnection) -> None:
        """Tell which connection carries the request.

        Raises:
            ConnectionAbortedError: The line has been cut before.
        """
        with self._lock:
            self._connection = connection
            if self.is_cut:
                raise ConnectionAbortedError("cut")

    def begin(self) -> None:
        """Tell that the response has begun."""
        self._begun = True

    def cut(self, *, at_once: bool) -> None:
        """Have the request end; who reads from it learns that it is cut.

        Args:
            at_once: Also before the response has begun. A store that looks for its client then
                stops; from one that does not, the request would only be hidden.
        """
        with self._lock:
            self.is_cut = True
            sock = self._connection.sock if self._connection is not None else None
        if sock is not None and (at_once or self._begun):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _tell(connection: HTTPConnection) -> None:
    line = getattr(_using, "line", None)
    if line is not None:
        line.use(connection)


class _Connection(HTTPConnection):
    def request(self, *args: Any, **kwargs: Any) -> None:
        _tell(self)
        super().request(*args, **kwargs)


class _SecureConnection(HTTPSConnection):
    def request(self, *args: Any, **kwargs: Any) -> None:
        _tell(self)
        super().request(*args, **kwargs)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Wire:
    """Requests to one store; safe to use from many threads.

    Args:
        auth: Proves who we are in every request; None for nobody.
    """

    def __init__(self, auth: AuthBase | None) -> None:
        self._session = requests.Session()
        self._auth = auth
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=KEPT)
        adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def ask(
        self, url: str, fields: Fields, accept: str, seconds: float, line: Line | None = None
    ) -> requests.Response:
        """Send a query by form POST (SPARQL 1.1 Protocol, section 2.1.2).

        A store may close a kept connection just when it is used again; where no response begins,
        the query is sent once more, which changes nothing there (RFC 9110, section 9.2.2).

        Args:
            url: The address for queries.
            fields: Its parameters.
            accept: Media type of the answer.
            seconds: How long to wait for bytes, each time.
            line: Lets another thread cut the connection.

        Returns:
            The response, its body not read yet; close it.

        Raises:
            StoreUnavailable: The store cannot be reached.
            requests.Timeout: It did not answer in time.
        """
        _using.line = line
        try:
            with suppress(*_UNREACHABLE):
                return self._post(url, fields, accept, seconds)
            return self._post(url, fields, accept, seconds)
        except _UNREACHABLE as error:
            raise unreachable(url) from error
        finally:
            _using.line = None

    def _post(self, url: str, fields: Fields, accept: str, seconds: float) -> requests.Response:
        return self._session.post(
            url,
            data=list(fields),
            headers={"Accept": accept},
            timeout=(CONNECT_SECONDS, seconds),
            auth=self._auth,
            stream=True,
            allow_redirects=False,
        )

    def change(self, url: str, update: str) -> requests.Response:
        """Send an update directly (SPARQL 1.1 Protocol, section 2.2.2).

        Args:
            url: The address for updates.
            update: The request.

        Returns:
            The response, whole.

        Raises:
            StoreUnavailable: The store cannot be reached, or hung up.
        """
        return self._write(url, update.encode(), "application/sparql-update; charset=utf-8")

    def add(self, url: str, body: Iterable[bytes], media_type: str) -> requests.Response:
        """Add to what is at an address (SPARQL 1.1 Graph Store Protocol, section 5.5).

        Args:
            url: The address.
            body: In parts, as it may be long.
            media_type: Of the body.

        Returns:
            The response, whole.

        Raises:
            StoreUnavailable: The store cannot be reached, or hung up.
        """
        return self._write(url, body, media_type)

    def _write(self, url: str, body: bytes | Iterable[bytes], media_type: str) -> requests.Response:
        try:
            return self._session.post(
                url,
                data=body,
                headers={"Content-Type": media_type},
                # The first limit holds while the body is sent, too, and a store may take its time.
                timeout=(WRITE_SECONDS, WRITE_SECONDS),
                auth=self._auth,
                allow_redirects=False,
            )
        except (*_UNREACHABLE, requests.Timeout) as error:
            raise unreachable(url) from error

    def close(self) -> None:
        """Close all connections."""
        self._session.close()


def unreachable(url: str) -> StoreUnavailable:
    """The error for a store that does not answer."""
    return StoreUnavailable(
        "The remote store does not answer.",
        where=url,
        hint="Check that it runs and that ISTC_REMOTE names it.",
    )

"""Serve the application with waitress, which notices a client that has left, and stop it well."""

from __future__ import annotations

import gc
import logging
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from kg.importing.jobs import Runner
from kg.querying import Engine
from kg.settings import Settings
from service.app import create_app
from service.state import State

log = logging.getLogger(__name__)

#: Waitress cuts a body off at this multiple of the largest one; below it we explain ourselves.
_BODY_FACTOR = 32
#: How often a stopping server looks whether its requests have ended.
_LOOK_SECONDS = 0.05
#: How long cancelled queries may take to tell their clients so.
_CANCEL_SECONDS = 2.0
#: New objects after which Python looks for cycles among them.
_COLLECTED = 50_000
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reads a request; an address with Chinese as it stands is that with its bytes encoded.

    RFC 3986 allows ASCII only. Clients send IRIs all the same, and mean RFC 3987, section 3.1.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Read the lines above the body."""
        line, end, rest = header_plus.partition(b"\r\n")
        encoded = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % found[0][0], line)
        super().parse_header(encoded + end + rest)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser


class Server:
    """A running service: bound when made, answering in `run`, gone after `close`.

    Args:
        settings: Everything that can be set.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        engine: What answers queries, if it has been started already; `close` ends it.
    """

    def __init__(
        self,
        settings: Settings,
        host: str = "127.0.0.1",
        port: int = 8000,
        engine: Engine | None = None,
    ) -> None:
        self.app: Flask = create_app(settings, engine)
        self._settings = settings
        self._signals = 0
        #: Everything that waits for the network: listening sockets, connections, the wake-up.
        self._map: dict[int, Any] = {}
        self._server = cast(
            "BaseWSGIServer | MultiSocketServer",
            create_server(
                self.app,
                map=self._map,
                host=host,
                port=port,
                threads=settings.threads,
                # One request is read ahead, so that a closed connection is seen while we work.
                channel_request_lookahead=1,
                max_request_body_size=max(
                    settings.request_bytes * _BODY_FACTOR, settings.upload_bytes * 2
                ),
                # `service.security` decides whom to believe.
                clear_untrusted_proxy_headers=False,
                ident="istc",
            ),
        )
        for item in self._map.values():
            if isinstance(item, BaseWSGIServer):
                item.channel_class = _Channel
        self.host, self.port = self._address()
        self.state.listening = self.url
        self._runner = Runner(self.state.jobs)
        self._runner.start()
        self.state.indexes.follow()

    def _address(self) -> tuple[str, int]:
        if isinstance(self._server, MultiSocketServer):
            host, port = self._server.effective_listen[0]
            return str(host), int(port)
        return str(self._server.effective_host), int(self._server.effective_port)

    @property
    def state(self) -> State:
        """What the service holds."""
        return cast(State, self.app.extensions["istc"])

    @property
    def url(self) -> str:
        """Address of the service, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Answer requests until the process is told to stop by SIGINT or SIGTERM.

        The first signal stops accepting; what runs may end within the seconds of the settings,
        then queries are cancelled. The second ends at once.

        Raises:
            KeyboardInterrupt: There was a second signal.
        """
        log.info("serving at %s", self.url)
        # What is there by now stays; collections need not look through it again. Rows of answers
        # come in tens of thousands and are no cycles: to look for these less often costs nothing.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_COLLECTED, 20, 20)
        with self._heard():
            while not self._signals:
                self._turn(1.0)
            self._stop()
        if self._signals > 1:
            raise KeyboardInterrupt

    def stop(self) -> None:
        """Tell it to stop, from another thread; `run` then ends as after a signal."""
        self._hear(0, None)

    def _turn(self, seconds: float) -> None:
        """Serve the network once, waiting for it at most some seconds."""
        wasyncore.loop(seconds, use_poll=True, map=self._map, count=1)

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Count signals; outside the main thread Python hears none, and others decide."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._hear) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _hear(self, _number: int, _frame: object) -> None:
        self._signals += 1
        for item in list(self._map.values()):
            if isinstance(item, BaseWSGIServer):
                item.pull_trigger()
                return

    def _stop(self) -> None:
        """Let what runs end, then cancel it."""
        self.state.stopping = True
        for item in list(self._map.values()):
            if isinstance(item, BaseWSGIServer):
                wasyncore.dispatcher.close(item)
        log.info("stopping: %d requests are running", self._running())
        until = time.monotonic() + self._settings.stop_seconds
        while self._running() and self._signals < 2 and time.monotonic() < until:
            self._turn(_LOOK_SECONDS)
        until = time.monotonic() + _CANCEL_SECONDS
        while self._running() and self._signals < 2 and time.monotonic() < until:
            for query in self.state.engine.running():
                self.state.engine.cancel(query.query_id)
            self._turn(_LOOK_SECONDS)

    def _running(self) -> int:
        """Connections with a request that is being read or answered."""
        channels = [item for item in self._map.values() if isinstance(item, HTTPChannel)]
        return sum(bool(c.requests or c.request or c.total_outbufs_len) for c in channels)

    def close(self) -> None:
        """Stop listening and end the processes that answer queries."""
        self._runner.close()
        self.state.indexes.close()
        self.state.analyses.close()
        self.state.engine.close()
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map, ignore_all=True)


__all__ = ["Server"]

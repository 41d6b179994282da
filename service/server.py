"""Serve the application with waitress, which notices a client that has left."""

from __future__ import annotations

import logging
from typing import cast

from flask import Flask
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from kg.settings import Settings
from service.app import create_app
from service.state import State

log = logging.getLogger(__name__)

#: Waitress cuts a body off at this multiple of the largest one; below it we explain ourselves.
_BODY_FACTOR = 32


class Server:
    """A running service: bound when made, answering in `run`, gone after `close`.

    Args:
        settings: Everything that can be set.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
    """

    def __init__(self, settings: Settings, host: str = "127.0.0.1", port: int = 8000) -> None:
        self.app: Flask = create_app(settings)
        self._server = cast(
            "BaseWSGIServer | MultiSocketServer",
            create_server(
                self.app,
                host=host,
                port=port,
                threads=settings.threads,
                # One request is read ahead, so that a closed connection is seen while we work.
                channel_request_lookahead=1,
                max_request_body_size=settings.request_bytes * _BODY_FACTOR,
                ident="istc",
            ),
        )
        self.host, self.port = self._address()
        self._state().listening = self.url

    def _address(self) -> tuple[str, int]:
        if isinstance(self._server, MultiSocketServer):
            host, port = self._server.effective_listen[0]
            return str(host), int(port)
        return str(self._server.effective_host), int(self._server.effective_port)

    def _state(self) -> State:
        return cast(State, self.app.extensions["istc"])

    @property
    def url(self) -> str:
        """Address of the service, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Answer requests until the process is told to stop."""
        log.info("serving at %s", self.url)
        self._server.run()

    def close(self) -> None:
        """Stop listening and end the processes that answer queries."""
        self._server.close()
        self._state().engine.close()


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until interrupted.

    Args:
        settings: Everything that can be set.
        host: Address to listen on.
        port: Port to listen on.

    Raises:
        OSError: The port is taken.
    """
    server = Server(settings, host, port)
    try:
        server.run()
    finally:
        server.close()


__all__ = ["Server", "serve"]

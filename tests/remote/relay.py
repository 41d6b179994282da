"""A store that hangs up on whoever uses a kept connection again, as stores do when it grew old."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.remote.engines import Store


@contextmanager
def hasty(store: Store) -> Iterator[str]:
    """An address in front of a store where each connection is good for one request.

    Yields:
        How ISTC_REMOTE names it.
    """
    at = urlsplit(store.query)

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((at.hostname, at.port)) as far:
                answered = False
                while True:
                    for side in select.select([self.request, far], [], [])[0]:
                        part = side.recv(1 << 16)
                        if not part or (answered and side is self.request):
                            return
                        answered |= side is far
                        (self.request if side is far else far).sendall(part)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield store.remote.replace(at.netloc, f"127.0.0.1:{server.server_address[1]}")
        finally:
            server.shutdown()

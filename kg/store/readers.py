"""The readers of one data version, seen from the process that asks: start, run, kill, retire."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from kg import resources
from kg.store import versions
from kg.store.versions import Version

#: Workers that wait for a query, so that nobody waits for a fork.
SPARE = 2


@dataclass
class Pending:
    """A query that was handed over.

    Attributes:
        done: Set when it has ended, or the keeper is gone.
        code: How it ended; negative for the signal that ended its worker, None when the keeper
            died with it.
    """

    done: threading.Event = field(default_factory=threading.Event)
    code: int | None = None


class Readers:
    """A keeper process with one version, and the queries that run on it.

    Args:
        version: The version.
        in_memory: Whether it is held in memory, or opened on disk by each worker.
        copies: Memory that waiting workers may take for themselves together, in bytes.
        dataset: `union` or `plain`, see `kg.settings`.
    """

    def __init__(
        self, version: Version, *, in_memory: bool, copies: int, dataset: str = "union"
    ) -> None:
        self.version = version
        #: What a worker copies at most, in bytes; known when it is ready.
        self.size = 0
        self.ready = threading.Event()
        self.alive = True
        self._lock = threading.Lock()
        self._pending: dict[str, Pending] = {}
        self._retired = False
        self._held = ExitStack()
        # Pruning leaves a version alone while somebody holds it.
        self._held.enter_context(versions.hold(version))
        self._control, theirs = socket.socketpair()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "kg.store.keeper", str(theirs.fileno()),
             str(version.path), str(SPARE), str(copies), "memory" if in_memory else "disk",
             dataset],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=resources.environment(),
        )  # fmt: skip
        theirs.close()
        self._listener = threading.Thread(target=self._listen, daemon=True, name="readers")
        self._listener.start()

    def _listen(self) -> None:
        with self._control.makefile("rb") as lines, suppress(OSError):
            for line in lines:
                self._hear(json.loads(line))
        with self._lock:
            self.alive = False
            lost, self._pending = list(self._pending.values()), {}
        for pending in lost:
            pending.done.set()
        self.ready.set()
        # The keeper ends when its socket closes; waiting for it leaves no zombie.
        self._process.wait()
        self._held.close()
        self._control.close()

    def _hear(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            self.size = message["bytes"]
            self.ready.set()
            return
        self.finish(message["id"], message["code"])

    def run(self, job: dict[str, Any]) -> Pending:
        """Hand a query over; see `kg.store.keeper` for what a job holds."""
        pending = Pending()
        with self._lock:
            if not self.alive:
                pending.done.set()
                return pending
            self._pending[job["id"]] = pending
        self._send(job)
        return pending

    def finish(self, job_id: str, code: int = 0) -> None:
        """A query has ended: the keeper says so of one that failed, who reads it of a whole answer.

        Args:
            job_id: Its id.
            code: How it ended; see `kg.store.worker`.
        """
        with self._lock:
            pending = self._pending.pop(job_id, None)
            finished = self._retired and not self._pending
        if pending is not None:
            pending.code = code
            pending.done.set()
        if finished:
            self._hang_up()

    def kill(self, job_id: str) -> None:
        """Stop a query; its `Pending` is done as soon as its worker is gone."""
        self._send({"kill": job_id})

    def demote(self, job_id: str) -> None:
        """Let other queries go before this one."""
        self._send({"demote": job_id})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        try:
            with self._lock:
                self._control.sendall(data)
        except OSError:
            # The listener sees the end of the socket and tells who waits.
            pass

    def retire(self) -> None:
        """End when the last query that runs has ended."""
        with self._lock:
            self._retired = True
            finished = not self._pending
        if finished:
            self._hang_up()

    def _hang_up(self) -> None:
        """Close the socket: the keeper ends, and the listener cleans up."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End now, with everything that runs."""
        self._hang_up()
        self._listener.join(timeout=5)
        if self._listener.is_alive():
            self._process.kill()
            self._listener.join()

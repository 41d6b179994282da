"""Our own readers as a backend: forked workers on immutable versions, each of them killable.

A new version is noticed by the pointer that a commit moves; it is loaded beside the one that
answers, and takes over when it is ready.
"""

from __future__ import annotations

import json
import os
import select
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from kg import sparql
from kg.backends import Guarantees, Job
from kg.errors import (
    BudgetExceeded,
    Internal,
    IstcError,
    NoStore,
    NotAcceptable,
    StoreUnavailable,
    TimeLimit,
)
from kg.settings import Settings
from kg.store import versions, worker
from kg.store.readers import Pending, Readers
from kg.store.spool import Spool
from kg.store.versions import Version

#: How long a query waits for a version that was just committed before the earlier one answers.
FRESH_SECONDS = 10.0
#: How long a worker that was killed may take to be gone.
GONE_SECONDS = 5.0
#: Queries that run at once however large the graph is.
LEAST = 2
_CHUNK = 1 << 20
_TOKEN = 16
_SIGPROF = -27


class LocalRun:
    """A query on a worker; see `kg.backends.Run`.

    Args:
        readers: The version that is asked.
        job: The query.
        pipe: Where the answer comes; made here.
        memory: Bytes that the query may use.
    """

    def __init__(self, readers: Readers, job: Job, pipe: Path, memory: int) -> None:
        self.version = readers.version
        self._readers, self._job, self._pipe, self._memory = readers, job, pipe, memory
        self._token, self._held, self._ended = os.urandom(_TOKEN), b"", False
        os.mkfifo(pipe, 0o600)
        self._handle = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self._handle, select.POLLIN | select.POLLHUP)
        self._pending: Pending = readers.run(self._message())

    def _message(self) -> dict[str, Any]:
        return {
            "id": self._pipe.name,
            "query": self._job.query,
            "base_iri": self._job.base_iri,
            "format": self._job.media_type,
            "default_graphs": self._job.default_graphs,
            "named_graphs": self._job.named_graphs,
            "out": str(self._pipe),
            "token": self._token.hex(),
            "seconds": self._job.seconds,
            "memory": self._memory,
        }

    def read(self, seconds: float) -> bytes | None:
        """More of the answer; see `kg.backends.Run.read`."""
        if self._ended:
            return b""
        if not self._poll.poll(seconds * 1000):
            if self._pending.done.is_set() and not self._poll.poll(0):
                raise self._failure(self._pending.code)
            return None
        data = os.read(self._handle, _CHUNK)
        if not data:
            # The other end closed without a word: the worker was killed or fell.
            self._pending.done.wait(GONE_SECONDS)
            raise self._failure(self._pending.code)
        data = self._held + data
        end = len(data) - _TOKEN - 1
        if end >= 0 and data[end:-1] == self._token:
            self._ended = True
            if data[-1]:
                raise self._failure(data[-1])
            self._readers.finish(self._pipe.name)
            return data[:end]
        self._held = data[max(0, end) :]
        return data[: max(0, end)] or None

    def demote(self) -> None:
        """Let shorter queries go first from now on."""
        self._readers.demote(self._pipe.name)

    def close(self) -> None:
        """Stop it if it still runs; its worker is free again only when the process is gone."""
        if not self._ended and not self._pending.done.is_set():
            self._readers.kill(self._pipe.name)
            self._pending.done.wait(GONE_SECONDS)
        with suppress(OSError):
            os.close(self._handle)
        for left in (self._pipe, self._pipe.with_name(self._pipe.name + ".error")):
            left.unlink(missing_ok=True)

    def _failure(self, code: int | None) -> IstcError:
        if code == _SIGPROF:
            return too_slow(self._job.seconds)
        if code is None:
            return StoreUnavailable(
                "The process that holds the graph has ended.", hint="Try again."
            )
        if code == -signal.SIGSEGV:
            # The engine goes down into a query as deep as it is nested.
            return BudgetExceeded(
                "The query is nested too deeply.", hint="Write it with fewer levels of brackets."
            )
        if code == worker.NO_MEMORY or code < 0:
            return BudgetExceeded(
                f"The query needs more than {self._memory} bytes of memory.",
                hint="Join fewer patterns, or ask for fewer rows.",
                extra={"limitBytes": self._memory},
            )
        try:
            told = self._pipe.with_name(self._pipe.name + ".error").read_text(encoding="utf-8")
            error = json.loads(told)
        except (OSError, ValueError):
            return Internal("The query failed without a word.", extra={"code": code})
        if error["kind"] == "syntax":
            return sparql.syntax_error(self._job.query, error["message"])
        if error["kind"] == "not-xml":
            return NotAcceptable(
                f"The answer holds the control character {error['message']}, "
                "which XML cannot hold.",
                hint="Ask for another syntax, such as JSON, "
                "or leave the character out of the answer.",
            )
        return sparql.failure(self._job.query, error["message"])


def too_slow(limit: float) -> TimeLimit:
    """The error of a query that was stopped at its limit, in seconds."""
    return TimeLimit(
        f"The query was stopped after {limit:g} seconds.",
        hint="Make it more selective, or ask for fewer rows.",
        extra={"limitSeconds": limit},
    )


class LocalBackend:
    """The versions under ISTC_HOME; see `kg.backends.Backend`.

    Args:
        settings: Home, dataset and limits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._home = settings.home.absolute()
        self._lock = threading.Lock()
        self._now: Readers | None = None
        self._next: Readers | None = None
        self._retired: list[Readers] = []
        self._spool = Spool(self._home)
        self._copies = settings.worker_bytes or _memory() // 2
        self.guarantees = Guarantees(
            "local",
            union_default_graph=settings.dataset == "union",
            snapshot=True,
            hard_stop=True,
            memory_bound=True,
        )

    def version(self) -> Version:
        """The version that answers now; see `kg.backends.Backend.version`."""
        return self._readers().version

    def start(self, job: Job) -> LocalRun:
        """Begin a query; see `kg.backends.Backend.start`."""
        return LocalRun(self._readers(), job, self._spool.file(), self._settings.query_bytes)

    def at_once(self) -> int:
        """How many queries may run at once; see `kg.backends.Backend.at_once`."""
        size, most = self._readers().size, self._settings.workers
        return min(most, max(LEAST, self._copies // size)) if size else most

    def _readers(self) -> Readers:
        shown = versions.current(self._home)
        if shown is None:
            raise NoStore("There is no graph yet.", where=str(self._home), hint="Run: istc build")
        with self._lock:
            now = self._now if self._now is not None and self._now.alive else None
            if now is not None and _same(now.version, shown):
                return now
            coming = self._next
            if coming is None or not coming.alive or not _same(coming.version, shown):
                if coming is not None:
                    self._retire(coming)
                coming = self._next = Readers(
                    shown,
                    in_memory=self._settings.in_memory(shown.quads),
                    copies=self._copies,
                    dataset=self._settings.dataset,
                )
        coming.ready.wait(None if now is None else FRESH_SECONDS)
        return self._switch(coming, now)

    def _retire(self, readers: Readers) -> None:
        """Let a version end when its last query has ended; called with the lock held."""
        self._retired = [*(r for r in self._retired if r.alive), readers]
        readers.retire()

    def _switch(self, coming: Readers, now: Readers | None) -> Readers:
        """Let a version answer that has been loaded; until then the earlier one does."""
        with self._lock:
            loaded = coming.ready.is_set() and coming.alive
            if loaded and self._next is coming:
                earlier, self._now, self._next = self._now, coming, None
                if earlier is not None:
                    self._retire(earlier)
            if loaded:
                return coming
        if now is not None and now.alive:
            return now
        raise StoreUnavailable(
            f"Data version {coming.version.number} cannot be loaded.",
            where=str(coming.version.path),
            hint="Check memory and files, then try again.",
        )

    def close(self) -> None:
        """End all processes and remove the spool."""
        with self._lock:
            ending = [r for r in (self._now, self._next, *self._retired) if r is not None]
            self._now, self._next, self._retired = None, None, []
        for readers in ending:
            readers.close()
        self._spool.close()


def _memory() -> int:
    """Memory of this machine, in bytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _same(one: Version, other: Version) -> bool:
    return (one.number, one.digest) == (other.number, other.digest)

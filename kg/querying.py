"""Run any query within limits: time, memory, size, and no way out of this machine.

Each query runs in a child process on an immutable data version (`kg.store.keeper`); its limit is a
kill. The answer is a file in the spool: whole, or an error. A new version is noticed by the
pointer that a commit moves.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QuerySolutions

from kg import sparql
from kg.errors import (
    BudgetExceeded,
    Busy,
    Cancelled,
    Internal,
    InvalidInput,
    NoStore,
    StoreUnavailable,
    TimeLimit,
)
from kg.rq import Term
from kg.settings import Settings
from kg.store import keeper, versions
from kg.store.readers import Pending, Readers
from kg.store.spool import Spool
from kg.store.versions import Version

#: How long a query waits for a version that was just committed before the earlier one answers.
FRESH_SECONDS = 2.0
#: How often a waiting thread looks whether its client is still there.
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Answer:
    """A whole answer in a file; `close` removes the file.

    Attributes:
        path: The file.
        size: Its bytes.
        version: The data version that gave it.
    """

    path: Path
    size: int
    version: Version

    def close(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)


@dataclass
class Running:
    """A query that runs.

    Attributes:
        query_id: The id that its sender knows.
        since: When it began, by the monotonic clock.
        cancelled: Set to stop it.
    """

    query_id: str
    since: float = field(default_factory=time.monotonic)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.since


def form(text: str) -> str:
    """The form of a query: `select`, `ask`, `construct` or `describe`.

    Raises:
        InvalidQuery: It has no query form.
        UpdateRefused: It is an update.
        OutsideAccess: It would reach another machine.
    """
    return sparql.outline(text).form


class Engine:
    """Answers queries on the current version of the graph; safe to use from many threads.

    Args:
        settings: Home and limits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._home = settings.home.absolute()
        self._lock = threading.Lock()
        self._now: Readers | None = None
        self._next: Readers | None = None
        self._retired: list[Readers] = []
        self._running: dict[str, Running] = {}
        self._slots = threading.BoundedSemaphore(settings.workers)
        self._spool = Spool(self._home)

    # --- the version ------------------------------------------------------------------------------

    def version(self) -> Version | None:
        """The version that answers now; None when nothing has been built."""
        try:
            return self._readers().version
        except NoStore:
            return None

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
                in_memory = shown.quads <= self._settings.memory_quads
                coming = self._next = Readers(shown, in_memory=in_memory)
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

    # --- queries ----------------------------------------------------------------------------------

    def select(self, text: str) -> list[dict[str, Term]]:
        """Rows of a SELECT query over the union of all graphs; unbound variables are left out."""
        answer = self.query(text, QueryResultsFormat.JSON.media_type)
        try:
            found = cast(
                QuerySolutions,
                pyoxigraph.parse_query_results(
                    path=str(answer.path), format=QueryResultsFormat.JSON
                ),
            )
            names = [variable.value for variable in found.variables]
            return [{name: row[name] for name in names if row[name] is not None} for row in found]
        finally:
            answer.close()

    def query(
        self,
        text: str,
        media_type: str,
        *,
        seconds: float | None = None,
        query_id: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        client_gone: Callable[[], bool] | None = None,
    ) -> Answer:
        """Run a query.

        Args:
            text: The query. Without a dataset the default graph is the union of all graphs.
            media_type: Of the answer: a results format for SELECT and ASK, else an RDF format.
            seconds: A time limit below that of the settings.
            query_id: The id under which it can be cancelled; a new one when left out.
            default_graphs: IRIs of graphs that make up the default graph (SPARQL 1.1 Protocol,
                section 2.1.4); they win over FROM.
            named_graphs: IRIs of the named graphs.
            client_gone: Says whether who asked has left.

        Returns:
            The whole answer; close it.

        Raises:
            InvalidQuery: It does not parse.
            UpdateRefused, OutsideAccess: It is no query, or reaches out.
            TimeLimit, BudgetExceeded: It was stopped at a limit.
            Cancelled: Somebody stopped it, or its client left.
            Busy: All workers were in use for too long.
            StoreUnavailable: There is no version to ask.
        """
        outline = sparql.outline(text)
        most = self._settings.query_seconds
        limit = most if seconds is None else min(seconds, most)
        with (
            self._entered(query_id or str(uuid.uuid4())) as running,
            self._slot(running, client_gone),
        ):
            readers = self._readers()
            out = self._spool.file()
            job = {
                "id": out.name,
                "query": text,
                "format": media_type,
                "union": not (outline.dataset or default_graphs or named_graphs),
                "default_graphs": list(default_graphs),
                "named_graphs": list(named_graphs),
                "out": str(out),
                "seconds": limit,
                "memory": self._settings.query_bytes,
                "size": self._settings.result_bytes,
            }
            try:
                pending = readers.run(job)
                self._wait(readers, job, pending, limit, running, client_gone)
                if pending.code != 0:
                    raise self._failure(text, out, pending.code, limit)
            except BaseException:
                out.unlink(missing_ok=True)
                raise
            return Answer(out, out.stat().st_size, readers.version)

    def running(self) -> list[Running]:
        """The queries that run now."""
        with self._lock:
            return list(self._running.values())

    def cancel(self, query_id: str) -> bool:
        """Stop a query.

        Args:
            query_id: Its id.

        Returns:
            Whether it was running.
        """
        with self._lock:
            running = self._running.get(query_id)
        if running is None:
            return False
        running.cancelled.set()
        return True

    def close(self) -> None:
        """End all processes and remove the spool."""
        with self._lock:
            ending = [r for r in (self._now, self._next, *self._retired) if r is not None]
            self._now, self._next, self._retired = None, None, []
        for readers in ending:
            readers.close()
        self._spool.close()

    # --- the parts of a query ---------------------------------------------------------------------

    @contextmanager
    def _entered(self, query_id: str) -> Iterator[Running]:
        running = Running(query_id)
        with self._lock:
            if query_id in self._running:
                raise InvalidInput(
                    f"A query with the id {query_id} is running.",
                    where="Query-Id",
                    hint="Use a new id for each query.",
                )
            self._running[query_id] = running
        try:
            yield running
        finally:
            with self._lock:
                del self._running[query_id]

    @contextmanager
    def _slot(self, running: Running, client_gone: Callable[[], bool] | None) -> Iterator[None]:
        until = time.monotonic() + self._settings.queue_seconds
        while not self._slots.acquire(timeout=POLL_SECONDS):
            if running.cancelled.is_set():
                raise Cancelled("The query was cancelled before it began.", where=running.query_id)
            if client_gone is not None and client_gone():
                raise Cancelled("The client left before its query began.")
            if time.monotonic() > until:
                raise Busy(
                    f"All {self._settings.workers} workers were in use for "
                    f"{self._settings.queue_seconds:g} seconds.",
                    hint="Try again shortly.",
                )
        try:
            yield
        finally:
            self._slots.release()

    def _wait(
        self,
        readers: Readers,
        job: dict[str, Any],
        pending: Pending,
        limit: float,
        running: Running,
        client_gone: Callable[[], bool] | None,
    ) -> None:
        """Wait for the child; kill it at the limit, when cancelled, or when nobody waits."""
        until = time.monotonic() + limit
        while not pending.done.wait(min(POLL_SECONDS, max(0.001, until - time.monotonic()))):
            stopped: Exception | None = None
            if running.cancelled.is_set():
                stopped = Cancelled("The query was cancelled.", where=running.query_id)
            elif time.monotonic() >= until:
                stopped = _too_slow(limit)
            elif client_gone is not None and client_gone():
                stopped = Cancelled("The client left before its query had ended.")
            if stopped is not None:
                readers.kill(job["id"])
                # The worker is free again only when the child is gone.
                pending.done.wait(5)
                raise stopped

    def _failure(self, text: str, out: Path, code: int | None, limit: float) -> Exception:
        if code == -14:
            return _too_slow(limit)
        if code == keeper.TOO_LARGE:
            return BudgetExceeded(
                f"The answer is larger than {self._settings.result_bytes} bytes.",
                hint="Ask for fewer rows with LIMIT, or download the whole graph.",
                extra={"limitBytes": self._settings.result_bytes},
            )
        if code == keeper.NO_MEMORY or (code is not None and code < 0):
            return BudgetExceeded(
                f"The query needs more than {self._settings.query_bytes} bytes of memory.",
                hint="Join fewer patterns, or ask for fewer rows.",
                extra={"limitBytes": self._settings.query_bytes},
            )
        if code is None:
            return StoreUnavailable(
                "The process that holds the graph has ended.", hint="Try again."
            )
        told = Path(f"{out}.error")
        try:
            error = json.loads(told.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Internal("The query failed without a word.", extra={"code": code})
        finally:
            told.unlink(missing_ok=True)
        if error["kind"] == "syntax":
            return sparql.syntax_error(text, error["message"])
        return Internal(f"The engine failed: {error['message']}")


def _same(one: Version, other: Version) -> bool:
    return (one.number, one.digest) == (other.number, other.digest)


def _too_slow(limit: float) -> TimeLimit:
    return TimeLimit(
        f"The query was stopped after {limit:g} seconds.",
        hint="Make it more selective, or ask for fewer rows.",
        extra={"limitSeconds": limit},
    )


__all__ = ["Answer", "Engine", "Running", "form"]

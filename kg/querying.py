"""Run any query within limits: time, memory, size, a fair share, and no way out of this machine.

An answer up to a set size is whole before its first byte is given out; a larger one flows, and
breaks off with an error when the query fails later. Which backend answers makes no difference here.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import cast

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QuerySolutions

from kg import rq, sparql
from kg.backends import Backend, Job, Run
from kg.errors import BudgetExceeded, Cancelled, InvalidInput, IstcError, NoStore
from kg.queueing import POLL_SECONDS, FairQueue
from kg.remembering import Kept
from kg.rq import Term
from kg.settings import Settings
from kg.store.local import LocalBackend, too_slow
from kg.store.versions import Version

#: Who asks, for the fair share; set it where a request comes in.
CLIENT: ContextVar[str] = ContextVar("client", default="")
#: Answers that are asked again after a commit, so that readers find them ready.
WARMED = 200
_CORES = os.cpu_count() or 1


@dataclass
class Answer:
    """An answer; close it.

    Attributes:
        version: The data version that gave it.
        size: Its bytes; None when it is larger than what is held back, and flows.
        given: Bytes that were given out.
    """

    version: Version
    size: int | None
    _parts: Iterator[bytes]
    _held: ExitStack = field(default_factory=ExitStack)
    given: int = 0

    def chunks(self) -> Iterator[bytes]:
        """Its bytes in parts, once.

        Raises:
            IstcError: An answer that flows breaks off; what was given out is not whole.
        """
        with self._held:
            for part in self._parts:
                self.given += len(part)
                yield part

    def read(self) -> bytes:
        """All its bytes at once, and close it."""
        return b"".join(self.chunks())

    def close(self) -> None:
        """Stop it if it still flows, and give its worker back."""
        self._held.close()


@dataclass
class Running:
    """A query that runs.

    Attributes:
        query_id: The id that its sender knows.
        since: When it began, by the monotonic clock.
        cancelled: Set to stop it.
        demoted: Whether it lets others go first.
    """

    query_id: str
    since: float = field(default_factory=time.monotonic)
    cancelled: threading.Event = field(default_factory=threading.Event)
    demoted: bool = False

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.since


@dataclass
class _Watch:
    """What can stop a query, looked at while it waits or runs."""

    running: Running
    limit: float
    stream_limit: float
    client_gone: Callable[[], bool] | None
    spent: float = 0.0

    def __call__(self) -> None:
        if self.running.cancelled.is_set():
            raise Cancelled("The query was cancelled.", where=self.running.query_id)
        if self.spent >= self.limit:
            raise too_slow(self.limit)
        if self.running.seconds > self.stream_limit:
            raise too_slow(self.stream_limit)
        if self.client_gone is not None and self.client_gone():
            raise Cancelled("The client left before its query had ended.")


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
        backend: What runs the queries; our own readers when left out.
    """

    def __init__(self, settings: Settings, backend: Backend | None = None) -> None:
        self._settings = settings
        self.backend: Backend = backend or LocalBackend(settings)
        self._lock = threading.Lock()
        self._running: dict[str, Running] = {}
        self._queue = FairQueue(
            settings.workers,
            settings.queue_seconds,
            settings.client_waiting,
            settings.client_seconds,
        )
        self._kept = Kept(settings.cache_bytes)
        self._followed: str | None = None
        self._closed = threading.Event()
        self.statistics: Counter[str] = Counter()

    # --- what is asked ----------------------------------------------------------------------------

    def version(self) -> Version | None:
        """The version that answers now; None when nothing has been built."""
        try:
            return self.backend.version()
        except NoStore:
            return None

    def select(self, text: str) -> list[dict[str, Term]]:
        """Rows of a SELECT query over the union of all graphs; unbound variables are left out."""
        # Terms are told whole in it, and it is the shortest to write and to read.
        form = QueryResultsFormat.TSV
        body = self.query(text, form.media_type).read()
        found = cast(QuerySolutions, pyoxigraph.parse_query_results(body, format=form))
        return list(rq.solutions(found))

    def query(
        self,
        text: str,
        media_type: str,
        *,
        seconds: float | None = None,
        query_id: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base_iri: str | None = None,
        client_gone: Callable[[], bool] | None = None,
    ) -> Answer:
        """Run a query.

        Args:
            text: The query.
            media_type: Of the answer: a results format for SELECT and ASK, else an RDF format.
            seconds: A time limit below that of the settings.
            query_id: The id under which it can be cancelled; a new one when left out.
            default_graphs: IRIs of graphs that make up the default graph (SPARQL 1.1 Protocol,
                section 2.1.4); they win over FROM.
            named_graphs: IRIs of the named graphs.
            base_iri: For its relative IRIs, which are refused without one.
            client_gone: Says whether who asked has left.

        Returns:
            The answer; read it to its end, or close it.

        Raises:
            InvalidQuery: It does not parse.
            UpdateRefused, OutsideAccess: It is no query, or reaches out.
            TimeLimit, BudgetExceeded: It was stopped at a limit.
            Cancelled: Somebody stopped it, or its client left.
            Busy, TooManyRequests: No worker became free in time, or this client has its share.
            StoreUnavailable: There is no version to ask.
        """
        outline = sparql.outline(text)
        most = self._settings.query_seconds
        job = Job(
            outline.text,
            outline.form,
            media_type,
            outline.dataset,
            tuple(default_graphs),
            tuple(named_graphs),
            most if seconds is None else min(seconds, most),
            base_iri,
        )
        try:
            return self._answer(job, outline.volatile, query_id, client_gone)
        except IstcError as error:
            self.statistics[error.kind] += 1
            raise

    def _answer(
        self,
        job: Job,
        volatile: bool,
        query_id: str | None,
        client_gone: Callable[[], bool] | None,
    ) -> Answer:
        now = self.backend.version()
        if now.digest != self._followed:
            self._follow(now)
        key = replace(job, seconds=0.0)
        body = None if volatile else self._kept.get(now.digest, key)
        if body is not None:
            self.statistics["cached"] += 1
            return Answer(now, len(body), iter((body,)))
        with ExitStack() as held:
            running = held.enter_context(self._entered(query_id or str(uuid.uuid4())))
            stream_limit = max(job.seconds, self._settings.stream_seconds)
            watch = _Watch(running, job.seconds, stream_limit, client_gone)
            held.enter_context(self._queue.slot(CLIENT.get(), watch))
            run = self.backend.start(job)
            held.callback(run.close)
            parts = self._parts(run, watch)
            first, size = [], 0
            for part in parts:
                first.append(part)
                size += len(part)
                if size > self._settings.whole_bytes:
                    self.statistics["flowing"] += 1
                    return Answer(run.version, None, _chained(first, parts), held.pop_all())
        body = b"".join(first)
        self.statistics["answered"] += 1
        if not volatile:
            self._kept.put(run.version.digest, key, body)
        return Answer(run.version, size, iter((body,)))

    # --- what runs --------------------------------------------------------------------------------

    def running(self) -> list[Running]:
        """The queries that run or wait now."""
        with self._lock:
            return list(self._running.values())

    def waiting(self) -> int:
        """How many of them wait for a worker."""
        return self._queue.waiting

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
        """End all processes and connections."""
        self._closed.set()
        self.backend.close()

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

    def _parts(self, run: Run, watch: _Watch) -> Iterator[bytes]:
        """The answer as it comes; only time spent waiting for the backend counts for the limit."""
        size, running = 0, watch.running
        while True:
            left = max(0.001, watch.limit - watch.spent)
            wait = min(POLL_SECONDS, left)
            others, short = self._others(), self._settings.short_seconds
            # A query whose core is shared gets as much of it as one that is alone.
            short *= max(1.0, others / _CORES)
            if watch.spent < short:
                wait = min(wait, short - watch.spent)
            began = time.monotonic()
            part = run.read(wait)
            watch.spent += time.monotonic() - began
            if part:
                size += len(part)
                if size > self._settings.result_bytes:
                    raise self._too_large()
                yield part
            elif part is not None:
                return
            watch()
            if watch.spent >= short and others and not running.demoted:
                run.demote()
                running.demoted = True

    def _others(self) -> int:
        """How many queries would go first if one were demoted: the rest of those that are not."""
        return sum(not query.demoted for query in self.running()) - 1

    def _too_large(self) -> BudgetExceeded:
        return BudgetExceeded(
            f"The answer is larger than {self._settings.result_bytes} bytes.",
            hint="Ask for fewer rows with LIMIT, or download the whole graph.",
            extra={"limitBytes": self._settings.result_bytes},
        )

    # --- answers that are kept --------------------------------------------------------------------

    def _follow(self, now: Version) -> None:
        """Forget the answers of an earlier version, and ask again what was asked often."""
        self._queue.resize(self.backend.at_once())
        self._followed = now.digest
        often = self._kept.begin(now.digest)[:WARMED]
        if often:
            threading.Thread(
                target=self._warm, args=(now, often), daemon=True, name="warming"
            ).start()

    def _warm(self, now: Version, often: Sequence[object]) -> None:
        CLIENT.set("warming")
        for key in often:
            version = self.version() if not self._closed.is_set() else None
            if version is None or version.digest != now.digest:
                return
            job = replace(cast(Job, key), seconds=self._settings.query_seconds)
            try:
                self._answer(job, False, None, self._closed.is_set).close()
            except (IstcError, OSError):
                continue


def _chained(first: Sequence[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    yield from first
    yield from rest


__all__ = ["CLIENT", "Answer", "Engine", "Running", "form"]

"""A query on a remote store, and its answer on the way to the client.

A thread reads what the store sends, parses all of it and writes it anew in the media type that was
asked for. So an answer that is cut short is an error, every store gives the same formats, and at
most a few parts are held: when the client is slow, the store has to wait.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, cast

import pyoxigraph
import requests
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat

from kg.backends import Job
from kg.errors import Internal, IstcError, StoreUnavailable
from kg.store.versions import Version
from service.remote.dialects import Refusal, Standard, too_slow
from service.remote.replica import Held
from service.remote.wire import Fields, Line, Wire

#: Seconds that the store may take beyond the limit to say that it has stopped.
GRACE_SECONDS = 5.0
#: Bytes of a part, and how many parts wait for the client.
_PART, _PARTS = 1 << 16, 16
#: Bytes of a refusal that are read, from either end.
_TOLD = 4096
_POLL_SECONDS = 0.2
_TRIES = 3
_BOOLEAN = b'{"head":{},"boolean":%s}'
#: What an answer in this format ends with; the parser would not miss it.
_ENDS = {"application/sparql-results+xml": b"</sparql>"}


class RemoteRun:
    """A query on a remote store; see `kg.backends.Run`.

    Args:
        wire: Carries requests.
        dialect: Of the store.
        job: The query.
        fields: The parameters of the request.
        version: The version that the store holds.
        holding: Asks it again, to see that it still does.
        freed: Called when the store has nothing to do with it any more.
    """

    def __init__(
        self,
        wire: Wire,
        dialect: Standard,
        job: Job,
        fields: Fields,
        version: Version,
        holding: Callable[[], Held | None],
        freed: Callable[[], None],
    ) -> None:
        self.version = version
        self._wire, self._dialect, self._job, self._fields = wire, dialect, job, fields
        self._holding, self._freed = holding, freed
        self._line = Line()
        self._parts: queue.Queue[bytes | IstcError] = queue.Queue(_PARTS)
        self._ended = False
        threading.Thread(target=self._run, daemon=True, name="remote").start()

    def read(self, seconds: float) -> bytes | None:
        """More of the answer; see `kg.backends.Run.read`."""
        if self._ended:
            return b""
        try:
            part = self._parts.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(part, IstcError):
            self._ended = True
            raise part
        self._ended = not part
        return part

    def demote(self) -> None:
        """A remote store has no such order."""

    def close(self) -> None:
        """Hang up; a store that would not notice is waited for in the background."""
        self._line.cut(at_once=self._dialect.guarantees.hard_stop)

    # --- in the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        last: bytes | IstcError = b""
        try:
            self._answer()
        except _Left:
            pass
        except IstcError as error:
            last = error
        except requests.Timeout:
            last = too_slow(self._job)
        except (requests.RequestException, OSError) as error:
            last = self._broken(str(error))
        except Exception as error:
            last = Internal(f"The answer of the remote store failed: {error}")
        finally:
            self._freed()
        with suppress(_Left):
            self._put(last)

    def _put(self, part: bytes | IstcError) -> None:
        while not self._line.is_cut:
            with suppress(queue.Full):
                return self._parts.put(part, timeout=_POLL_SECONDS)
        raise _Left

    def _answer(self) -> None:
        for _ in range(_TRIES):
            told = self._ask()
            with told:
                self._line.begin()
                self._refuse(told)
                # A query that is one transaction has its data from before the first byte.
                if self._dialect.transactions and not self._unmoved():
                    continue
                self._translate(_Body(told, self._line))
            if not self._dialect.transactions and not self._unmoved():
                raise self._moved()
            return
        raise self._moved()

    def _ask(self) -> requests.Response:
        accept = self._dialect.rows if self._is_rows else self._dialect.triples
        seconds = self._job.seconds + GRACE_SECONDS
        return self._wire.ask(self._dialect.query, self._fields, accept, seconds, self._line)

    @property
    def _is_rows(self) -> bool:
        return self._job.form in ("select", "ask")

    def _unmoved(self) -> bool:
        return self._holding() == Held(self.version.number, self.version.digest)

    def _refuse(self, told: requests.Response) -> None:
        """Raise what the status or the headers say against the answer."""
        if told.status_code != 200:
            text = _ends(told.iter_content(_TOLD))
            raise self._dialect.failure(Refusal(told.status_code, told.headers, text), self._job)
        partial = self._dialect.partial(told.headers, self._job)
        if partial is not None:
            raise partial

    def _translate(self, body: _Body) -> None:
        """Parse the answer and write it in the media type that was asked for."""
        out = _Parts(self._put)
        source, sink = cast(IO[bytes], body), cast(IO[bytes], out)
        try:
            if self._is_rows:
                self._translate_rows(source, sink)
                body.finish(_ENDS.get(self._dialect.rows, b""))
            else:
                found = pyoxigraph.parse(source, format=RdfFormat.N_TRIPLES)
                wanted = RdfFormat.from_media_type(self._job.media_type) or RdfFormat.TURTLE
                pyoxigraph.serialize(found, sink, format=wanted)
        except (SyntaxError, ValueError) as error:
            raise self._broken(str(error)) from error
        out.flush_all()

    def _translate_rows(self, source: IO[bytes], sink: IO[bytes]) -> None:
        given = QueryResultsFormat.from_media_type(self._dialect.rows)
        found = pyoxigraph.parse_query_results(source, format=given)
        if self._job.form == "ask" and isinstance(found, QuerySolutions):
            found = _boolean(found)
        wanted = QueryResultsFormat.from_media_type(self._job.media_type)
        found.serialize(sink, format=wanted or QueryResultsFormat.JSON)

    def _broken(self, why: str) -> StoreUnavailable:
        return StoreUnavailable(
            "The remote store broke off its answer.",
            where=self._dialect.query,
            hint="Try again; its log says more.",
            extra={"reason": why[:_TOLD]},
        )

    def _moved(self) -> StoreUnavailable:
        return StoreUnavailable(
            "The remote store changed while it answered.",
            where=self._dialect.query,
            hint="Try again.",
        )


class _Left(Exception):
    """Nobody waits for the answer any more."""


class _Body:
    """The body of a response as a file; says when it ended too early."""

    def __init__(self, told: requests.Response, line: Line) -> None:
        self._parts = told.iter_content(_PART)
        self._line = line
        self._held = b""
        self._tail = b""
        self._whole = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._held and not self._whole:
            if self._line.is_cut:
                raise _Left
            part = next(self._parts, None)
            self._whole = part is None
            self._held = part or b""
        taken = self._held if size < 0 else self._held[:size]
        self._held = self._held[len(taken) :]
        self._tail = (self._tail + taken)[-64:]
        return taken

    def finish(self, end: bytes) -> None:
        """Read what is left, and check how it ends.

        Raises:
            ValueError: It does not end so.
        """
        while self.read(_PART):
            pass
        if not self._tail.rstrip().endswith(end):
            raise ValueError("its end is missing")


class _Parts:
    """A file that gives what is written to it on in parts of some size."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        self._size += len(data)
        if self._size >= _PART:
            self.flush_all()
        return len(data)

    def flush(self) -> None:
        """The writer flushes at its end only; what is held goes when the answer was whole."""

    def flush_all(self) -> None:
        """Give on what is held."""
        if self._size:
            self._put(b"".join(self._held))
        self._held, self._size = [], 0


def _boolean(rows: QuerySolutions) -> QueryBoolean:
    """What a store means that answers ASK with one cell."""
    value = next((cell.value for row in rows for cell in row if cell is not None), "false")
    text = b"true" if value in ("1", "true") else b"false"
    found = pyoxigraph.parse_query_results(_BOOLEAN % text, format=QueryResultsFormat.JSON)
    if not isinstance(found, QueryBoolean):
        raise ValueError("no boolean")
    return found


def _ends(parts: Iterable[bytes]) -> str:
    """The beginning and the end of a body, which may be long."""
    first, last = b"", b""
    for part in parts:
        if len(first) < _TOLD:
            first += part
        else:
            last = (last + part)[-_TOLD:]
    return (first + b"\n" + last).decode("utf-8", errors="replace")

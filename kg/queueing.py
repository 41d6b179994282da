"""The queue before the engine: a bounded number of queries, shared fairly between clients.

A client holds at most its share of the workers, reckoned as if one more client were there, so that
a newcomer finds a free worker while clients are fewer than workers. Of those who wait, the client
with the fewest running queries goes first, then the one who was not served for longest.
"""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kg.errors import Busy, TooManyRequests

#: How often a waiting thread looks whether it should give up.
POLL_SECONDS = 0.1
#: Over how long the use of a client is reckoned.
MINUTE = 60.0


@dataclass(eq=False)
class _Ticket:
    client: str
    go: threading.Event = field(default_factory=threading.Event)


class FairQueue:
    """Lets queries run; safe to use from many threads.

    Args:
        workers: How many may run at the same time.
        wait_seconds: How long a query waits at most.
        waiting: How many of one client may wait at the same time.
        allowance: Seconds of querying that one client may use in a minute; 0 sets no bound.
    """

    def __init__(
        self, workers: int, wait_seconds: float, waiting: int, allowance: float = 0.0
    ) -> None:
        self._workers, self._seconds, self._most_waiting = workers, wait_seconds, waiting
        self._allowance = allowance
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self._waiting: list[_Ticket] = []
        self._served: dict[str, int] = {}
        self._clock = itertools.count()
        self._used: dict[str, tuple[float, float]] = {}

    def resize(self, workers: int) -> None:
        """Let another number of queries run at the same time; those that run go on.

        Args:
            workers: How many.
        """
        with self._lock:
            self._workers = workers
            self._grant()

    @property
    def waiting(self) -> int:
        """How many queries wait now."""
        return len(self._waiting)

    @contextmanager
    def slot(self, client: str, look: Callable[[], None]) -> Iterator[None]:
        """A worker for one query.

        Args:
            client: Who asks.
            look: Called now and then while waiting; raises to give up.

        Raises:
            TooManyRequests: This client has too many waiting, or has used its allowance.
            Busy: No worker became free in time.
        """
        ticket = self._enter(client)
        try:
            self._wait(ticket, look)
        except BaseException:
            with self._lock:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                else:
                    self._leave(client)
            raise
        began = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._charge(client, time.monotonic() - began)
                self._leave(client)

    def _enter(self, client: str) -> _Ticket:
        ticket = _Ticket(client)
        with self._lock:
            if sum(t.client == client for t in self._waiting) >= self._most_waiting:
                raise TooManyRequests(
                    f"{self._most_waiting} of your queries are waiting already.",
                    hint="Send the next one when an answer has come.",
                    extra={"retryAfter": math.ceil(self._seconds)},
                )
            over = self._over(client)
            if over > 0:
                raise TooManyRequests(
                    f"You have used {self._allowance:g} seconds of querying in the last minute.",
                    hint="Wait, or ask for the whole graph once: see /catalog.",
                    extra={"retryAfter": math.ceil(over * MINUTE / self._allowance)},
                )
            self._waiting.append(ticket)
            self._grant()
        return ticket

    def _wait(self, ticket: _Ticket, look: Callable[[], None]) -> None:
        until = time.monotonic() + self._seconds
        while not ticket.go.wait(POLL_SECONDS):
            look()
            if time.monotonic() > until:
                raise Busy(
                    f"All {self._workers} workers were in use for {self._seconds:g} seconds.",
                    hint="Try again shortly.",
                )

    def _leave(self, client: str) -> None:
        self._running[client] -= 1
        if self._running[client] <= 0:
            del self._running[client]
        self._grant()

    def _grant(self) -> None:
        """Let queries go while there are workers; called with the lock held."""
        while self._waiting and self._running.total() < self._workers:
            clients = {t.client for t in self._waiting}
            share = max(1, self._workers // (len(clients | self._running.keys()) + 1))
            may = [t for t in self._waiting if self._running[t.client] < share]
            if not may:
                return
            ticket = min(
                may, key=lambda t: (self._running[t.client], self._served.get(t.client, -1))
            )
            self._waiting.remove(ticket)
            self._running[ticket.client] += 1
            self._served[ticket.client] = next(self._clock)
            ticket.go.set()
        if not self._waiting and not self._running:
            self._served.clear()

    def _over(self, client: str) -> float:
        """Seconds that a client has used beyond its allowance, which comes back steadily."""
        if not self._allowance:
            return 0.0
        used, at = self._used.get(client, (0.0, 0.0))
        return used - self._allowance * (1 + (time.monotonic() - at) / MINUTE)

    def _charge(self, client: str, seconds: float) -> None:
        if not self._allowance:
            return
        now = time.monotonic()
        for other, (used, at) in list(self._used.items()):
            if used <= self._allowance * (now - at) / MINUTE:
                del self._used[other]
        used, at = self._used.get(client, (0.0, now))
        self._used[client] = (max(0.0, used - self._allowance * (now - at) / MINUTE) + seconds, now)

"""A remote store as a backend of the engine, which follows the truth by itself."""

from __future__ import annotations

import threading
import time

from kg.backends import Guarantees, Job
from kg.errors import Busy, NoStore, StoreUnavailable
from kg.settings import Settings
from kg.store import versions
from kg.store.versions import Version
from service.remote import syntax
from service.remote.dialects import DEFAULT, NOTHING, Standard
from service.remote.following import Follower
from service.remote.portable import portable
from service.remote.replica import Held, Replica, graphs
from service.remote.running import RemoteRun
from service.remote.wire import Fields, Wire

#: How long what the store said of its version is believed, in seconds.
BELIEVED_SECONDS = 1.0
#: How long a query waits for a change on its way before the earlier version answers, in seconds.
FRESH_SECONDS = 2.0
#: Queries on the store for each worker: those that were stopped may run on there to their limit.
LEFT_OVER = 2


def _based(job: Job) -> str:
    """Its text, which says its base itself: the store would take its own."""
    text = portable(job.query)
    return text if job.base_iri is None else f"BASE <{job.base_iri}> {text}"


class RemoteBackend:
    """Answers queries by a remote store; see `kg.backends.Backend`.

    Args:
        settings: Home and limits.
        dialect: Of the store.
        wire: Carries requests.
        follow: Whether to push each new version, as a running service does.

    Attributes:
        replica: The store as a copy of the truth.
    """

    def __init__(self, settings: Settings, dialect: Standard, wire: Wire, *, follow: bool) -> None:
        self.guarantees: Guarantees = dialect.guarantees
        self._settings = settings
        self._home = settings.home.absolute()
        self._dialect, self._wire = dialect, wire
        self.replica = Replica(settings, wire, dialect)
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(LEFT_OVER * settings.workers)
        self._believed: tuple[float, Held | None] = (-BELIEVED_SECONDS, None)
        self._graphs: tuple[Held | None, tuple[str, ...]] = (None, ())
        self._follower = Follower(self._home, self.replica) if follow else None

    def at_once(self) -> int:
        """How many queries may run at once; see `kg.backends.Backend.at_once`."""
        return self._settings.workers

    # --- the version ------------------------------------------------------------------------------

    def version(self) -> Version:
        """The version that the store holds; see `kg.backends.Backend.version`.

        Raises:
            NoStore: Nothing has been built yet.
            StoreUnavailable: The store does not answer, or is not loaded yet.
        """
        shown = versions.current(self._home)
        if shown is None:
            raise NoStore("There is no graph yet.", where=str(self._home), hint="Run: istc build")
        wanted = Held(shown.number, shown.digest)
        held = self._held()
        if held != wanted and self._follower is not None:
            self._follower.catch_up(FRESH_SECONDS if held else self._settings.queue_seconds)
            held = self._fresh()
        if held is None:
            raise self._not_loaded()
        if held == wanted:
            return shown
        return versions.at(self._home, held.number) or Version(
            held.number, held.digest, shown.path.with_name(str(held.number))
        )

    def _not_loaded(self) -> StoreUnavailable:
        what, hint = "The remote store is being loaded.", "Try again shortly."
        if self._follower is None:
            what, hint = "The remote store has not been loaded to the end.", "Run: istc push"
        elif self._follower.error is not None:
            error = self._follower.error
            what, hint = f"The remote store could not be loaded: {error.what}", error.hint or hint
        return StoreUnavailable(what, where=self._dialect.query, hint=hint)

    def _held(self) -> Held | None:
        since, held = self._believed
        old = time.monotonic() - since > BELIEVED_SECONDS
        return self._fresh() if old or held is None else held

    def _fresh(self) -> Held | None:
        began = time.monotonic()
        held = self.replica.held()
        self._believed = (began, held)
        return held

    # --- queries ----------------------------------------------------------------------------------

    def start(self, job: Job) -> RemoteRun:
        """Begin a query; see `kg.backends.Backend.start`.

        Raises:
            InvalidQuery: It does not parse.
            OutsideAccess: It calls a procedure of the store.
            Busy: The store still works on queries that were stopped.
        """
        syntax.check(job.query, job.base_iri)
        self._dialect.check(job)
        version = self.version()
        fields = (
            ("query", _based(job)),
            *self._dataset(job, version),
            *self._dialect.limit(job.seconds),
        )
        if not self._slots.acquire(blocking=False):
            raise Busy(
                "The remote store still works on queries that were stopped.",
                hint="Try again shortly.",
            )
        return RemoteRun(
            self._wire, self._dialect, job, fields, version, self._fresh, self._slots.release
        )

    def _dataset(self, job: Job, version: Version) -> Fields:
        """The parameters that name the graphs (SPARQL 1.1 Protocol, section 2.1.4)."""
        default, named = job.default_graphs, job.named_graphs
        if not (default or named):
            if job.dataset or self._dialect.alone:
                return ()
            default, named = (DEFAULT,), self._names(version)
        return (
            *(("default-graph-uri", iri) for iri in default or (NOTHING,)),
            *(("named-graph-uri", iri) for iri in named or (NOTHING,)),
        )

    def _names(self, version: Version) -> tuple[str, ...]:
        held = Held(version.number, version.digest)
        if self._graphs[0] != held:
            self._graphs = (held, graphs(version))
        return self._graphs[1]

    def close(self) -> None:
        """Close all connections."""
        if self._follower is not None:
            self._follower.close()
        self._wire.close()


__all__ = ["RemoteBackend"]

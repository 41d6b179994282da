"""What one running service holds: settings, engine, messages, and values kept per data version."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from flask import current_app

from kg import browsing, describing
from kg.analysis.working import Workers
from kg.errors import NoStore
from kg.importing.jobs import Jobs
from kg.querying import Engine
from kg.remembering import Kept
from kg.searching import Indexes
from kg.settings import Settings
from kg.store.versions import Version

T = TypeVar("T")


#: Values that are kept for a version; those that nobody asked for longest go first.
KEPT = 2000


class PerVersion:
    """Values that depend on the data version only, computed once for each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digest = ""
        self._values: dict[Any, Any] = {}
        self._begun: set[Any] = set()

    def begin(self, digest: str, key: Any, compute: Callable[[], T]) -> T | None:
        """The value of a key where it is known; else it is begun, for those who ask later.

        Args:
            digest: Digest of the data version.
            key: Name of the value.
            compute: Makes it, in a thread of its own.

        Returns:
            The value; None while there is none.
        """
        with self._lock:
            if digest == self._digest and key in self._values:
                return cast(T, self._used(key))
            if (digest, key) in self._begun:
                return None
            self._begun.add((digest, key))

        def run() -> None:
            try:
                self.get(digest, key, compute)
            finally:
                with self._lock:
                    self._begun.discard((digest, key))

        threading.Thread(target=run, daemon=True, name="beginning").start()
        return None

    def get(self, digest: str, key: Any, compute: Callable[[], T]) -> T:
        """The value of a key for this version; those of another version are forgotten.

        Args:
            digest: Digest of the data version.
            key: Name of the value.
            compute: Makes it; may run twice when two requests ask at the same moment.

        Returns:
            The value.
        """
        with self._lock:
            if digest != self._digest:
                self._digest, self._values = digest, {}
            if key in self._values:
                return cast(T, self._used(key))
        value = compute()
        with self._lock:
            if digest == self._digest:
                self._values[key] = value
                while len(self._values) > KEPT:
                    del self._values[next(iter(self._values))]
        return value

    def _used(self, key: Any) -> Any:
        """A value that is there, which becomes the one asked for last."""
        value = self._values[key] = self._values.pop(key)
        return value


@dataclass
class State:
    """The parts of a running service.

    Attributes:
        settings: The settings it was created with.
        engine: Answers queries, bounded.
        messages: Interface language → source text → translation.
        kept: Values per data version.
        pages: Answers per data version, to be sent again as they were.
        jobs: The imports that were sent.
        indexes: What search answers from.
        analyses: What computes analyses.
        listening: The address that the server listens on.
        stopping: Whether the service has been told to stop.
    """

    settings: Settings
    engine: Engine
    messages: dict[str, dict[str, str]]
    kept: PerVersion = field(default_factory=PerVersion)
    pages: Kept = field(init=False)
    jobs: Jobs = field(init=False)
    indexes: Indexes = field(init=False)
    analyses: Workers = field(init=False)
    listening: str = "http://localhost"
    stopping: bool = False

    @property
    def large(self) -> bool:
        """Whether the graph is read from disk: what looks through all of it takes long."""
        found = self.engine.version()
        return found is not None and not self.settings.in_memory(found.quads)

    def graph_sizes(self, digest: str) -> dict[str, int]:
        """How many triples each named graph holds, kept for a data version.

        Args:
            digest: Digest of the version that answers.

        Returns:
            What is counted; for a large graph what its catalogue tells.
        """

        def found() -> dict[str, int]:
            if self.large:
                return describing.stated_sizes(self.engine, self.settings.base_iri)
            return browsing.graph_sizes(self.engine)

        return self.kept.get(digest, "sizes", found)

    def __post_init__(self) -> None:
        """Find the jobs and the indexes of the home, and make room for pages."""
        self.pages = Kept(self.settings.page_bytes)
        self.jobs = Jobs(self.settings)
        self.indexes = Indexes(self.settings.home)
        self.analyses = Workers(self.settings)


def state() -> State:
    """The state of the current application."""
    return cast(State, current_app.extensions["istc"])


def engine() -> Engine:
    """The engine of the current application."""
    return state().engine


def jobs() -> Jobs:
    """The imports of the current application."""
    return state().jobs


def version() -> Version:
    """The data version that answers now.

    Raises:
        NoStore: Nothing has been built yet.
    """
    found = engine().version()
    if found is None:
        raise NoStore("There is no graph yet.", hint="Run: istc build")
    return found

"""What one running service holds: settings, engine, messages, and values kept per data version."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from flask import current_app

from kg.errors import NoStore
from kg.querying import Engine
from kg.settings import Settings
from kg.store.versions import Version

T = TypeVar("T")


#: Values that are kept for a version; the oldest go first.
KEPT = 2000


class PerVersion:
    """Values that depend on the data version only, computed once for each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digest = ""
        self._values: dict[Any, Any] = {}

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
                return cast(T, self._values[key])
        value = compute()
        with self._lock:
            if digest == self._digest:
                self._values[key] = value
                while len(self._values) > KEPT:
                    del self._values[next(iter(self._values))]
        return value


@dataclass
class State:
    """The parts of a running service.

    Attributes:
        settings: The settings it was created with.
        engine: Answers queries, bounded.
        messages: Interface language → source text → translation.
        kept: Values per data version.
        listening: The address that the server listens on.
        stopping: Whether the service has been told to stop.
    """

    settings: Settings
    engine: Engine
    messages: dict[str, dict[str, str]]
    kept: PerVersion = field(default_factory=PerVersion)
    listening: str = "http://localhost"
    stopping: bool = False


def state() -> State:
    """The state of the current application."""
    return cast(State, current_app.extensions["istc"])


def engine() -> Engine:
    """The engine of the current application."""
    return state().engine


def version() -> Version:
    """The data version that answers now.

    Raises:
        NoStore: Nothing has been built yet.
    """
    found = engine().version()
    if found is None:
        raise NoStore("There is no graph yet.", hint="Run: istc build")
    return found

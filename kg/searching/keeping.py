"""The indexes of a home: one file for each data version in home/search (`kg.store.beside`)."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from kg import resources
from kg.errors import Internal, NoIndex
from kg.searching.form import FORM
from kg.searching.index import Index
from kg.store import versions
from kg.store.beside import Beside
from kg.store.versions import Version

log = logging.getLogger(__name__)

FILES = Beside("search", FORM)
#: How often somebody looks whether there is a new version, in seconds.
LOOK_SECONDS = 1.0
#: How long after a failure the index is tried again.
_AGAIN_SECONDS = 60.0
_LAST_WORDS = 2000
#: How far the making of a later index lets others go first: below queries, above runaway ones.
_NICE = 10


def ensure(home: Path, version: Version, nice: int = 0) -> Path:
    """Make the index of a version, unless it is there; wait for who makes it already.

    Args:
        home: ISTC_HOME.
        version: The data version.
        nice: How far its making lets other processes go first.

    Returns:
        The file.

    Raises:
        NoStore: The version is no longer kept.
        Internal: It could not be made.
    """
    return FILES.ensure(home, version, lambda target: _made(version, target, nice))


def _made(version: Version, target: Path, nice: int) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", "kg.searching.worker", str(version.path), str(target),
         str(os.getpid()), str(nice)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=resources.environment(),
    )  # fmt: skip
    if done.returncode:
        log.error("no index of version %d: %s", version.number, done.stderr[-_LAST_WORDS:])
        raise Internal(
            "The index for search could not be made.",
            where=f"data version {version.number}",
            hint="See the log of the service; the rest of it works without.",
        )


class Indexes:
    """The index that answers now; a new one is made beside it and takes over when it is whole.

    Args:
        home: ISTC_HOME.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._now: Index | None = None
        self._closed = threading.Event()
        self._ready = threading.Condition(self._lock)
        self._follower: threading.Thread | None = None

    def follow(self) -> None:
        """Begin to follow the data versions, in a thread of its own; may be called again."""
        with self._lock:
            if self._follower is None and not self._closed.is_set():
                self._follower = threading.Thread(target=self._follow, daemon=True, name="search")
                self._follower.start()

    def now(self) -> Index | None:
        """The index that answers now, without waiting; None while the first is being made."""
        self.follow()
        with self._lock:
            return self._now

    def current(self, seconds: float = 0.0) -> Index:
        """The index that answers now, of this data version or of the one before.

        Args:
            seconds: How long to wait for the very first.

        Raises:
            NoIndex: There is none yet.
        """
        self.follow()
        with self._ready:
            self._ready.wait_for(lambda: self._now is not None, seconds)
            if self._now is None:
                raise NoIndex(
                    "The index for search is being made.", hint="Try again in some seconds."
                )
            return self._now

    def _follow(self) -> None:
        wait = 0.0
        while not self._closed.wait(wait):
            wait = LOOK_SECONDS
            try:
                self._look()
            except Exception as error:
                # Whatever is wrong with one version, the service and the index before go on.
                log.error("no index: %s", error)
                wait = _AGAIN_SECONDS

    def _look(self) -> None:
        version = versions.current(self._home)
        if version is None or (self._now is not None and self._now.digest == version.digest):
            return
        # For the first one people wait; later the one before answers.
        nice = 0 if self._now is None else _NICE
        made = Index(ensure(self._home, version, nice), version.digest)
        with self._ready:
            before, self._now = self._now, made
            self._ready.notify_all()
        if before is not None:
            before.close()

    def close(self) -> None:
        """Stop following."""
        self._closed.set()
        with self._lock:
            if self._now is not None:
                self._now.close()


def opened(home: Path, version: Version) -> Index:
    """The index of a data version, made first where there is none.

    Args:
        home: ISTC_HOME.
        version: The data version.

    Returns:
        The index; close it.
    """
    return Index(ensure(home, version), version.digest)


__all__ = ["FILES", "Indexes", "ensure", "opened"]

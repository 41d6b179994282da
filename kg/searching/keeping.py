"""The indexes of a home: one file for each data version, made once, removed with it.

home/search/<digest>.sqlite            whole as soon as it has this name
home/search/<digest>.sqlite.making     being made by who holds the lock

"""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

from filelock import FileLock

from kg import resources
from kg.errors import Internal, NoIndex
from kg.searching.form import FORM
from kg.searching.index import Index
from kg.store import versions
from kg.store.versions import Version

log = logging.getLogger(__name__)

FOLDER = "search"
#: How often somebody looks whether there is a new version, in seconds.
LOOK_SECONDS = 1.0
#: How long after a failure the index is tried again.
_AGAIN_SECONDS = 60.0
_LAST_WORDS = 2000
#: How far the making of a later index lets others go first: below queries, above runaway ones.
_NICE = 10


def path(home: Path, digest: str) -> Path:
    """The file of the index of a data version."""
    return home.absolute() / FOLDER / f"{digest}.sqlite"


def whole(file: Path) -> bool:
    """Whether there is an index, of the form that this software reads."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as base:
            return bool(base.execute("PRAGMA user_version").fetchone()[0] == FORM)
    except sqlite3.Error:
        return False


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
    file = path(home, version.digest)
    if whole(file):
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.parent / ".lock"), versions.hold(version):
        if whole(file):
            return file
        clean(home, version)
        making = file.with_name(file.name + ".making")
        _made(version, making, nice)
        with making.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(making, file)
        versions.sync_folder(file.parent)
    return file


def clean(home: Path, now: Version) -> None:
    """Remove the indexes of versions that are no longer kept, and what a crash left.

    Call it with the lock held.

    Args:
        home: ISTC_HOME.
        now: A version whose index stays.
    """
    kept = {now.digest}
    for number in versions.numbers(home):
        version = versions.at(home, number)
        if version is not None:
            kept.add(version.digest)
    for file in (home / FOLDER).glob("*.sqlite*"):
        if file.suffix != ".sqlite" or file.stem not in kept:
            file.unlink(missing_ok=True)


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


__all__ = ["FOLDER", "Indexes", "clean", "ensure", "opened", "path", "whole"]

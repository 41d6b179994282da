"""Databases beside the data versions: one for each version, made once, removed with it.

home/<folder>/<digest>.sqlite            whole as soon as it has this name
home/<folder>/<digest>.sqlite.making     being made by who holds the lock
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from kg.store import versions
from kg.store.versions import Version

_LOCK = ".lock"


@dataclass(frozen=True)
class Beside:
    """Databases of one kind (SQLite).

    Attributes:
        folder: Name of their folder in ISTC_HOME.
        form: Number of the form that this software reads; one of another form is made anew.
    """

    folder: str
    form: int

    def path(self, home: Path, digest: str) -> Path:
        """The file for a data version."""
        return home.absolute() / self.folder / f"{digest}.sqlite"

    def whole(self, file: Path) -> bool:
        """Whether a file is there, of the form that this software reads."""
        try:
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as base:
                return bool(base.execute("PRAGMA user_version").fetchone()[0] == self.form)
        except sqlite3.Error:
            return False

    def ensure(self, home: Path, version: Version, make: Callable[[Path], None]) -> Path:
        """Make the file for a version, unless it is there; wait for who makes it already.

        Args:
            home: ISTC_HOME.
            version: The data version.
            make: Makes it at a path where nothing is, with `form` as its `user_version`.

        Returns:
            The file.

        Raises:
            NoStore: The version is no longer kept.
        """
        file = self.path(home, version.digest)
        if self.whole(file):
            return file
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.parent / _LOCK), versions.hold(version):
            if self.whole(file):
                return file
            self._clean(home, version)
            making = file.with_name(file.name + ".making")
            make(making)
            with making.open("rb") as written:
                os.fsync(written.fileno())
            os.replace(making, file)
            versions.sync_folder(file.parent)
        return file

    def _clean(self, home: Path, now: Version) -> None:
        """Remove those for versions that are no longer kept, and what a crash left."""
        kept = {now.digest}
        for number in versions.numbers(home):
            version = versions.at(home, number)
            if version is not None:
                kept.add(version.digest)
        for file in (home / self.folder).glob("*.sqlite*"):
            if file.suffix != ".sqlite" or file.stem not in kept:
                file.unlink(missing_ok=True)


__all__ = ["Beside"]

"""Two lists of quads in files: what a change adds and removes in the end, noted bit by bit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Quad

ADDED, REMOVED = "added.nq", "removed.nq"


class Ledger:
    """Notes quads that are added and removed; close it.

    What was added and is removed later is in neither list, and the other way round.

    Args:
        folder: Where the two files are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._added = (folder / ADDED).open("wb")
        self._removed: set[bytes] = set()
        self._undone: set[bytes] = set()

    def note(self, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        """Note quads that were added and were not there, and some that were removed and were."""
        for quad in removed:
            self._removed.add(_line(quad))
        back = []
        for quad in added:
            line = _line(quad)
            if line in self._removed:
                back.append(line)
            else:
                self._added.write(line)
        for line in back:
            self._removed.discard(line)

    def close(self) -> None:
        """Write what is left."""
        self._added.close()
        gone = self._removed
        if gone:
            self._drop(gone)
        with (self.folder / REMOVED).open("wb") as file:
            file.writelines(sorted(gone))

    def _drop(self, gone: set[bytes]) -> None:
        """Take out of the one list what was removed after it had been added."""
        path = self.folder / ADDED
        partial = path.with_suffix(".partial")
        with path.open("rb") as old, partial.open("wb") as new:
            for line in old:
                if line in gone:
                    gone.discard(line)
                else:
                    new.write(line)
        partial.replace(path)


def _line(quad: Quad) -> bytes:
    return f"{quad} .\n".encode()

"""The index of each data version, kept in home/linking as long as the version (`kg.store.beside`).

Whoever links first after a change makes it; those who come later find it.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from kg import resources
from kg.citing import Selecting
from kg.linking import known
from kg.linking.index import Index, fill
from kg.store.beside import Beside
from kg.store.versions import Version

log = logging.getLogger(__name__)

FOLDER = "linking"
#: What the tables are made by; they are made anew when it changes.
_MADE_BY = (
    (("kg", "linking"), ".py"),
    (("kg", "linking"), ".csv"),
    (("kg", "linking"), ".sql"),
    (("kg", "queries", "link"), ".rq"),
    (("kg", "finding"), "words.py"),
)


@cache
def files() -> Beside:
    """The files, whose form is a checksum of what makes them."""
    # SQLite holds it as a signed number of 32 bits.
    return Beside(FOLDER, int(resources.checksum(*_MADE_BY)[:8], 16) >> 1)


def index(home: Path, version: Version, engine: Selecting) -> Index:
    """The index of a data version, made where there is none; in memory where none can be kept.

    Args:
        home: ISTC_HOME.
        version: The data version.
        engine: Where to ask it.

    Returns:
        The index; close it.
    """
    try:
        return Index.at(files().ensure(home, version, lambda target: _made(engine, target)))
    except (OSError, sqlite3.Error) as error:
        log.warning("The index of names is not kept: %s", error)
        return made(engine)


def made(engine: Selecting) -> Index:
    """An index in memory.

    Args:
        engine: Where to ask.
    """
    return Index.of(known.read(engine), known.codes(engine))


def _made(engine: Selecting, target: Path) -> None:
    with closing(sqlite3.connect(target)) as base:
        # A file that is not whole has another name: nothing need be safe before.
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA synchronous = OFF")
        fill(base, known.read(engine), known.codes(engine))
        base.execute(f"PRAGMA user_version = {files().form}")


__all__ = ["FOLDER", "files", "index", "made"]

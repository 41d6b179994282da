"""Homes that tests have for themselves: copies of one that others read at the same time."""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock

from kg.store.opening import LOCK

#: What services and imports that run on a home make and remove there; no copy needs it.
#: Files that are being written have hidden names, or the number of a process at the end.
PASSING = (
    "spool",
    "imports",
    "staging",
    ".*",
    "*.making*",
    "*.partial*",
    "*.stage",
    "*.json.[0-9]*",
)


def copy(home: Path, target: Path, *without: str) -> Path:
    """Copy a home, which others may be using: nobody writes to it meanwhile.

    Args:
        home: The home.
        target: Where the copy is made; it must not exist yet.
        without: Names that are left out, e.g. `answers`.

    Returns:
        The target.
    """
    left_out = shutil.ignore_patterns(*PASSING, *without)
    with FileLock(home / LOCK):
        return Path(shutil.copytree(home, target, symlinks=True, ignore=left_out))

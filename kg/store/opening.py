"""Open the files of the truth, and say why they cannot be used."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from pyoxigraph import Store

from kg.errors import StoreLocked, StoreUnavailable
from kg.store import merging, versions

FOLDER = "truth"
#: Where a store is made that is to take the place of the truth.
NEXT = "truth.next"
LOCK = "truth.lock"
HOLDER = "truth.holder"


def unwritable(home: Path, error: OSError) -> StoreUnavailable:
    """The error of a change that does not reach the disk."""
    return StoreUnavailable(
        "The change cannot be written to disk.",
        where=str(home),
        hint="Free disk space or check the rights, then try again.",
        extra={"reason": str(error)},
    )


def locked(home: Path) -> StoreLocked:
    """The error of a lock that another process holds."""
    try:
        holder = json.loads((home / HOLDER).read_text(encoding="utf-8"))
        who = f"Process {holder['pid']} ({holder['command']})"
        extra = {"pid": holder["pid"]}
    except (OSError, ValueError, KeyError):
        who, extra = "Another process", {}
    return StoreLocked(
        f"{who} is writing to the graph.",
        where=str(home / LOCK),
        hint="Wait until it has finished, or stop it; nothing is lost, the lock ends with it.",
        extra=extra,
    )


def open_store(home: Path) -> Store:
    """Open the truth; when there is none but a version of it, restore it from there."""
    folder = home / FOLDER
    partial = home / f"{FOLDER}.partial"
    for left in (partial, home / NEXT):
        shutil.rmtree(left, ignore_errors=True)
    shown = versions.current(home)
    if shown and not folder.exists() and shown.path.is_dir():
        # What `kg.store.merging` made from the version is none of the truth.
        shutil.copytree(shown.path, partial, ignore=shutil.ignore_patterns(f"{merging.FOLDER}*"))
        os.rename(partial, folder)
    try:
        return Store(str(folder))
    except OSError as error:
        raise StoreUnavailable(
            "The truth cannot be opened.",
            where=str(folder),
            hint=f"Free disk space or check the rights; a damaged {FOLDER}/ can be moved away: "
            "it is then restored from the current version.",
            extra={"reason": str(error)},
        ) from error

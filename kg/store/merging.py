"""A version that is read from disk, with the merge of its graphs as the default graph.

    home/versions/<n>/merged/    complete as soon as the folder has this name
    home/versions/<n>/merged.partial, merged.nt, merged.lock   while it is made

The tables of the engine never change, so that it shares those of the version and holds but the
default graph besides.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from kg.namespaces import JOURNAL
from kg.store.inprocess import InProcess
from kg.store.versions import sync_folder

FOLDER = "merged"


def merged(folder: Path) -> Path:
    """Make the merge of a version, unless it is there.

    The engine starts threads: call it in a process that does not fork.

    Args:
        folder: The checkpoint of the version.

    Returns:
        A folder to be opened with `Store.read_only`, whose default graph holds each triple of all
        named graphs but the journal once (SPARQL 1.1, section 13.1: the RDF merge).

    Raises:
        OSError: It cannot be written.
    """
    target = folder / FOLDER
    with (folder / f"{FOLDER}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            partial = folder / f"{FOLDER}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            _copy(folder, partial)
            _fill(partial, folder / f"{FOLDER}.nt")
            os.rename(partial, target)
            sync_folder(folder)
    return target


def opened(folder: Path) -> InProcess:
    """A version as it lies on disk, to be asked in this process.

    Args:
        folder: The checkpoint of the version.

    Returns:
        It, with all graphs as the default graph: their merge where that has been made, which is
        much faster than the union of the engine.
    """
    target = folder / FOLDER
    if target.exists():
        return InProcess(Store.read_only(str(target)))
    return InProcess(Store.read_only(str(folder)), union=True)


def _copy(folder: Path, target: Path) -> None:
    target.mkdir()
    for item in folder.iterdir():
        if item.suffix == ".sst":
            os.link(item, target / item.name)
        elif item.is_file() and not item.name.startswith((FOLDER, "LOCK")):
            shutil.copy2(item, target / item.name)


def _fill(folder: Path, triples: Path) -> None:
    store = Store(str(folder))
    try:
        for name in store.named_graphs():
            if name != JOURNAL:
                store.dump(triples, format=RdfFormat.N_TRIPLES, from_graph=name)
                store.bulk_load(path=triples, format=RdfFormat.N_TRIPLES)
    finally:
        triples.unlink(missing_ok=True)
    store.flush()

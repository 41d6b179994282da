"""The curated graph together with all data sets, in one data version."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from pyoxigraph import Store

from kg import assembling, building
from kg.building import BuildReport, More
from kg.errors import InvalidInput, NotFound
from kg.gathering import Group
from kg.importing.data_sets import DataSet, Linking, data_set, data_sets
from kg.mapping import mappings
from kg.progress import Progress, silent
from kg.settings import Settings

#: Place of a data set that says nothing of its place.
_USUAL = 50


def chosen(only: Sequence[str], folder: Path) -> tuple[DataSet, ...]:
    """The data sets to be collected: all that a folder holds, or those that are named.

    Args:
        only: Keys of data sets; all when empty.
        folder: The folder of their folders.

    Returns:
        The data sets: first those to which others are linked (`order` in their descriptions).

    Raises:
        NotFound: A key is not known, or the folder of a data set is missing.
    """
    found = [data_set(key) for key in only] or list(data_sets().values())
    for one in found:
        if not (folder / one.folder).is_dir():
            raise NotFound(
                f"The folder of the data set “{one.key}” is missing.",
                where=str(folder / one.folder),
                hint="Give the folder that holds the folders of all data sets.",
            )
    return tuple(sorted(found, key=lambda one: (_order(one), one.key)))


def collect(
    settings: Settings,
    folder: Path,
    only: Sequence[str] = (),
    *,
    linker: Callable[[Store], Linking],
    progress: Progress = silent,
    force: bool = False,
) -> BuildReport:
    """Build a graph of the curated content and data sets; everything or nothing.

    Args:
        settings: Home and base IRI.
        folder: The folder that holds the folders of all data sets.
        only: Keys of the data sets to take; all when empty.
        linker: Makes what finds things that are in the graph already.
        progress: Told the stage and the rows done.
        force: Build even when no input has changed.

    Returns:
        What was done.

    Raises:
        NotFound: A data set or its folder is missing.
        InvalidInput: A file is not what it should be, or gives fewer rows than expected.
        NonConforming: The graph breaks a shape or a check.
        StoreLocked: Another process is writing.
    """
    sets = chosen(only, folder)

    def sources(store: Store) -> Iterator[Group]:
        for _, some in groupby(sets, _order):
            link = _linking(store, linker)
            yield {one.key: one.read(folder / one.folder, link) for one in some}

    def expected(counts: Mapping[tuple[str, str], int]) -> None:
        short = list(shortfalls(sets, counts))
        if short:
            raise InvalidInput(
                f"{len(short)} data sets give fewer rows than expected: {'; '.join(short)}.",
                where=str(folder),
                hint="Look whether the files are whole, or correct what is expected.",
            )

    return building.build(
        settings, progress, force=force, more=More(sources, _checksum(sets, folder), expected)
    )


def _order(one: DataSet) -> int:
    """Registers to which other data sets are linked come first."""
    return int(one.more.get("order", _USUAL))


def _linking(store: Store, linker: Callable[[Store], Linking]) -> Linking:
    """What links to all that is in the graph so far, with what follows from it."""
    whole = Store()
    whole.bulk_extend(store)
    assembling.derive(whole)
    return linker(whole)


def shortfalls(sets: Iterable[DataSet], counts: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """Where rows are missing: data set, table, how many there are and should be.

    Tables of things are not counted: what is there already is linked, not declared again.

    Args:
        sets: The data sets.
        counts: Rows by data set and table.
    """
    known = mappings()
    for one in sets:
        for table, least in one.expects.items():
            if known[table].kinds:
                continue
            number = counts.get((one.key, table), 0)
            if number < least:
                yield f"{one.key}/{table}: {number} of {least}"


def _checksum(sets: Iterable[DataSet], folder: Path) -> str:
    """SHA-256 over names and contents of all files of data sets."""
    digest = hashlib.sha256()
    for one in sets:
        digest.update(one.key.encode() + b"\0")
        for path in sorted((folder / one.folder).rglob("*")):
            if path.is_file():
                with path.open("rb") as file:
                    whole = hashlib.file_digest(file, "sha256").digest()
                digest.update(str(path.relative_to(folder)).encode() + b"\0" + whole)
    return digest.hexdigest()

"""What each commit added and removed, kept in one file a commit, for undo, diff and change feeds.

    home/changes/<n>.rdfp.gz     the change that made data version n

The files are RDF Patches (Apache Jena, https://afs.github.io/rdf-patch): `D` rows, then `A` rows,
each sorted, between `TX` and `TC`. A file is complete and on disk before its commit begins; one
that is newer than the truth belongs to a commit that never happened, and recovery removes it.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

from kg.errors import NotFound, StoreUnavailable
from kg.store.versions import sync_folder

FOLDER = "changes"
_SUFFIX = ".rdfp.gz"
_PART = 1 << 20
_PARTIAL = ".partial"
#: Quick, and two thirds smaller than N-Quads compress at level 1.
_LEVEL = 4


@dataclass(frozen=True)
class Change:
    """The quads that a commit changed.

    Attributes:
        number: The data version that the commit made.
        added: What it added, in the order of its N-Quads lines.
        removed: What it removed, in the same order.
    """

    number: int
    added: tuple[Quad, ...]
    removed: tuple[Quad, ...]


def path(home: Path, number: int) -> Path:
    """The file of the change that made a data version, whether it exists or not."""
    return home / FOLDER / f"{number}{_SUFFIX}"


def write(home: Path, number: int, added: Iterable[bytes], removed: Iterable[bytes]) -> None:
    """Write a change durably; call it with the writer's lock held, before the commit.

    Args:
        home: ISTC_HOME.
        number: The data version that the commit will make.
        added: Lines of N-Quads, each with its full stop and without line end.
        removed: The same.
    """
    write_sorted(home, number, sorted(added), sorted(removed))


def write_sorted(home: Path, number: int, added: Iterable[bytes], removed: Iterable[bytes]) -> None:
    """The same for lines that are in order already, read once: the removed ones first."""
    target = path(home, number)
    target.parent.mkdir(exist_ok=True)
    partial = target.with_name(target.name + _PARTIAL)
    with partial.open("wb") as raw:
        # No name and no time in the header: the same change, the same bytes.
        with gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed:
            packed.write(b"TX .\n")
            packed.writelines(b"D " + line + b"\n" for line in removed)
            packed.writelines(b"A " + line + b"\n" for line in added)
            packed.write(b"TC .\n")
        raw.flush()
        os.fsync(raw.fileno())
    os.replace(partial, target)
    sync_folder(target.parent)


def read(home: Path, number: int) -> Change:
    """Read a change.

    Args:
        home: ISTC_HOME.
        number: The data version that its commit made.

    Returns:
        What was added and removed.

    Raises:
        NotFound: No change of this number is kept.
        StoreUnavailable: The file is damaged.
    """
    found: dict[bytes, list[bytes]] = {b"A": [], b"D": []}
    for sign, line in rows(home, number):
        found[sign].append(line)
    return Change(number, tuple(_quads(found[b"A"])), tuple(_quads(found[b"D"])))


def rows(home: Path, number: int) -> Iterator[tuple[bytes, bytes]]:
    """The rows of a change as a stream.

    Args:
        home: ISTC_HOME.
        number: The data version that its commit made.

    Yields:
        `D` or `A`, and the line of N-Quads with its full stop and without line end.

    Raises:
        NotFound: No change of this number is kept.
        StoreUnavailable: The file is damaged; rows may have come before.
    """
    target = path(home, number)
    line = b""
    try:
        with gzip.open(target, "rb") as file:
            for line in file:
                if line[1:2] == b" ":
                    yield line[:1], line[2:].rstrip(b"\n")
    except FileNotFoundError as error:
        known = numbers(home)
        raise NotFound(
            f"No change with the number {number} is kept.",
            where=target.name,
            hint=f"The changes {known[0]} to {known[-1]} are kept." if known else None,
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(target) from error
    if line != b"TC .\n":
        raise _damaged(target)


def count(home: Path, number: int) -> tuple[int, int] | None:
    """How many quads a commit added and removed; None where its change is not kept whole.

    Args:
        home: ISTC_HOME.
        number: The data version that its commit made.
    """
    try:
        with gzip.open(path(home, number), "rb") as rows:
            added = removed = 0
            # A row begins after a line end, which the part before may have ended with.
            last = b"\n"
            while part := rows.read(_PART):
                text = last + part
                added, removed = added + text.count(b"\nA "), removed + text.count(b"\nD ")
                last = text[-2:]
    except (OSError, EOFError, zlib.error):
        return None
    return added, removed


def _damaged(target: Path) -> StoreUnavailable:
    return StoreUnavailable(
        "The file of a change is damaged.",
        where=target.name,
        hint="The graph itself is whole; this change alone cannot be undone.",
    )


def _quads(lines: Iterable[bytes]) -> Iterator[Quad]:
    yield from pyoxigraph.parse(input=b"\n".join(lines), format=RdfFormat.N_QUADS)


def numbers(home: Path) -> list[int]:
    """Numbers of the changes that are kept, in ascending order."""
    folder = home / FOLDER
    if not folder.is_dir():
        return []
    names = (item.name.removesuffix(_SUFFIX) for item in folder.iterdir())
    return sorted(int(name) for name in names if name.isdigit())


def clean(home: Path, newest: int) -> None:
    """Remove changes whose commit never happened; call it with the writer's lock held.

    Args:
        home: ISTC_HOME.
        newest: The data version that the truth holds.
    """
    folder = home / FOLDER
    for item in folder.iterdir() if folder.is_dir() else ():
        name = item.name.removesuffix(_SUFFIX)
        if not name.isdigit() or int(name) > newest:
            item.unlink(missing_ok=True)

"""What a file that is to become the whole content of a store changes, found in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyoxigraph
from pyoxigraph import RdfFormat, Store

from kg.errors import InvalidRdf
from kg.namespaces import JOURNAL
from kg.store import sorting
from kg.store.versions import Content

JOURNAL_LINE = f" {JOURNAL} .".encode()
#: Lines that are looked at together.
_PART = 10_000


@dataclass(frozen=True)
class Compared:
    """How a file differs from a store.

    Attributes:
        added: File of the lines that only the file holds, in order.
        removed: File of the lines that only the store holds, in order.
        content: From which its content digest follows.
        count: How many quads it holds.
        differs: Whether there is any difference.
    """

    added: Path
    removed: Path
    content: Content
    count: int
    differs: bool


def compare(store: Store, content: Path, folder: Path) -> Compared:
    """Compare a file with what a store holds beside the journal.

    Args:
        store: The store.
        content: Canonical N-Quads without the journal.
        folder: Where to work.

    Returns:
        How they differ.

    Raises:
        InvalidRdf: The file holds a blank node.
    """
    dump = folder / "held.nq"
    store.dump(output=dump, format=RdfFormat.N_QUADS)
    wanted = sorting.sorted_lines(lines(content), folder)
    held = sorting.sorted_lines(
        (line for line in lines(dump) if not line.endswith(JOURNAL_LINE)), folder
    )
    found, count, differs = Content(), 0, False
    new, gone = folder / "added", folder / "removed"
    with new.open("wb") as added, gone.open("wb") as removed:
        both = sorting.differences(held, wanted)
        while part := list(islice(both, _PART)):
            asked_for = [line for line, _, asked in part if asked]
            # In the order of bytes blank nodes stand behind IRIs.
            if asked_for and asked_for[-1].startswith(b"_:"):
                raise blank(asked_for[-1].decode())
            count += found.add(asked_for)
            fresh = [line + b"\n" for line, there, asked in part if asked and not there]
            left = [line + b"\n" for line, there, asked in part if there and not asked]
            differs = differs or bool(fresh or left)
            added.writelines(fresh)
            removed.writelines(left)
    return Compared(new, gone, found, count, differs)


def lines(path: Path) -> Iterator[bytes]:
    """The lines of a file without their ends, those that are empty left out."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield line.rstrip(b"\n")


def remove(store: Store, path: Path) -> None:
    """Remove the quads of a file from a store, and the graphs that are empty then."""
    names = set()
    for quad in pyoxigraph.parse(path=path, format=RdfFormat.N_QUADS):
        store.remove(quad)
        names.add(quad.graph_name)
    for name in names:
        if next(store.quads_for_pattern(None, None, None, name), None) is None:
            store.remove_graph(name)


def blank(where: str) -> InvalidRdf:
    """The error of a blank node."""
    return InvalidRdf(
        "The store takes no blank nodes.",
        where=where,
        hint="Give the node an IRI (skolemise it) before the commit.",
    )

"""What a prepared change does to the graph, in files: numbers, the first quads, and a patch.

diff.json      numbers by graph, things touched, the first quads of each side
diff.rdfp      all of it as an RDF Patch (Apache Jena), in the order of N-Quads
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import RdfFormat

from kg.changing import ledger
from kg.importing.jobs.jobs import WORK, write
from kg.store.sorting import sorted_lines

DIFF, PATCH = "diff.json", "diff.rdfp"
#: What the command line of a child says first that shows a change which was staged again.
DIFFERENCE = "difference"
#: Quads and things that are shown; the patch has them all.
FIRST, THINGS = 100, 1000
_DEFAULT = "default"


class _Side:
    """One side of a difference, read as a stream."""

    def __init__(self, path: Path, things: set[str]) -> None:
        self._path, self._things = path, things
        self.graphs: Counter[str] = Counter()
        self.first: list[str] = []

    def lines(self, folder: Path) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            for line in sorted_lines((line.rstrip(b"\n") for line in file), folder):
                yield line
                if len(self.first) < FIRST:
                    self.first.append(line.decode())

    def count(self) -> None:
        for quad in pyoxigraph.parse(path=str(self._path), format=RdfFormat.N_QUADS):
            self.graphs[str(getattr(quad.graph_name, "value", _DEFAULT))] += 1
            self._things.add(str(getattr(quad.subject, "value", quad.subject)))


def write_difference(folder: Path) -> dict[str, Any]:
    """Write what the prepared change of a job adds and removes.

    Args:
        folder: Folder of the job.

    Returns:
        The numbers: `added`, `removed`, `graphs`, `things`.
    """
    things: set[str] = set()
    work = folder / WORK
    added, removed = (_Side(work / name, things) for name in (ledger.ADDED, ledger.REMOVED))
    partial = folder / f".{PATCH}"
    with partial.open("wb") as file:
        file.write(b"TX .\n")
        for sign, side in ((b"D ", removed), (b"A ", added)):
            file.writelines(sign + line + b"\n" for line in side.lines(work))
        file.write(b"TC .\n")
    partial.replace(folder / PATCH)
    for side in (added, removed):
        side.count()
    numbers = {
        "added": added.graphs.total(),
        "removed": removed.graphs.total(),
        "graphs": {
            name: {"added": added.graphs[name], "removed": removed.graphs[name]}
            for name in sorted({*added.graphs, *removed.graphs})
        },
    }
    shown = {
        "things": sorted(things)[:THINGS],
        "thingsTotal": len(things),
        "first": {"added": added.first, "removed": removed.first},
    }
    write(folder / DIFF, numbers | shown)
    return numbers | {"things": len(things)}

"""How two states of the graph differ: data versions, or dumps in files, of any size.

Both sides are lines of N-Quads in order, compared side by side: what does not fit into memory is
sorted in runs on disk, and so is the difference.
"""

from __future__ import annotations

import gzip
import heapq
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import IO, cast

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

from kg import skolem
from kg.errors import Gone, InvalidInput, InvalidRdf, NotFound
from kg.namespaces import JOURNAL
from kg.progress import Progress, silent
from kg.store import changes, versions
from kg.store.sorting import differences, sorted_lines

_LINES = (RdfFormat.N_QUADS, RdfFormat.N_TRIPLES)
_NO_GRAPH = "default"
#: Quads between two words on progress.
_STEP = 10_000


class Difference:
    """What one state has and the other has not; in files, as long as it is used.

    Args:
        folder: Where its lines are kept.
        lines: Lines of N-Quads in order, each with whether it was added; otherwise it was removed.
    """

    def __init__(self, folder: Path, lines: Iterable[tuple[bytes, bool]]) -> None:
        self._files = {True: folder / "added", False: folder / "removed"}
        numbers = {True: 0, False: 0}
        with self._files[True].open("wb") as added, self._files[False].open("wb") as removed:
            for line, new in lines:
                (added if new else removed).write(line + b"\n")
                numbers[new] += 1
        #: How many quads the second state has and the first has not.
        self.added = numbers[True]
        #: How many quads the first state has and the second has not.
        self.removed = numbers[False]

    def lines(self, *, added: bool) -> Iterator[bytes]:
        """Lines of N-Quads in order, with line ends.

        Args:
            added: Those that were added; otherwise those that were removed.
        """
        with self._files[added].open("rb") as file:
            yield from file

    def graphs(self) -> dict[str, tuple[int, int]]:
        """How many quads were added and removed, by graph."""
        counted = {new: Counter(map(_graph, self._quads(new))) for new in (True, False)}
        names = sorted({*counted[True], *counted[False]})
        return {name: (counted[True][name], counted[False][name]) for name in names}

    def _quads(self, added: bool) -> Iterator[Quad]:
        return pyoxigraph.parse(path=self._files[added], format=RdfFormat.N_QUADS)

    def things(self) -> Iterator[str]:
        """IRIs of the things that are touched, in order, each once."""
        # Lines are in order, so those of a subject stand together.
        touched = (
            (line.partition(b" ")[0] for line in self.lines(added=added)) for added in (True, False)
        )
        for name, _ in groupby(heapq.merge(*touched)):
            yield name.decode().strip("<>")

    def patch(self, header: Iterable[str] = ()) -> Iterator[bytes]:
        """The difference as an RDF Patch (Apache Jena), row by row.

        Args:
            header: Rows that come first, e.g. `H id <…> .`
        """
        yield from (f"{row}\n".encode() for row in header)
        yield b"TX .\n"
        yield from (b"D " + line for line in self.lines(added=False))
        yield from (b"A " + line for line in self.lines(added=True))
        yield b"TC .\n"


def _graph(quad: Quad) -> str:
    return str(getattr(quad.graph_name, "value", _NO_GRAPH))


@contextmanager
def between_versions(
    home: Path, first: int, second: int, *, folder: Path | None = None, progress: Progress = silent
) -> Iterator[Difference]:
    """How two data versions differ, from the changes that are kept.

    Args:
        home: ISTC_HOME.
        first: Number of a data version; 0 is the empty graph.
        second: Number of another, earlier or later.
        folder: Where lines are kept meanwhile; by default the system's place for such.
        progress: Told of the changes that are read.

    Yields:
        What the second adds to the first and what it lacks.

    Raises:
        NotFound: One of the versions has not been made.
        Gone: A change between them is no longer kept.
    """
    newest = versions.current(home)
    for number in (first, second):
        if newest is None or not 0 <= number <= newest.number:
            raise NotFound(
                f"There is no data version {number}.",
                hint=None if newest is None else f"The newest is {newest.number}.",
            )
    low, high = sorted((first, second))
    _all_kept(home, low, high)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".difference-") as name:
        scratch = Path(name)
        rows = sorted_lines(_rows(home, low, high, progress), scratch)
        yield Difference(scratch, _net(rows, forward=first <= second))


def oldest(home: Path, newest: int) -> int:
    """The oldest data version from which the changes to the newest are all kept.

    Args:
        home: ISTC_HOME.
        newest: Number of the newest data version.

    Returns:
        Its number; 0 is the empty graph, and the newest itself when no change is kept.
    """
    kept = set(changes.numbers(home))
    number = newest
    while number in kept:
        number -= 1
    return number


def _all_kept(home: Path, low: int, high: int) -> None:
    kept = set(changes.numbers(home))
    missing = [number for number in range(low + 1, high + 1) if number not in kept]
    if missing:
        raise Gone(
            f"Change {missing[-1]} is no longer kept.",
            where=str(changes.path(home, missing[-1])),
            hint=f"Begin with data version {oldest(home, high)}, or with a dump of the whole.",
            extra={"oldest": oldest(home, high)},
        )


def _rows(home: Path, low: int, high: int, progress: Progress) -> Iterator[bytes]:
    """The rows of changes: the quad first, so that sorting brings what happened to it together."""
    for number in range(low + 1, high + 1):
        progress("changes", number - low - 1, high - low)
        for sign, line in changes.rows(home, number):
            # Lines hold no tab: N-Quads write it as an escape.
            yield b"%b\t%012d%b" % (line, number, sign)


def _net(rows: Iterable[bytes], *, forward: bool) -> Iterator[tuple[bytes, bool]]:
    """What is left of several changes: the first tells whether a quad was there, the last is."""
    for line, some in groupby(rows, key=lambda row: row.partition(b"\t")[0]):
        told = [row[-1:] for row in some]
        if told[0] == told[-1]:
            yield line, (told[0] == b"A") is forward


@contextmanager
def between_dumps(
    first: Path, second: Path, *, folder: Path | None = None, progress: Progress = silent
) -> Iterator[Difference]:
    """How two dumps differ; blank nodes are compared by their names.

    Args:
        first: A file of RDF in any syntax, also packed with gzip.
        second: Another.
        folder: Where lines are kept meanwhile; by default the system's place for such.
        progress: Told of the kilobytes that are read.

    Yields:
        What the second adds to the first and what it lacks, the journal left out.

    Raises:
        InvalidInput: The ending does not tell the format.
        InvalidRdf: A file does not parse.
    """
    paths = (first, second)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".difference-") as name:
        scratch = Path(name)
        # Some syntaxes hold blank nodes where others hold the names that the store gives them.
        mixed = len({_format(path) in _LINES for path in paths}) > 1
        held, wanted = (
            sorted_lines(_dump(path, progress, restored=mixed), scratch) for path in paths
        )
        both = differences(held, wanted)
        lines = ((line, new) for line, old, new in both if old is not new)
        yield Difference(scratch, lines)


def _format(path: Path) -> RdfFormat:
    ending = Path(path.name.removesuffix(".gz")).suffix.removeprefix(".")
    rdf_format = RdfFormat.from_extension(ending)
    if rdf_format is None:
        raise InvalidInput(
            "The ending does not tell the format.",
            where=str(path),
            hint="Use .nq, .trig, .nt, .ttl, .jsonld or .rdf, each also with .gz.",
        )
    return rdf_format


def _dump(path: Path, progress: Progress, *, restored: bool) -> Iterator[bytes]:
    try:
        with path.open("rb") as raw, _unpacked(raw) as file:
            size = path.stat().st_size // 1000
            quads: Iterable[Quad] = pyoxigraph.parse(input=file, format=_format(path))
            if restored:
                quads = skolem.restore_blank_nodes(quads)
            for number, quad in enumerate(quads):
                if not number % _STEP:
                    progress(f"{path.name} (kB)", raw.tell() // 1000, size)
                if quad.graph_name != JOURNAL:
                    yield f"{quad} .".encode()
    except (SyntaxError, EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        where = f"{path}, line {line}" if line else str(path)
        raise InvalidRdf(f"The RDF cannot be read: {error}", where=where) from error


@contextmanager
def _unpacked(file: IO[bytes]) -> Iterator[IO[bytes]]:
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if packed:
        with gzip.open(file) as content:
            yield cast("IO[bytes]", content)
    else:
        yield file

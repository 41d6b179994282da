"""How two states of the graph differ: data versions, or dumps in files."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

from kg.errors import InvalidInput, InvalidRdf, NotFound
from kg.namespaces import JOURNAL
from kg.store import changes, versions

_NO_GRAPH = "default"


@dataclass(frozen=True)
class Difference:
    """What one state has and the other has not.

    Attributes:
        added: Quads of the second that the first lacks, sorted.
        removed: Quads of the first that the second lacks, sorted.
    """

    added: tuple[Quad, ...]
    removed: tuple[Quad, ...]

    def graphs(self) -> dict[str, tuple[int, int]]:
        """How many quads were added and removed, by graph."""
        added, removed = (
            Counter(str(getattr(q.graph_name, "value", _NO_GRAPH)) for q in quads)
            for quads in (self.added, self.removed)
        )
        return {name: (added[name], removed[name]) for name in sorted({*added, *removed})}

    def things(self) -> tuple[str, ...]:
        """IRIs of the things that are touched."""
        touched = {str(q.subject) for q in (*self.added, *self.removed)}
        return tuple(sorted(name.strip("<>") for name in touched))

    def patch(self) -> Iterator[str]:
        """The difference as an RDF Patch (Apache Jena), line by line."""
        yield "TX ."
        yield from (f"D {quad} ." for quad in self.removed)
        yield from (f"A {quad} ." for quad in self.added)
        yield "TC ."


def _difference(added: Iterable[Quad], removed: Iterable[Quad]) -> Difference:
    return Difference(tuple(sorted(added, key=str)), tuple(sorted(removed, key=str)))


def between_versions(home: Path, first: int, second: int) -> Difference:
    """How two data versions differ, from the changes that are kept.

    Args:
        home: ISTC_HOME.
        first: Number of a data version; 0 is the empty graph.
        second: Number of another, earlier or later.

    Returns:
        What the second adds to the first and what it lacks.

    Raises:
        NotFound: One of the versions has not been made, or a change between them is not kept.
    """
    newest = versions.current(home)
    for number in (first, second):
        if newest is None or not 0 <= number <= newest.number:
            raise NotFound(
                f"There is no data version {number}.",
                hint=None if newest is None else f"The newest is {newest.number}.",
            )
    added: set[Quad] = set()
    removed: set[Quad] = set()
    for number in range(min(first, second) + 1, max(first, second) + 1):
        step = changes.read(home, number)
        for quad in step.removed:
            if quad in added:
                added.discard(quad)
            else:
                removed.add(quad)
        for quad in step.added:
            if quad in removed:
                removed.discard(quad)
            else:
                added.add(quad)
    if first > second:
        added, removed = removed, added
    return _difference(added, removed)


def between_dumps(first: Path, second: Path) -> Difference:
    """How two dumps differ; blank nodes are compared by their names.

    Args:
        first: A file of RDF in any syntax, also packed with gzip.
        second: Another.

    Returns:
        What the second adds to the first and what it lacks, the journal left out.

    Raises:
        InvalidInput: The ending does not tell the format.
        InvalidRdf: A file does not parse.
    """
    held = set(_dump(first))
    added: set[Quad] = set()
    common: set[Quad] = set()
    for quad in _dump(second):
        (common if quad in held else added).add(quad)
    return _difference(added, held - common)


def _dump(path: Path) -> Iterator[Quad]:
    ending = Path(path.name.removesuffix(".gz")).suffix.removeprefix(".")
    rdf_format = RdfFormat.from_extension(ending)
    if rdf_format is None:
        raise InvalidInput(
            "The ending does not tell the format.",
            where=str(path),
            hint="Use .nq, .trig, .nt, .ttl, .jsonld or .rdf, each also with .gz.",
        )
    try:
        with _opened(path) as file:
            for quad in pyoxigraph.parse(input=file, format=rdf_format):
                if quad.graph_name != JOURNAL:
                    yield quad
    except (SyntaxError, EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        where = f"{path}, line {line}" if line else str(path)
        raise InvalidRdf(f"The RDF cannot be read: {error}", where=where) from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            file.seek(0)
            with gzip.open(file) as packed:
                yield cast("IO[bytes]", packed)
        else:
            file.seek(0)
            yield file

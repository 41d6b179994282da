"""A whole graph against shapes and checks, in bounded memory.

The shapes are validated piece by piece, each piece of things with all that the shapes may read of
them (`kg.contexts`): what an engine takes grows faster than what it is given. A process beside this
one validates while the next piece is put together.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import DefaultGraph, RdfFormat, Store

from kg import contexts, processes, validation
from kg.report import Report, Result

#: Things that are validated at once; a graph of no more is given to the engine as it is.
_PIECE = 25_000


def inspect(store: Store) -> Report:
    """Validate a graph with shapes and checks.

    Args:
        store: The graph in memory, everything that follows in it, under the default base IRI.

    Returns:
        The results: those of the shapes, then those of the checks.

    Raises:
        LimitReached: The system has ended the process beside this one.
    """
    with (
        tempfile.TemporaryDirectory(prefix="istc-shapes-") as folder,
        processes.beside(1) as pool,
    ):
        jobs = [
            (meant, pool.submit(_validated, path)) for meant, path in _pieces(store, Path(folder))
        ]
        checks = validation.check(store, union=True)
        found = {
            result
            for meant, job in jobs
            for result in job.result()
            if meant is None or result.focus in meant
        }
    return Report((*sorted(found, key=Result.sort_key), *checks))


def _pieces(store: Store, folder: Path) -> Iterator[tuple[set[str] | None, Path]]:
    """Files of N-Triples, each with the things whose results are meant; None for all."""
    things = sorted(contexts.things(store), key=str)
    if len(things) <= _PIECE:
        path = folder / "whole.nt"
        with path.open("wb") as file:
            for name in (DefaultGraph(), *store.named_graphs()):
                store.dump(file, RdfFormat.N_TRIPLES, from_graph=name)
        yield None, path
        return
    for start in range(0, len(things), _PIECE):
        piece = things[start : start + _PIECE]
        path = folder / f"{start}.nt"
        path.write_bytes(contexts.around(store, piece))
        yield {thing.value for thing in piece}, path


def _validated(path: Path) -> tuple[Result, ...]:
    found = validation.validate_file(path).results
    path.unlink()
    return found

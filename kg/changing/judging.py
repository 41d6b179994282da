"""What shapes and checks say of a change, piece by piece, so that memory does not follow it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pyoxigraph import NamedNode, Store, Triple

from kg import checking, contexts, validation
from kg.deriving import Delta
from kg.report import Result

#: Things that are validated at once.
_PIECE = 5_000


class Judge:
    """Notes what a change touches, and says what is wrong there."""

    def __init__(self) -> None:
        self._things: set[NamedNode] = set()
        self._roots: dict[str, set[Any]] = {}

    def see(self, store: Store, delta: Delta, stated: set[Triple], away: set[Triple]) -> None:
        """Note what a part of a change touches.

        Args:
            store: The graph after that part.
            delta: How the union of the graphs has changed.
            stated: Triples that some graph states now, whether another did before or not.
            away: Triples that some graph states no more.
        """
        self._things |= contexts.touched(store, delta.added, delta.removed)
        for name, roots in checking.touched(store, delta.added, stated, away).items():
            self._roots.setdefault(name, set()).update(roots)

    def results(self, store: Store) -> Iterator[Result]:
        """All that is wrong, or doubtful, of what was touched.

        Args:
            store: The graph after the change.
        """
        for piece in _pieces(self._things):
            meant = {thing.value for thing in piece}
            report = validation.validate(contexts.around(store, piece))
            yield from (result for result in report.results if result.focus in meant)
        for name, roots in self._roots.items():
            for some in _pieces(roots):
                for result in checking.found(store, name, some):
                    # What only warns is told of what the change is about.
                    if result.severity == "violation" or NamedNode(result.focus) in self._things:
                        yield result


def _pieces(nodes: Iterable[Any]) -> Iterator[set[Any]]:
    rest = iter(nodes)
    while piece := set(islice(rest, _PIECE)):
        yield piece

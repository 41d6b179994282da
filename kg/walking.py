"""Walks through a graph: along which properties a shape, a check or a rule looks from its root.

A walk is a row of steps, each a property gone forwards or backwards. Walks are read from shapes
(`kg.contexts`) and from the patterns of queries (`of_query`). A triple that is added or taken away
can change what is found only for those roots from which a walk reaches it (`Reading.touched`), and
what is found for a root depends on nothing but the triples on its walks (`Reading.around`). So the
cost of looking again follows the change and not the graph.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from pyoxigraph import NamedNode, Quad, Store, Triple

from kg.namespaces import graph

#: Of a node with more triples than this only those are read that are needed.
MANY = 64
_CATALOGUE = graph("catalogue")


@dataclass(frozen=True)
class Step:
    """One step of a path.

    Attributes:
        predicate: The property.
        inverse: Whether it is gone against its direction.
        repeated: Whether it may be gone any number of times, or not at all.
    """

    predicate: str
    inverse: bool = False
    repeated: bool = False


Walk: TypeAlias = tuple[Step, ...]
#: Walks, and those of them whose last triple is to be absent.
Walks: TypeAlias = tuple[frozenset[Walk], frozenset[Walk]]


#: Triples by the IRI of their property.
ByProperty: TypeAlias = dict[str, list[Triple]]


def by_property(triples: Iterable[Triple]) -> ByProperty:
    """Triples in groups of one property."""
    found: ByProperty = {}
    for triple in triples:
        found.setdefault(triple.predicate.value, []).append(triple)
    return found


@dataclass(eq=False)
class _Tree:
    """Walks that begin alike, put together."""

    steps: dict[Step, _Tree] = field(default_factory=dict)

    def add(self, walk: Walk) -> None:
        tree = self
        for step in walk:
            tree = tree.steps.setdefault(step, _Tree())

    def ahead(self) -> dict[str, _Tree]:
        """The plain steps forwards, by property."""
        return {
            step.predicate: tree
            for step, tree in self.steps.items()
            if not (step.inverse or step.repeated)
        }


class Reading:
    """All that a shape, a check or a rule reads from its root.

    Args:
        walks: Along which it looks.
        absent: Walks whose last triple it wants to be absent: only taking such a triple away can
            make something appear.
    """

    def __init__(self, walks: Iterable[Walk], absent: Iterable[Walk] = ()) -> None:
        self.walks = frozenset(walk for walk in walks if walk)
        self._absent = frozenset(absent)
        self._tree = _Tree()
        self._readers: dict[str, set[tuple[Walk, bool, bool]]] = {}
        for walk in self.walks:
            self._tree.add(walk)
            for at, step in enumerate(walk):
                before = walk[: at + 1] if step.repeated else walk[:at]
                gone = walk[: at + 1] in self._absent
                readers = self._readers.setdefault(step.predicate, set())
                readers.add((before, step.inverse, gone))

    def reads(self, predicate: str) -> bool:
        """Whether it looks at triples with a property."""
        return predicate in self._readers

    def touched(self, store: Store, added: ByProperty, removed: ByProperty) -> set[Any]:
        """The roots for which a change can alter what is found.

        Args:
            store: The graph after the change.
            added: Triples that were added, those that follow from others as well.
            removed: Triples that were taken away.

        Returns:
            The roots: IRIs, or literals where the root is one.
        """
        nodes: dict[Walk, set[Any]] = {}
        for groups, away in ((added, False), (removed, True)):
            for predicate in groups.keys() & self._readers.keys():
                triples = groups[predicate]
                for before, inverse, gone in self._readers[predicate]:
                    if away or not gone:
                        ends = (
                            {t.object for t in triples} if inverse else {t.subject for t in triples}
                        )
                        nodes.setdefault(before, set()).update(ends)
        found: set[Any] = set()
        for walk, ends in nodes.items():
            for step in reversed(walk):
                ends = _reach(store, ends, step, back=True)
            found |= ends
        return found

    def around(
        self, store: Store, roots: Iterable[Any], found: set[Quad] | None = None
    ) -> set[Quad]:
        """All quads on the walks from some roots.

        Args:
            store: The graph.
            roots: The roots.

        Returns:
            The quads.
        """
        quads: set[Quad] = set()
        _collect(store, set(roots), self._tree, quads)
        # The catalogue tells of the graph itself.
        return {quad for quad in quads if quad.graph_name != _CATALOGUE}


# --- what queries read ----------------------------------------------------------------------------


@cache
def of_query(text: str, root: str) -> Reading:
    """What a query reads from a variable on.

    Args:
        text: The query.
        root: The variable, without question mark.

    Returns:
        The walks from the variable through its patterns.

    Raises:
        Internal: A pattern hangs on nothing that the variable reaches.
    """

    def read() -> Walks:
        from kg import patterns

        return patterns.of_query(text, root)

    return Reading(*remembered(f"{root} {text}", read))


@cache
def stated(text: str) -> frozenset[str] | None:
    """The properties of the triples that a CONSTRUCT query makes.

    Args:
        text: The query.

    Returns:
        Their IRIs; None where one of them is a variable.
    """

    def read() -> Walks:
        from kg import patterns

        found = patterns.stated(text) or frozenset()
        return frozenset((Step(iri),) for iri in found), frozenset()

    walks, _ = remembered(f"CONSTRUCT {text}", read)
    return frozenset(walk[0].predicate for walk in walks) or None


#: Where walks are kept from one process to the next, when somebody has said so.
_MEMORY: dict[str, Any] = {"path": None, "known": {}}


def remember(path: Path) -> None:
    """Keep in a file what has been read from queries and shapes; reading it again takes seconds.

    Args:
        path: The file; it may be missing, or be removed at any time.
    """
    _MEMORY["path"] = path
    with suppress(OSError, ValueError):
        _MEMORY["known"] = json.loads(path.read_text(encoding="utf-8"))


def remembered(text: str, read: Callable[[], Walks]) -> Walks:
    """The walks that were read from a text before, or are read now.

    Args:
        text: All that they follow from.
        read: Reads them.
    """
    key = hashlib.sha256(text.encode()).hexdigest()
    known = _MEMORY["known"].get(key)
    if known is not None:
        walks, absent = (
            frozenset(tuple(Step(*step) for step in walk) for walk in some) for some in known
        )
        return walks, absent
    found = read()
    plain = [
        [[[step.predicate, step.inverse, step.repeated] for step in walk] for walk in some]
        for some in found
    ]
    _MEMORY["known"][key] = plain
    path = _MEMORY["path"]
    if path is not None:
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(json.dumps(_MEMORY["known"]), encoding="utf-8")
            partial.replace(path)
    return found


# --- in the graph ---------------------------------------------------------------------------------


def _edges(store: Store, node: Any, step: Step, back: bool = False) -> Iterator[Quad]:
    """The quads on which a step leaves a node, or comes to it."""
    predicate = NamedNode(step.predicate)
    if step.inverse is not back:
        return store.quads_for_pattern(None, predicate, node, None)
    if isinstance(node, NamedNode):
        return store.quads_for_pattern(node, predicate, None, None)
    return iter(())


def _reach(
    store: Store, nodes: set[Any], step: Step, back: bool = False, seen: set[Quad] | None = None
) -> set[Any]:
    """The nodes that a step reaches from some nodes, however often it may be gone."""
    known: set[Any] = set(nodes) if step.repeated else set()
    fresh, forward = nodes, step.inverse is back
    while fresh:
        ends = set()
        for node in fresh:
            for quad in _edges(store, node, step, back):
                ends.add(quad.object if forward else quad.subject)
                if seen is not None:
                    seen.add(quad)
        fresh = ends - known if step.repeated else set()
        known |= ends
    return known


def _collect(store: Store, nodes: set[Any], tree: _Tree, quads: set[Quad]) -> None:
    ahead = tree.ahead()
    reached: dict[str, set[Any]] = {}
    singly: list[Any] = []
    for node in nodes:
        if len(ahead) < 3 or not isinstance(node, NamedNode):
            singly.append(node)
            continue
        # One look at all triples of a node is quicker than one for each property.
        found = list(islice(store.quads_for_pattern(node, None, None, None), MANY + 1))
        if len(found) > MANY:
            singly.append(node)
            continue
        for quad in found:
            if quad.predicate.value in ahead:
                quads.add(quad)
                reached.setdefault(quad.predicate.value, set()).add(quad.object)
    for step, rest in tree.steps.items():
        plain = step.predicate in ahead and ahead[step.predicate] is rest
        ends = _reach(store, set(singly) if plain else nodes, step, seen=quads)
        if plain:
            ends |= reached.get(step.predicate, set())
        if rest.steps and ends:
            _collect(store, ends, rest, quads)

"""Do a step on a copy of the graph, block by block: what it adds and removes.

A block is applied before the next one is asked for, so that a file of any size needs no more memory
than a block of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg import skolem, updating
from kg.changing import reading
from kg.changing.bounds import Rules
from kg.changing.steps import Drop, Load, Quads, Several, Step, Update, single
from kg.errors import InvalidInput, Stale
from kg.store import sorting

#: Quads that are added, and quads that are removed.
Block: TypeAlias = tuple[set[Quad], set[Quad]]
#: Quads of a block of a long file.
BLOCK = 50_000
#: About how long a quad is in a file, and how many there are with those that follow from it.
_BYTES_OF_A_QUAD, _FOLLOWING = 100, 3
#: How many looks at a copy on disk take as long as one quad of it takes to be copied into memory.
_LOOKS = 30
#: A step of fewer quads is followed in any case; of how many quads of the graph one that is derived
#: and judged anew takes as long as one quad that is followed.
_SMALL, _TIMES = 20_000, 4


def blocks(store: Store, step: Step, rules: Rules, folder: Path) -> Iterator[Block]:
    """What a step changes.

    Args:
        store: A copy of the graph; each block is to be applied to it before the next is asked for.
        step: The step.
        rules: What holds here.
        folder: Where a long file may be sorted.

    Yields:
        Quads to be added that are not there, and quads to be removed that are.

    Raises:
        InvalidInput, InvalidRdf, InvalidQuery, OutsideAccess, Stale: The step cannot be done.
    """
    yield from _DOERS[type(step)](store, step, rules, folder)


def prefers_memory(step: Step, rules: Rules, quads: int, most: int) -> bool:
    """Whether a step is quicker on a copy in memory than on one on disk.

    Making the copy takes as long as some thirtieth as many looks at one on disk.

    Args:
        step: The step.
        rules: What holds here.
        quads: How many quads the graph has.
        most: How many may be held in memory.
    """
    for one in single(step):
        if isinstance(one, Update) and not (rules.unite and updating.only_data(one.text)):
            # It looks through the whole graph.
            return quads <= most
    size = _size(step)
    return quads + _FOLLOWING * size <= most and size * _LOOKS > quads


def is_large(step: Step, quads: int) -> bool:
    """Whether it is quicker to derive and judge the whole graph than to follow a step.

    Args:
        step: The step.
        quads: How many quads the graph has.
    """
    size = _size(step)
    return size > _SMALL and size * _TIMES > quads


def _size(step: Step) -> int:
    """About how many quads the files of a step hold."""
    loads = (one for one in single(step) if isinstance(one, Load))
    length = sum(Path(part.path).stat().st_size for one in loads for part in one.parts)
    return length // _BYTES_OF_A_QUAD


def _in(store: Store, name: NamedNode | DefaultGraph) -> Iterator[Quad]:
    return store.quads_for_pattern(None, None, None, name)


def _load(store: Store, step: Load, rules: Rules, folder: Path) -> Iterator[Block]:
    wanted = reading.read(step, rules.genid)
    held = _in(store, _name(step.graph)) if step.replace else iter(())
    begin, before = list(islice(wanted, BLOCK)), list(islice(held, BLOCK))
    if before and (len(begin) == BLOCK or len(before) == BLOCK):
        every = chain(begin, (_inside(quad, rules) for quad in wanted))
        yield from _replaced(every, chain(before, held), folder)
        return
    there = set(before)
    new = {_inside(quad, rules) for quad in begin}
    yield {quad for quad in new - there if quad not in store}, there - new
    while block := {_inside(quad, rules) for quad in islice(wanted, BLOCK)}:
        yield {quad for quad in block if quad not in store}, set()


def _inside(quad: Quad, rules: Rules) -> Quad:
    """A quad that is in a graph, where it has to be."""
    if rules.unite and quad.graph_name == DefaultGraph():
        raise InvalidInput(
            "The document states triples outside any graph; here the default graph is the union "
            "of all graphs.",
            where="default graph",
            hint="Put them into a graph, or send them to a graph: ?graph=…",
        )
    return quad


def _replaced(wanted: Iterable[Quad], held: Iterable[Quad], folder: Path) -> Iterator[Block]:
    """What differs between two long lists of quads, found on disk."""
    lines = (sorting.sorted_lines((_line(q) for q in some), folder) for some in (held, wanted))
    differing = (found for found in sorting.differences(*lines) if found[1] != found[2])
    while block := list(islice(differing, BLOCK)):
        yield (
            set(_parsed(line for line, _, asked in block if asked)),
            set(_parsed(line for line, there, _ in block if there)),
        )


def _line(quad: Quad) -> bytes:
    return f"{quad} .".encode()


def _parsed(lines: Iterable[bytes]) -> Iterator[Quad]:
    return pyoxigraph.parse(input=b"\n".join(lines), format=RdfFormat.N_QUADS)


def _name(iri: str | None) -> NamedNode | DefaultGraph:
    return NamedNode(iri) if iri else DefaultGraph()


def _drop(store: Store, step: Drop, rules: Rules, folder: Path) -> Iterator[Block]:
    while block := set(islice(_in(store, _name(step.graph)), BLOCK)):
        yield set(), block


def _quads(store: Store, step: Quads, rules: Rules, folder: Path) -> Iterator[Block]:
    start = f"{rules.genid}{step.checksum[:16] or uuid.uuid4().hex[:16]}-"
    read = (pyoxigraph.parse(path=p, format=RdfFormat.N_QUADS) for p in (step.added, step.removed))
    added, removed = (set(skolem.number_blank_nodes(quads, start)) for quads in read)
    if step.whole:
        _as_read(store, added, removed)
    yield {q for q in added if q not in store}, {q for q in removed - added if q in store}


def _as_read(store: Store, added: set[Quad], removed: set[Quad]) -> None:
    """Make sure that nobody has changed the nodes that a step replaces."""
    nodes = {(quad.subject, quad.graph_name) for quad in added | removed}
    held = {q for node, name in nodes for q in store.quads_for_pattern(node, None, None, name)}
    if held != removed:
        raise Stale(
            "Somebody has changed meanwhile what this change replaces.",
            where=str(min(str(quad.subject) for quad in held ^ removed)),
            hint="Look at it again, then repeat the change.",
        )


def _several(store: Store, step: Several, rules: Rules, folder: Path) -> Iterator[Block]:
    for one in step.steps:
        yield from blocks(store, one, rules, folder)


def _update(store: Store, step: Update, rules: Rules, folder: Path) -> Iterator[Block]:
    data = updating.given(step.text, base_iri=step.base_iri) if rules.unite else None
    if data is not None:
        yield from _given(store, data, rules)
        return
    names: dict[str, NamedNode] = {}
    work = store if rules.unite else _with_blank_nodes(store, rules.genid, names)
    outside = list(_in(store, DefaultGraph()))
    before = _lines(work)
    updating.run(
        work,
        step.text,
        base_iri=step.base_iri,
        default=step.default,
        named=step.named,
        unite=rules.unite,
    )
    if rules.unite:
        work.extend(outside)
    after = _lines(work)

    def named(lines: Iterable[bytes]) -> set[Quad]:
        def name(node: NamedNode | BlankNode) -> NamedNode:
            if isinstance(node, NamedNode):
                return node
            return names.setdefault(node.value, NamedNode(f"{rules.genid}b{uuid.uuid4().hex}"))

        return set(skolem.renamed(_parsed(lines), name))

    new = after - before
    added, removed = named(new), named(before - after)
    # The new quads come back under the names of their blank nodes.
    for quad in _parsed(new):
        store.remove(quad)
    yield added, removed


def _given(store: Store, data: list[tuple[bool, set[Quad]]], rules: Rules) -> Iterator[Block]:
    for adds, quads in data:
        start = f"{rules.genid}b{uuid.uuid4().hex}-"
        named = set(skolem.number_blank_nodes(quads, start))
        if adds:
            yield {quad for quad in named if quad not in store}, set()
        else:
            yield set(), {quad for quad in named if quad in store}


def _lines(store: Store) -> set[bytes]:
    dump = store.dump(format=RdfFormat.N_QUADS) or b""
    return {line for line in dump.split(b"\n") if line}


def _with_blank_nodes(store: Store, genid: str, names: dict[str, NamedNode]) -> Store:
    """A copy in which the IRIs of blank nodes are blank nodes; their names are noted."""

    def rename(node: NamedNode | BlankNode) -> NamedNode | BlankNode:
        if isinstance(node, BlankNode) or not node.value.startswith(genid):
            return node
        label = f"n{len(names)}"
        if node.value not in labels:
            labels[node.value] = label
            names[label] = node
        return BlankNode(labels[node.value])

    labels: dict[str, str] = {}
    work = Store()
    work.bulk_extend(skolem.renamed(store, rename))
    return work


_DOERS: dict[type[Any], Callable[[Store, Any, Rules, Path], Iterator[Block]]] = {
    Load: _load,
    Drop: _drop,
    Quads: _quads,
    Several: _several,
    Update: _update,
}

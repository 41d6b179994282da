"""What follows from a change, by difference: the cost follows the change and not the graph.

`kg.assembling.derive` makes graph/truthy, graph/derived and graph/inferred from nothing. `follow`
brings them from what followed before a change to what follows after it, with the same rules and the
same result: each rule names the variable that it hangs on (`root`), and is run again on all that it
reads from the roots that the change touches (`kg.walking`); what OWL implies is told in
`kg.inferring`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from pyoxigraph import NamedNode, Quad, QueryTriples, Store, Triple

from kg import inferring, rq, walking
from kg.namespaces import graph, istc
from kg.walking import by_property

_INFERRED = graph("inferred")


@dataclass
class Difference:
    """How a graph has changed.

    Attributes:
        added: Quads that are there now.
        removed: Quads that are there no more.
    """

    added: set[Quad] = field(default_factory=set)
    removed: set[Quad] = field(default_factory=set)

    def then(self, added: set[Quad], removed: set[Quad]) -> None:
        """Go on by a further change."""
        self.added, self.removed = (
            (self.added - removed) | (added - self.removed),
            (self.removed - added) | (removed - self.added),
        )


def follow(store: Store, change: Difference) -> tuple[Difference, Delta]:
    """Bring the graphs that follow from the others up to date.

    Args:
        store: The graph after the change, with what followed before it; it is changed. It is under
            the default base IRI, and holds nothing in the default graph that a named graph lacks.
        change: What has changed in the other graphs.

    Returns:
        What has changed in the graphs that follow, and in the union of all graphs.
    """
    followed, every = Difference(), set(change.added)
    delta, stated = _deltas(store, change)
    for folder in ("truthy", "series", "derived"):
        if not (stated.added or stated.removed):
            break
        found = _again(store, folder, stated)
        for quad in found.removed:
            store.remove(quad)
        store.extend(found.added)
        followed.then(found.added, found.removed)
        every |= found.added
        more, more_stated = _deltas(store, found)
        delta, stated = delta.then(more), stated.then(more_stated)
    stated_now = (quad.triple for quad in every)
    made, less = inferring.follow(store, delta.added, delta.removed, stated_now)
    followed.then(made, less)
    here = {quad.triple for quad in made}
    gone = {quad.triple for quad in less} - {quad.triple for quad in every}
    return followed, Delta((delta.added | here) - gone, (delta.removed | gone) - here)


@dataclass
class Delta:
    """Triples that were added to, and taken from, the union of the graphs."""

    added: set[Triple] = field(default_factory=set)
    removed: set[Triple] = field(default_factory=set)

    def then(self, other: Delta) -> Delta:
        """The two, one after the other."""
        return Delta(
            (self.added - other.removed) | (other.added - self.removed),
            (self.removed - other.added) | (other.removed - self.added),
        )


def _deltas(store: Store, change: Difference) -> tuple[Delta, Delta]:
    """What a change of graphs changes in their union, and in the union without what is inferred.

    Args:
        store: The graph after the change.
        change: The change.
    """
    whole, stated = Delta(), Delta()
    away = {quad.triple for quad in change.removed}
    for triple in {quad.triple for quad in change.added} - away:
        found = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        others = [quad.graph_name for quad in found if quad not in change.added]
        if not others:
            whole.added.add(triple)
        if all(name == _INFERRED for name in others):
            stated.added.add(triple)
    for triple in away:
        found = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        names = [quad.graph_name for quad in found]
        if not names:
            whole.removed.add(triple)
        if all(name == _INFERRED for name in names):
            stated.removed.add(triple)
    return whole, stated


# --- rules that run once --------------------------------------------------------------------------


def _run(store: Store, quads: Iterable[Quad], rule: rq.RqFile) -> set[Quad]:
    near = Store()
    near.extend(quad for quad in quads if quad.graph_name != _INFERRED)
    target = graph(rule.header["graph"])
    found = cast(QueryTriples, near.query(rule.text, use_default_graph_as_union=True))
    return {Quad(t.subject, t.predicate, t.object, target) for t in found}


def _again(store: Store, folder: str, delta: Delta) -> Difference:
    """Run the rules of a folder again for what a change touches."""
    old: set[Quad] = set()
    new: set[Quad] = set()
    rules = list(rq.read_all("kg", "rules", folder))
    added, removed = by_property(delta.added), by_property(delta.removed)
    subjects = [rule for rule in rules if "from" not in rule.header]
    roots: set[Any] = set()
    for rule in subjects:
        rule.require("graph", "root")
        reading = walking.of_query(rule.text, rule.header["root"])
        touched = reading.touched(store, added, removed)
        roots |= {node for node in touched if isinstance(node, NamedNode)}
    for rule in subjects if roots else ():
        reading = walking.of_query(rule.text, rule.header["root"])
        found = _run(store, reading.around(store, roots), rule)
        new |= {quad for quad in found if quad.subject in roots}
        old |= _said(store, roots, graph(rule.header["graph"]), walking.stated(rule.text))
    for rule in rules:
        if "from" in rule.header:
            before, after = _keyed(store, rule, delta)
            old |= before
            new |= after
    # Nodes that are shared and stay are there already.
    return Difference({quad for quad in new - old if quad not in store}, old - new)


def _said(
    store: Store, subjects: Iterable[Any], name: NamedNode, heads: frozenset[str] | None
) -> set[Quad]:
    """What a graph says of some subjects by some properties."""
    return {
        quad
        for node in subjects
        for quad in store.quads_for_pattern(node, None, None, name)
        if heads is None or quad.predicate.value in heads
    }


def _keyed(store: Store, rule: rq.RqFile, delta: Delta) -> tuple[set[Quad], set[Quad]]:
    """Before and after of a rule that makes new nodes from all that has one series key."""
    rule.require("graph", "root", "from")
    reading, target = walking.of_query(rule.text, rule.header["root"]), graph(rule.header["graph"])
    keys = reading.touched(store, by_property(delta.added), by_property(delta.removed))
    if not keys:
        return set(), set()
    after = _run(store, reading.around(store, keys), rule)
    series, link = istc("seriesKey"), istc(rule.header["from"])
    facts = {t.subject for t in delta.removed if t.predicate == series}
    for key in keys:
        facts |= {quad.subject for quad in store.quads_for_pattern(None, series, key, None)}
    made = {q.subject for f in facts for q in store.quads_for_pattern(None, link, f, target)}
    before = _said(store, made, target, None)
    # A node that several of them share stays as long as one of the others points to it.
    shared = {q.object for q in before if isinstance(q.object, NamedNode)}
    shared = {node for node in shared if next(_of(store, node, target), None) is not None}
    for node in shared:
        users = {q.subject for q in store.quads_for_pattern(None, None, node, target)}
        if users <= made:
            before |= set(_of(store, node, target))
    return before, after


def _of(store: Store, node: Any, name: NamedNode) -> Any:
    heads = store.quads_for_pattern(node, None, None, name)
    return (quad for quad in heads if quad.predicate != istc("seriesKey"))

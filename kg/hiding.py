"""People who asked not to be shown: nothing is said of them, and nothing brings them back.

Whoever is hidden leaves a tombstone in `graph/hidden`: the SHA-256 of the IRI, and of the IRIs of
the identifiers, so that the graph can tell who is meant when it sees them and nobody can read from
it who they are. Every build and every change takes out what it says of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.namespaces import (
    BASE,
    JOURNAL,
    PREFIXES,
    PROV,
    RDF_TYPE,
    RDFS,
    XSD,
    graph,
    istc,
)

HIDDEN = graph("hidden")
_NODE = BASE + "hidden/"
_DIGEST = NamedNode(PREFIXES["schema"] + "sha256")
_SINCE = NamedNode(PROV + "invalidatedAtTime")
_SUBCLASS = NamedNode(RDFS + "subClassOf")
_SSSOM = "https://w3id.org/sssom/"
#: A node that has one of these is about its value, and goes with it.
_ABOUT = frozenset(
    {
        *(istc(n) for n in ("subject", "object", "about", "counterpart", "participationAgent")),
        NamedNode(_SSSOM + "subject_id"),
        NamedNode(_SSSOM + "object_id"),
    }
)
#: What is there for the sake of a fact alone, and goes with it.
_KINDS = frozenset(istc(n) for n in ("Identifier", "NameRecord", "Participation"))
_OBJECT, _SUBJECT, _PREDICATE = istc("object"), istc("subject"), istc("predicate")
_IDENTIFIER = istc("hasIdentifier")
#: Graphs that follow from the others.
_FOLLOWING = frozenset(graph(n) for n in ("truthy", "derived", "inferred"))

#: Quads that are added, and quads that are removed.
Block = tuple[set[Quad], set[Quad]]


def digest(iri: str) -> str:
    """What stands for an IRI in a tombstone: its SHA-256, as hexadecimal digits."""
    return hashlib.sha256(iri.encode()).hexdigest()


def tombstones(iris: Iterable[str], day: date) -> set[Quad]:
    """The quads that hide things.

    Args:
        iris: Their IRIs under the default base.
        day: From when on.
    """
    found = set()
    for text in map(digest, iris):
        node = NamedNode(_NODE + text)
        found |= {
            Quad(node, RDF_TYPE, NamedNode(PROV + "Entity"), HIDDEN),
            Quad(node, _DIGEST, Literal(text), HIDDEN),
            Quad(node, _SINCE, Literal(day.isoformat(), datatype=NamedNode(XSD + "date")), HIDDEN),
        }
    return found


class Hidden:
    """Who is hidden in a store.

    Args:
        store: The store.
        base_iri: The base IRI that its IRIs have.

    Attributes:
        graph: The graph of the tombstones, under that base.
    """

    def __init__(self, store: Store, base_iri: str = BASE) -> None:
        self._store = store
        self._base = base_iri

        self.graph = self._here(HIDDEN)

    def _here(self, node: NamedNode) -> NamedNode:
        return NamedNode(node.value.replace(BASE, self._base))

    def _ours(self, node: NamedNode) -> NamedNode:
        return NamedNode(node.value.replace(self._base, BASE))

    def digests(self) -> frozenset[str]:
        """The digests of all tombstones."""
        told = self._store.quads_for_pattern(None, _DIGEST, None, self.graph)
        return frozenset(q.object.value for q in told if isinstance(q.object, Literal))

    def people(self) -> Iterator[NamedNode]:
        """All people, by the classes that are stated."""
        yield from self._of_classes(istc("Person"))

    def _of_classes(self, *roots: NamedNode) -> Iterator[NamedNode]:
        waiting, seen = list(roots), set(roots)
        while waiting:
            name = waiting.pop()
            for quad in self._store.quads_for_pattern(None, _SUBCLASS, self._here(name), None):
                below = quad.subject
                if isinstance(below, NamedNode) and self._ours(below) not in seen:
                    seen.add(self._ours(below))
                    waiting.append(self._ours(below))
            for quad in self._store.quads_for_pattern(None, RDF_TYPE, self._here(name), None):
                if isinstance(quad.subject, NamedNode):
                    yield quad.subject

    def met(self, nodes: Iterable[NamedNode], known: frozenset[str]) -> set[NamedNode]:
        """Those of some nodes for which there is a tombstone."""
        return {n for n in nodes if digest(n.value.replace(self._base, BASE)) in known}

    def all_met(self, known: frozenset[str]) -> set[NamedNode]:
        """The people and identifiers of the store for which there is a tombstone."""
        return self.met(self._of_classes(istc("Person"), istc("Identifier")), known)

    def identifiers(self, person: NamedNode) -> set[NamedNode]:
        """The nodes of the identifiers of a person."""
        return {
            quad.object
            for fact in self._facts(person)
            if self._has(fact, _PREDICATE, _IDENTIFIER)
            for quad in self._store.quads_for_pattern(fact, self._here(_OBJECT), None, None)
            if isinstance(quad.object, NamedNode)
        }

    def _facts(self, thing: NamedNode) -> set[NamedNode]:
        about = self._store.quads_for_pattern(None, self._here(_SUBJECT), thing, None)
        return {quad.subject for quad in about if isinstance(quad.subject, NamedNode)}

    def _has(self, node: NamedNode, predicate: NamedNode, value: NamedNode) -> bool:
        found = self._store.quads_for_pattern(node, self._here(predicate), self._here(value), None)
        return next(found, None) is not None

    def said_of(self, nodes: Iterable[NamedNode]) -> set[Quad]:
        """All quads that state something of people, given by IRI or by the node of an identifier.

        What follows from others is left out: it goes when they go.
        """
        waiting = list(nodes)
        gone, quads = set(waiting), set[Quad]()
        left = {JOURNAL, self.graph, *(self._here(g) for g in _FOLLOWING)}
        about = {self._here(predicate) for predicate in _ABOUT}

        def go(node: object) -> None:
            if isinstance(node, NamedNode) and node not in gone:
                gone.add(node)
                waiting.append(node)

        while waiting:
            node = waiting.pop()
            identifies = self._has(node, _PREDICATE, _IDENTIFIER)
            for quad in self._store.quads_for_pattern(node, None, None, None):
                if quad.graph_name not in left:
                    quads.add(quad)
                    if quad.predicate == self._here(_OBJECT) and self._goes_along(quad.object):
                        go(quad.object)
                    # Whoever has the identifier of somebody is the same person.
                    if identifies and quad.predicate == self._here(_SUBJECT):
                        go(quad.object)
            for quad in self._store.quads_for_pattern(None, None, node, None):
                if quad.graph_name not in left:
                    quads.add(quad)
                    if quad.predicate in about:
                        go(quad.subject)
        return quads

    def _goes_along(self, node: object) -> bool:
        if not isinstance(node, NamedNode):
            return False
        types = self._store.quads_for_pattern(node, RDF_TYPE, None, None)
        kinds = {self._here(kind) for kind in _KINDS}
        return any(quad.object in kinds for quad in types)


def clear(store: Store) -> None:
    """Take out of a store what is stated of those who are hidden in it.

    Args:
        store: A store under the default base IRI.
    """
    hidden = Hidden(store)
    known = hidden.digests()
    if known:
        for quad in hidden.said_of(hidden.all_met(known)):
            store.remove(quad)


def enforced(store: Store, blocks: Iterable[Block], base_iri: str) -> Iterator[Block]:
    """The blocks of a change, and one more that takes out what they say of those who are hidden.

    Args:
        store: A copy of the graph; each block is to be applied to it before the next is asked for.
        blocks: Quads to be added, and quads to be removed.
        base_iri: The base IRI of the store.
    """
    hidden = Hidden(store, base_iri)
    met: set[NamedNode] = set()
    more = False
    for added, removed in blocks:
        more |= any(quad.graph_name == hidden.graph for quad in added)
        yield added, removed
        known = hidden.digests()
        if known:
            ends = (node for quad in added for node in (quad.subject, quad.object))
            met |= hidden.met((n for n in ends if isinstance(n, NamedNode)), known)
    known = hidden.digests()
    if more:
        met |= hidden.all_met(known)
    # A tombstone that the change takes away hides nobody any more.
    away = hidden.said_of(hidden.met(met, known))
    if away:
        yield set(), away


def shown_to(digests: Iterable[str]) -> Callable[[str], bool]:
    """Whether the thing of an IRI may be shown, where those of some digests are hidden."""
    known = frozenset(digests)
    return lambda iri: not known or digest(iri) not in known


__all__ = ["HIDDEN", "Hidden", "clear", "digest", "enforced", "shown_to", "tombstones"]

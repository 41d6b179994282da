"""The things of a class with what is said of them: their facts, and the evidence of each.

Lookups go to the store one by one, so that memory does not grow with the graph; what many things
share is remembered, up to a bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from kg.namespaces import BASE, JOURNAL, PROV, RDF_TYPE
from kg.store.sorting import sorted_lines

#: How many answers are remembered.
_REMEMBERED = 200_000


class Things:
    """Reads the things of one version.

    Args:
        store: The version.
        base_iri: Base of our IRIs.
    """

    def __init__(self, store: Store, base_iri: str = BASE) -> None:
        self._store = store
        self._terms = f"{base_iri}ontology#"
        self._stated_in, self._within, self._document = (
            self.term(name) for name in ("statedIn", "withinLocation", "inDocument")
        )
        self._fact = self.term("Fact")
        self.is_fact = lru_cache(_REMEMBERED)(self._is_fact)
        self._documents_of = lru_cache(_REMEMBERED)(self._of_place)

    def term(self, name: str) -> NamedNode:
        """A term of our ontology."""
        return NamedNode(self._terms + name)

    def members(self, of: str) -> Iterator[NamedNode]:
        """The things of a class, by inference too; one may come more than once."""
        for quad in self._store.quads_for_pattern(None, RDF_TYPE, NamedNode(of), None):
            if isinstance(quad.subject, NamedNode) and quad.graph_name != JOURNAL:
                yield quad.subject

    def ordered(self, of: str, folder: Path) -> Iterator[NamedNode]:
        """The things of a class in the order of their IRIs, each once."""
        lines = (thing.value.encode() for thing in self.members(of))
        return (NamedNode(line.decode()) for line in sorted_lines(lines, folder))

    def stated(self, node: NamedNode) -> Iterator[Quad]:
        """What is said of a node; the journal is left out."""
        for quad in self._store.quads_for_pattern(node, None, None, None):
            if quad.graph_name != JOURNAL:
                yield quad

    def objects(self, thing: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """The things that a property of a thing leads to."""
        found = self._store.quads_for_pattern(thing, predicate, None, None)
        return [quad.object for quad in found if isinstance(quad.object, NamedNode)]

    def text(self, thing: NamedNode, predicate: NamedNode) -> str:
        """One value of a property of a thing as text; empty where there is none."""
        found = next(self._store.quads_for_pattern(thing, predicate, None, None), None)
        return "" if found is None else str(getattr(found.object, "value", ""))

    def facts(self, thing: NamedNode) -> set[NamedNode]:
        """The facts that a thing has a part in, in whatever role; a fact is one itself."""
        found = {thing} if self.is_fact(thing) else set()
        for quad in self._store.quads_for_pattern(None, None, thing, None):
            node = quad.subject
            if isinstance(node, NamedNode) and node not in found and self.is_fact(node):
                found.add(node)
        return found

    def _is_fact(self, node: NamedNode) -> bool:
        stated_in = self._store.quads_for_pattern(node, self._stated_in, None, None)
        typed = self._store.quads_for_pattern(node, RDF_TYPE, self._fact, None)
        return next(stated_in, None) is not None or next(typed, None) is not None

    def places(self, thing: NamedNode) -> list[NamedNode]:
        """The places in documents that name a thing."""
        return self.objects(thing, self.term("namedIn"))

    def documents(self, thing: NamedNode, facts: Iterable[NamedNode]) -> set[NamedNode]:
        """The documents that state the facts of a thing, or name it."""
        places = {
            *self.places(thing),
            *(p for f in facts for p in self.objects(f, self._stated_in)),
        }
        return {document for place in places for document in self._documents_of(place)}

    def _of_place(self, place: NamedNode) -> tuple[NamedNode, ...]:
        return tuple(self.objects(place, self._document))

    def with_evidence(self, of: str, folder: Path) -> Iterator[Quad]:
        """The things of a class, their facts, and the places and documents that state these.

        Args:
            of: IRI of the class.
            folder: Where what does not fit into memory is kept meanwhile.

        Yields:
            Quads; one may come more than once.
        """
        leads = {self._stated_in, self._within, self._document, NamedNode(PROV + "wasDerivedFrom")}
        identifier = self.term("hasIdentifier")
        seen: set[NamedNode] = set()
        for thing in self.ordered(of, folder):
            yield from self.stated(thing)
            waiting = [*self.facts(thing), *self.places(thing), *self.objects(thing, identifier)]
            while waiting:
                node = waiting.pop()
                if node in seen:
                    continue
                if len(seen) >= _REMEMBERED:
                    seen.clear()
                seen.add(node)
                for quad in self.stated(node):
                    yield quad
                    if quad.predicate in leads and isinstance(quad.object, NamedNode):
                        waiting.append(quad.object)

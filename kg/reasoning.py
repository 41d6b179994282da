"""Rules: CONSTRUCT queries over the union of all graphs, run in the store.

`kg/rules/truthy`, `series` and `derived` run once, each into the graph its header names;
`kg/rules/inference` runs until nothing new comes, into graph/inferred. The inference rules are the
part of OWL 2 RL/RDF (OWL 2 Profiles, section 4.3, tables 5 to 9) that our ontology uses; the
tests compare the result with owlrl.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import islice, pairwise
from typing import TypeVar, cast

from pyoxigraph import NamedNode, Quad, QueryTriples, Store, Triple

from kg import rq
from kg.errors import Internal
from kg.namespaces import ISTC, OWL, RDF, RDF_TYPE, RDFS, graph

#: Far more than the longest chain of subclasses and parts needs (about six).
MAX_ROUNDS = 50
#: The rule that finds the classes of things from those that they have.
_CLASSES = "cax-sco"
#: Quads that are held outside a store at once.
PART = 10_000

#: What the rules read of the ontology: properties, and kinds of properties.
SCHEMA = tuple(
    NamedNode(iri)
    for iri in (
        RDFS + "subClassOf", RDFS + "subPropertyOf", RDFS + "domain", RDFS + "range",
        OWL + "inverseOf", OWL + "propertyChainAxiom",
    )
)  # fmt: skip
KINDS = tuple(
    NamedNode(OWL + name) for name in ("ObjectProperty", "SymmetricProperty", "TransitiveProperty")
)
#: Properties of the agreements and platforms in which things cooperate.
TOGETHER = tuple(NamedNode(ISTC + n) for n in ("hasParty", "hostedBy", "partnerOrganization"))
_CHAIN, _TRANSITIVE = NamedNode(OWL + "propertyChainAxiom"), NamedNode(OWL + "TransitiveProperty")
_INFERRED = graph("inferred")
_T = TypeVar("_T")
_FIRST, _REST = NamedNode(RDF + "first"), NamedNode(RDF + "rest")


def _triples(store: Store, text: str) -> Iterator[Triple]:
    return cast(QueryTriples, store.query(text, use_default_graph_as_union=True))


def _construct(store: Store, text: str, target: NamedNode) -> Iterator[Quad]:
    return (Quad(t.subject, t.predicate, t.object, target) for t in _triples(store, text))


def run_once(store: Store, folder: str) -> int:
    """Run the rules of a folder once, in the order of their names.

    Args:
        store: The staging store; the results are added to it.
        folder: `truthy`, `series` or `derived`.

    Returns:
        How many quads were added.
    """
    before = len(store)
    for rule in rq.read_all("kg", "rules", folder):
        rule.require("title", "graph")
        for part in _parts(_construct(store, rule.text, graph(rule.header["graph"]))):
            store.extend(part)
    return len(store) - before


def materialise(store: Store) -> int:
    """Add what follows from the ontology to graph/inferred, to a fix-point.

    Args:
        store: The staging store with ontology and data.

    Returns:
        How many quads were added.

    Raises:
        Internal: No fix-point after MAX_ROUNDS rounds.
    """
    rules = list(rq.read_all("kg", "rules", "inference"))
    start = len(store)
    # The classes of things first: else each of their properties finds them once more.
    for found in _step(store, [rule for rule in rules if rule.name == _CLASSES], None).values():
        store.bulk_extend(found)
    fresh = _step(store, rules, None)
    for _ in range(MAX_ROUNDS):
        if not fresh:
            return len(store) - start
        for found in fresh.values():
            store.bulk_extend(found)
        # From now on the rules have news from new triples only, and from those they are joined
        # with; unless it is the ontology that has grown.
        fresh = _step(store, rules, None if fresh.keys() & set(SCHEMA) else fresh)
    raise Internal("The inference rules reach no fix-point.", where="kg/rules/inference")


#: Quads of graph/inferred by property.
_Found = dict[NamedNode, Store]


def _step(store: Store, rules: Sequence[rq.RqFile], fresh: _Found | None) -> _Found:
    """What one step of the rules makes, and the store does not hold yet.

    Args:
        store: The store. It does not change before all rules have looked: the more triples a thing
            has, the slower it is to look at.
        rules: The rules.
        fresh: What the step before made, where the rules have news from this alone. They look at
            one property at a time: beside a thing's many other triples its types are found slowly.
    """
    made: _Found = {}
    # Rules find the same type of one thing again and again; a thing with many triples is slow.
    stated = lru_cache(PART)(partial(_stated, store))
    for place in [store] if fresh is None else _near(store, fresh):
        for rule in rules:
            for part in _parts(_triples(place, rule.text)):
                new: dict[NamedNode, list[Quad]] = {}
                for triple in set(part):
                    if _well_formed(triple) and (place is store or not stated(triple)):
                        quad = Quad(triple.subject, triple.predicate, triple.object, _INFERRED)
                        new.setdefault(triple.predicate, []).append(quad)
                for name, quads in new.items():
                    made.setdefault(name, Store()).bulk_extend(quads)
    return made


def _near(store: Store, fresh: _Found) -> Iterator[Store]:
    """New triples with what they are joined with, one property after another."""
    joins = _Joins.of(store)
    for name, near in fresh.items():
        beside = list(joins.beside(store, name, near))
        near.extend(joins.ontology)
        near.extend(beside)
        yield near


@dataclass
class _Joins:
    """What is joined with a triple, by its property.

    Attributes:
        ontology: What the rules read of the ontology.
        before: Properties of triples that end where it begins.
        after: Properties of triples that begin where it ends.
    """

    ontology: list[Quad]
    before: dict[NamedNode, set[NamedNode]] = field(default_factory=lambda: defaultdict(set))
    after: dict[NamedNode, set[NamedNode]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, store: Store) -> _Joins:
        joins = cls(list(schema(store)))
        for quad in list(joins.ontology):
            if quad.predicate == _CHAIN:
                cells = list(_cells(store, cast(NamedNode, quad.object)))
                joins.ontology += cells
                names = [cast(NamedNode, c.object) for c in cells if c.predicate == _FIRST]
                for one, other in pairwise(names):
                    joins.after[one].add(other)
                    joins.before[other].add(one)
            elif quad.object == _TRANSITIVE:
                name = cast(NamedNode, quad.subject)
                joins.after[name].add(name)
                joins.before[name].add(name)
        return joins

    def beside(self, store: Store, name: NamedNode, found: Store) -> Iterator[Quad]:
        """The triples that are joined with those of one property."""
        if not (self.before.get(name) or self.after.get(name) or name in TOGETHER):
            return
        quads = list(found.quads_for_pattern(None, name, None, None))
        begins = {cast(NamedNode, quad.subject) for quad in quads}
        ends = {quad.object for quad in quads if isinstance(quad.object, NamedNode)}
        for before in self.before.get(name, ()):
            for node in begins:
                yield from store.quads_for_pattern(None, before, node, None)
        for after in self.after.get(name, ()):
            for node in ends:
                yield from store.quads_for_pattern(node, after, None, None)
        for other in TOGETHER if name in TOGETHER else ():
            for node in begins:
                yield from store.quads_for_pattern(node, other, None, None)


def _cells(store: Store, node: NamedNode) -> Iterator[Quad]:
    """The cells of a list, from its head on."""
    yield from store.quads_for_pattern(node, _FIRST, None, None)
    for rest in store.quads_for_pattern(node, _REST, None, None):
        yield rest
        yield from _cells(store, cast(NamedNode, rest.object))


def _parts(found: Iterator[_T]) -> Iterator[list[_T]]:
    """Quads or triples as they come, so many at a time: a rule may find millions."""
    while part := list(islice(found, PART)):
        yield part


def schema(store: Store) -> Iterator[Quad]:
    """What the rules read of the ontology, but the cells of property chains.

    Args:
        store: A store with the ontology.

    Yields:
        Quads with a property of SCHEMA, and those that say that something is one of KINDS.
    """
    for predicate in SCHEMA:
        yield from store.quads_for_pattern(None, predicate, None, None)
    for kind in KINDS:
        yield from store.quads_for_pattern(None, RDF_TYPE, kind, None)


def _stated(store: Store, triple: Triple) -> bool:
    found = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return next(found, None) is not None


def _well_formed(triple: Triple) -> bool:
    """Leave out generalised triples, whose subject would be a literal."""
    return isinstance(triple.subject, NamedNode)

"""Rules: CONSTRUCT queries over the union of all graphs, run in the store.

`kg/rules/truthy`, `series` and `derived` run once, each into the graph its header names;
`kg/rules/inference` runs until nothing new comes, into graph/inferred. The inference rules are the
part of OWL 2 RL/RDF (OWL 2 Profiles, section 4.3, tables 5 to 9) that our ontology uses; the
tests compare the result with owlrl.
"""

from __future__ import annotations

from typing import cast

from pyoxigraph import NamedNode, Quad, QueryTriples, Store

from kg import rq
from kg.errors import Internal
from kg.namespaces import OWL, RDF_TYPE, RDFS, graph

#: Far more than the longest chain of subclasses and parts needs (about six).
MAX_ROUNDS = 50

#: What the rules read of the ontology: properties, and kinds of properties.
_SCHEMA = tuple(
    NamedNode(iri)
    for iri in (
        RDFS + "subClassOf", RDFS + "subPropertyOf", RDFS + "domain", RDFS + "range",
        OWL + "inverseOf", OWL + "propertyChainAxiom",
    )
)  # fmt: skip
_KINDS = tuple(
    NamedNode(OWL + name) for name in ("ObjectProperty", "SymmetricProperty", "TransitiveProperty")
)


def _construct(store: Store, text: str, target: NamedNode) -> list[Quad]:
    triples = cast(QueryTriples, store.query(text, use_default_graph_as_union=True))
    return [Quad(t.subject, t.predicate, t.object, target) for t in triples]


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
        store.extend(_construct(store, rule.text, graph(rule.header["graph"])))
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
    target = graph("inferred")
    start = len(store)
    # A linear rule joins one triple of data with the ontology: after the first round it has news
    # from new triples only.
    near: Store | None = None
    for _ in range(MAX_ROUNDS):
        fresh: set[Quad] = set()
        for rule in rules:
            where = near if near is not None and rule.header.get("linear") else store
            found = _construct(where, rule.text, target)
            new = [q for q in found if _well_formed(q) and not _stated(store, q)]
            store.extend(new)
            fresh.update(new)
        if not fresh:
            return len(store) - start
        near = None if any(q.predicate in _SCHEMA for q in fresh) else _around(store, fresh)
    raise Internal("The inference rules reach no fix-point.", where="kg/rules/inference")


def _around(store: Store, fresh: set[Quad]) -> Store:
    """New quads with all that the ontology says."""
    near = Store()
    near.bulk_extend(fresh)
    for predicate in _SCHEMA:
        near.extend(store.quads_for_pattern(None, predicate, None, None))
    for kind in _KINDS:
        near.extend(store.quads_for_pattern(None, RDF_TYPE, kind, None))
    return near


def _stated(store: Store, quad: Quad) -> bool:
    found = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    return next(found, None) is not None


def _well_formed(quad: Quad) -> bool:
    """Leave out generalised triples, whose subject would be a literal."""
    return isinstance(quad.subject, NamedNode)

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
from kg.namespaces import graph

#: Far more than the longest chain of subclasses and parts needs (about six).
MAX_ROUNDS = 50


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
    for _ in range(MAX_ROUNDS):
        before = len(store)
        for rule in rules:
            store.extend(q for q in _construct(store, rule.text, target) if _well_formed(q))
        if len(store) == before:
            return len(store) - start
    raise Internal("The inference rules reach no fix-point.", where="kg/rules/inference")


def _well_formed(quad: Quad) -> bool:
    """Leave out generalised triples, whose subject would be a literal."""
    return isinstance(quad.subject, NamedNode)

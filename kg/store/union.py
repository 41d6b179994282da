"""The union of all graphs as the default graph, so that analysts never need GRAPH."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Quad, Store

from kg import resources


def fill(store: Store) -> Store:
    """Put the triples of all named graphs but the journal into the default graph, each once.

    Queries on it need no union flag and are faster; the engine's own union repeats a triple for
    each graph that states it, which is not the RDF merge of SPARQL 1.1 (section 13.1).

    Args:
        store: A store in memory.

    Returns:
        The same store.
    """
    store.update(resources.text("kg", "queries", "store", "union.ru"))
    return store


def filled(quads: Iterable[Quad]) -> Store:
    """A new store in memory with these quads and their union as the default graph."""
    store = Store()
    store.bulk_extend(quads)
    return fill(store)

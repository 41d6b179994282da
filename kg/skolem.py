"""Blank nodes under stable names (RDF 1.1 Concepts, section 3.5), and back.

The store is compared and changed by whole quads, so it holds no blank nodes: the lists of property
chains get IRIs below `.well-known/genid/`, named by RDF Dataset Canonicalization, the same in each
build. An export for OWL tools turns them into blank nodes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad, Triple

from kg.namespaces import BASE

GENID = BASE + ".well-known/genid/"


#: What a node of a quad is replaced by.
Renaming = Callable[[NamedNode | BlankNode], NamedNode | BlankNode]


def renamed(quads: Iterable[Quad], rename: Renaming) -> Iterator[Quad]:
    """Quads with their nodes replaced: subjects, objects, names of graphs, inside triple terms too.

    Args:
        quads: The quads.
        rename: Gives the new node for an IRI or a blank node; predicates stay.

    Yields:
        The quads, in their order.
    """

    def node(term: Any) -> Any:
        if isinstance(term, NamedNode | BlankNode):
            return rename(term)
        if isinstance(term, Triple):
            return Triple(node(term.subject), term.predicate, node(term.object))
        return term

    for quad in quads:
        yield Quad(node(quad.subject), quad.predicate, node(quad.object), node(quad.graph_name))


def name_blank_nodes(quads: Iterable[Quad], scope: str) -> Iterator[Quad]:
    """Replace blank nodes by IRIs that follow from what is said of them.

    Args:
        quads: The quads of one file.
        scope: Name that keeps files apart, e.g. `actors`.

    Yields:
        The same quads without blank nodes.
    """
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    yield from renamed(dataset, lambda n: _named(n, f"{GENID}{scope}-"))


def _named(node: NamedNode | BlankNode, start: str) -> NamedNode | BlankNode:
    return NamedNode(start + node.value) if isinstance(node, BlankNode) else node


def number_blank_nodes(quads: Iterable[Quad], start: str) -> Iterator[Quad]:
    """Replace blank nodes by IRIs numbered in the order in which they come.

    In linear time, where names that follow from the content (`name_blank_nodes`) can take for ever
    on data made for that. The same document gives the same names.

    Args:
        quads: The quads of one document, in its order.
        start: Beginning of the IRIs, which keeps documents apart.

    Yields:
        The same quads without blank nodes.
    """
    numbers: dict[str, int] = {}

    def rename(node: NamedNode | BlankNode) -> NamedNode | BlankNode:
        if isinstance(node, NamedNode):
            return node
        return NamedNode(f"{start}{numbers.setdefault(node.value, len(numbers))}")

    return renamed(quads, rename)


def restore_blank_nodes(quads: Iterable[Quad], genid: str = GENID) -> Iterator[Quad]:
    """Turn the IRIs of `name_blank_nodes` into blank nodes again."""

    def rename(node: NamedNode | BlankNode) -> NamedNode | BlankNode:
        if isinstance(node, NamedNode) and node.value.startswith(genid):
            return BlankNode(_label(node, genid))
        return node

    return renamed(quads, rename)


def _label(node: NamedNode, genid: str) -> str:
    return node.value.removeprefix(genid).replace("-", "")

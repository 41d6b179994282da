"""Blank nodes under stable names (RDF 1.1 Concepts, section 3.5), and back.

The store is compared and changed by whole quads, so it holds no blank nodes: the lists of property
chains get IRIs below `.well-known/genid/`, named by RDF Dataset Canonicalization, the same in each
build. An export for OWL tools turns them into blank nodes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, Quad

from kg.namespaces import BASE

GENID = BASE + ".well-known/genid/"


def name_blank_nodes(quads: Iterable[Quad], scope: str) -> Iterator[Quad]:
    """Replace blank nodes by IRIs.

    Args:
        quads: The quads of one file.
        scope: Name that keeps files apart, e.g. `actors`.

    Yields:
        The same quads without blank nodes.
    """
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    for quad in dataset:
        subject, object_ = quad.subject, quad.object
        if isinstance(subject, BlankNode):
            subject = NamedNode(f"{GENID}{scope}-{subject.value}")
        if isinstance(object_, BlankNode):
            object_ = NamedNode(f"{GENID}{scope}-{object_.value}")
        yield Quad(subject, quad.predicate, object_, quad.graph_name)


def restore_blank_nodes(quads: Iterable[Quad], genid: str = GENID) -> Iterator[Quad]:
    """Turn the IRIs of `name_blank_nodes` into blank nodes again."""
    for quad in quads:
        subject, object_ = quad.subject, quad.object
        if isinstance(subject, NamedNode) and subject.value.startswith(genid):
            subject = BlankNode(_label(subject, genid))
        if isinstance(object_, NamedNode) and object_.value.startswith(genid):
            object_ = BlankNode(_label(object_, genid))
        yield Quad(subject, quad.predicate, object_, quad.graph_name)


def _label(node: NamedNode, genid: str) -> str:
    return node.value.removeprefix(genid).replace("-", "")

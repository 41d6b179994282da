"""RDF documents: the same triples in each syntax."""

from __future__ import annotations

import io
from collections.abc import Iterable

from pyoxigraph import DefaultGraph, Quad

from kg import exporting
from service.negotiation import N_QUADS, TRIG, Format
from service.state import state

_WITH_GRAPHS = (TRIG, N_QUADS)


def body(quads: Iterable[Quad], chosen: Format, *, skolem_iris: bool = False) -> bytes:
    """A document in a syntax.

    Args:
        quads: What it says.
        chosen: One of the RDF formats; only TriG and N-Quads keep the graphs, since a client that
            reads JSON-LD as one graph would leave out what stands in named ones.
        skolem_iris: Whether nodes without a name of their own keep the IRI that we gave them.

    Returns:
        The bytes.
    """
    if chosen not in _WITH_GRAPHS:
        plain = DefaultGraph()
        quads = {Quad(q.subject, q.predicate, q.object, plain) for q in quads}
    buffer = io.BytesIO()
    named = exporting.format_named(chosen.name)
    base = state().settings.base_iri
    exporting.serialise(quads, buffer, named, base, skolem_iris=skolem_iris)
    return buffer.getvalue()

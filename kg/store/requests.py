"""The request of a commit: one SPARQL Update, which the engine applies as one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from kg.errors import InvalidRdf
from kg.namespaces import JOURNAL
from kg.store import replacing


def _has_blank(quad: Quad | Triple) -> bool:
    return any(
        isinstance(term, BlankNode) or (isinstance(term, Triple) and _has_blank(term))
        for term in (quad.subject, quad.object)
    )


def line(quad: Quad) -> bytes:
    """A quad as a line of N-Quads.

    Raises:
        InvalidRdf: It has a blank node, or is of the journal.
    """
    if _has_blank(quad) or isinstance(quad.graph_name, BlankNode):
        raise replacing.blank(str(quad))
    if quad.graph_name == JOURNAL:
        raise InvalidRdf("The journal is written by commits only.", where=str(quad))
    return f"{quad} .".encode()


def _block(quads: Iterable[Quad]) -> str:
    """Quads as the inside of DELETE DATA or INSERT DATA, terms written by the RDF library."""
    by_graph: dict[str, list[str]] = {}
    for quad in quads:
        default = isinstance(quad.graph_name, DefaultGraph)
        by_graph.setdefault("" if default else str(quad.graph_name), []).append(f"{quad.triple} .")
    parts = []
    for name, lines in by_graph.items():
        text = "\n".join(lines)
        parts.append(f"GRAPH {name} {{\n{text}\n}}" if name else text)
    return "\n".join(parts)


def request(
    removed: Iterable[Quad], added: Iterable[Quad], emptied: Iterable[NamedNode] = ()
) -> str:
    """The request that removes some quads, then some graphs, and adds some quads."""
    out, into = _block(removed), _block(added)
    delete = f"DELETE DATA {{\n{out}\n}} ;\n" if out else ""
    drop = "".join(f"DROP SILENT GRAPH {name} ;\n" for name in emptied)
    return f"{delete}{drop}INSERT DATA {{\n{into}\n}}"

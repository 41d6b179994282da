"""Two things become one: what was said of a record is said of the thing that it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, Store

from kg import skolem
from kg.assembling import DERIVED
from kg.linking.links import LINKS, Link, iri_of
from kg.namespaces import DCTERMS, JOURNAL, RDF_TYPE, RDFS, SKOS, graph, istc
from kg.store import changes, journal

#: What declares a record: the thing that it is has all of this itself.
_DECLARING = frozenset(
    {
        RDF_TYPE,
        NamedNode(RDFS + "label"),
        NamedNode(SKOS + "altLabel"),
        NamedNode(DCTERMS + "description"),
        istc("namedIn"),
    }
)
#: Graphs that nobody states.
_APART = frozenset({*DERIVED, LINKS, JOURNAL, graph("catalogue")})


def renamed(quads: Iterable[Quad], same: Mapping[str, str]) -> Iterator[Quad]:
    """Quads as they are when records are things.

    Args:
        quads: Quads.
        same: IRI of a record → IRI of the thing that it is.

    Returns:
        The quads with the things in place of the records, without what only declares a record.
    """
    nodes: dict[NamedNode | BlankNode, NamedNode | BlankNode] = {
        NamedNode(record): NamedNode(thing) for record, thing in same.items()
    }
    said = (q for q in quads if q.subject not in nodes or q.predicate not in _DECLARING)
    return skolem.renamed(said, lambda node: nodes.get(node, node))


def merged(store: Store, same: Mapping[str, str]) -> tuple[set[Quad], set[Quad]]:
    """What changes when records are things that are there.

    Args:
        store: The graph.
        same: IRI of a record → IRI of the thing that it is.

    Returns:
        Quads to be added and to be removed, in graphs that no build makes: those of a build follow
        when it is made again.
    """
    apart = _APART | {NamedNode(iri) for iri in _made(store)}
    removed = {
        quad
        for node in map(NamedNode, same)
        for quad in (
            *store.quads_for_pattern(node, None, None),
            *store.quads_for_pattern(None, None, node),
        )
        if quad.graph_name not in apart
    }
    return set(renamed(removed, same)), removed


def _made(store: Store) -> tuple[str, ...]:
    for line in reversed(journal.standing(journal.entries(store))):
        if line.entry.activity == "build":
            return line.entry.graphs
    return ()


def merged_by(home: Path, store: Store, link: Link) -> int | None:
    """The change in which the data of a record became those of the thing that it is.

    Args:
        home: ISTC_HOME.
        store: The current data version.
        link: An accepted link.

    Returns:
        Its number; None where the decision changed no data.
    """
    record = NamedNode(iri_of(link.candidate))
    for line in reversed(journal.standing(journal.entries(store))):
        accepted = line.entry.note.partition("accepted: ")[2].partition(";")[0]
        if line.entry.activity == "review" and link.number in accepted.split(", "):
            taken = changes.read(home, line.number).removed
            data = (q for q in taken if q.graph_name not in _APART)
            return line.number if any(record in (q.subject, q.object) for q in data) else None
    return None


__all__ = ["merged", "merged_by", "renamed"]

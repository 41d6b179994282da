"""Descriptions as RDF: of a thing, of a named graph, of the ontology, of the questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg import asking, rq
from kg.asking import Selecting
from kg.citing import text_of
from kg.description import Thing
from kg.figures import rows_about
from kg.rq import Term


def _quads(rows: Iterable[dict[str, Term]]) -> Iterator[Quad]:
    for row in rows:
        subject, predicate, object_ = row["subject"], row["predicate"], row["object"]
        graph = row.get("graph")
        if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode):
            name = graph if isinstance(graph, NamedNode) else DefaultGraph()
            yield Quad(subject, predicate, object_, name)


def document(engine: Selecting, iri: str) -> list[Quad]:
    """The RDF description of a thing, whole.

    Args:
        engine: Where to ask.
        iri: IRI of the thing, or of a named graph.

    Returns:
        What the graph says of it and of the facts it has a part in, their places, and the labels
        of all IRIs mentioned; empty when there is nothing.
    """
    if "/graph/" in iri:
        return list(_quads(rows_about(engine, "graph-document", "graph", [iri])))
    rows = rows_about(engine, "document", "thing", [iri])
    # What is used as a property only has its statements for a description.
    quads = list(_quads(rows or rows_about(engine, "uses", "predicate", [iri])))
    mentioned = {
        term.value
        for quad in quads
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, NamedNode)
    }
    quads += _quads(rows_about(engine, "labels-document", "subject", sorted(mentioned)))
    return list(dict.fromkeys(quads))


def questions(engine: Selecting) -> list[Quad]:
    """The catalogue of questions as RDF: each a `sh:SPARQLExecutable` with its parameters."""
    rows = engine.select(rq.load("kg", "queries", "browse", "questions").text)
    return list(dict.fromkeys(_quads(rows)))


def parameters(engine: Selecting) -> list[Quad]:
    """The parameters of all questions as RDF, each with the questions that have it."""
    rows = engine.select(rq.load("kg", "queries", "browse", "parameters").text)
    return list(dict.fromkeys(_quads(rows)))


def graph_sizes(engine: Selecting) -> dict[str, int]:
    """IRI of each named graph → number of its triples."""
    rows = engine.select(rq.load("kg", "queries", "browse", "graph-size").text)
    return {text_of(row["graph"]): int(text_of(row["number"])) for row in rows}


def graph_contents(engine: Selecting, iri: str) -> list[tuple[Thing, int]]:
    """The classes of the things that a named graph types, with their numbers, most first."""
    rows = rows_about(engine, "graph-counts", "graph", [iri])
    counts = Counter({text_of(row["class"]): int(text_of(row["number"])) for row in rows})
    named = asking.labels(engine, counts)
    return [(Thing(i, named.get(i, {})), number) for i, number in counts.most_common()]


def terms(engine: Selecting) -> dict[str, dict[str, list[Term]]]:
    """The terms of the ontology: IRI → property → values."""
    found: dict[str, dict[str, list[Term]]] = {}
    for row in engine.select(rq.load("kg", "queries", "browse", "terms").text):
        properties = found.setdefault(text_of(row["term"]), {})
        properties.setdefault(text_of(row["predicate"]), []).append(row["object"])
    return found

"""What is in the graph, said in the graph: DCAT, VoID and the catalogue of questions, and counts.

The queries stand in `kg/queries/describe`; the result goes to graph/catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Store

from kg import asking, catalogue, rq
from kg.asking import Selecting
from kg.catalogue import Bilingual
from kg.namespaces import DCTERMS, ID, RDF_TYPE, RDFS_LABEL, SH, graph


@dataclass(frozen=True)
class Count:
    """How many things or facts there are of one kind, or from one document."""

    iri: str
    label: Bilingual
    number: int


@dataclass(frozen=True)
class Summary:
    """What is in the graph.

    Attributes:
        triples: Distinct triples in the union of all graphs.
        things: Things by their most specific class.
        facts: Facts by kind.
        documents: Facts by the document that states them.
    """

    triples: int
    things: tuple[Count, ...]
    facts: tuple[Count, ...]
    documents: tuple[Count, ...]


def catalogue_quads(store: Store) -> Iterator[Quad]:
    """The quads of graph/catalogue.

    Args:
        store: The staged graph.

    Yields:
        DCAT and VoID descriptions, and the questions as `sh:SPARQLExecutable`.
    """
    target = graph("catalogue")
    for file in rq.read_all("kg", "queries", "describe"):
        if "CONSTRUCT" not in file.text:
            continue
        triples = cast(QueryTriples, store.query(file.text, use_default_graph_as_union=True))
        for triple in triples:
            yield Quad(triple.subject, triple.predicate, triple.object, target)
    for question in catalogue.questions():
        node = NamedNode(f"{ID}question/{question.id}")
        yield Quad(node, RDF_TYPE, NamedNode(SH + "SPARQLExecutable"), target)
        yield Quad(node, RDF_TYPE, NamedNode(SH + "SPARQLSelectExecutable"), target)
        yield Quad(node, NamedNode(SH + "select"), Literal(question.text), target)
        for language in asking.LANGUAGES:
            for predicate, text in (
                (RDFS_LABEL, question.title),
                (NamedNode(DCTERMS + "description"), question.rationale),
                (NamedNode(DCTERMS + "subject"), question.theme),
            ):
                yield Quad(node, predicate, Literal(text[language], language=language), target)


def _counts(engine: Selecting, name: str) -> tuple[Count, ...]:
    rows = engine.select(rq.load("kg", "queries", "describe", name).text)
    iris = [str(getattr(row["kind"], "value", "")) for row in rows]
    named = asking.labels(engine, iris)
    return tuple(
        Count(iri, named.get(iri, {}), int(str(getattr(row["number"], "value", "0"))))
        for iri, row in zip(iris, rows, strict=True)
    )


def summary(engine: Selecting) -> Summary:
    """Count what is in the graph.

    Args:
        engine: Where to ask.

    Returns:
        The counts, largest first.
    """
    triples = engine.select(rq.load("kg", "queries", "describe", "count-triples").text)
    return Summary(
        int(str(getattr(triples[0]["number"], "value", "0"))),
        _counts(engine, "count-things"),
        _counts(engine, "count-facts"),
        _counts(engine, "count-documents"),
    )

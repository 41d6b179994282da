"""What is in the graph, said in the graph: DCAT, VoID and the catalogue of questions, and counts.

The queries stand in `kg/queries/describe`; the result goes to graph/catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Store

from kg import asking, catalogue, rq, skolem
from kg.asking import Selecting
from kg.catalogue import Bilingual, Parameter, Question
from kg.namespaces import (
    BASE,
    DCTERMS,
    ID,
    ISTC,
    PREFIXES,
    RDF,
    RDFS,
    SH,
    SKOS,
    VOCAB,
    XSD,
    graph,
)

DCAT = PREFIXES["dcat"]
_TYPE = RDF + "type"


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
        for subject, predicate, object_ in _about(question):
            yield Quad(subject, NamedNode(predicate), object_, target)


Statement = tuple[NamedNode, str, NamedNode | Literal]


def _about(question: Question) -> Iterator[Statement]:
    """What the catalogue says of a question (SHACL-SPARQL executables, sections 5 and 6)."""
    node = NamedNode(f"{ID}question/{question.id}")
    yield node, _TYPE, NamedNode(SH + "SPARQLExecutable")
    yield node, _TYPE, NamedNode(SH + "SPARQLSelectExecutable")
    yield node, SH + "select", Literal(question.text)
    yield node, DCTERMS + "identifier", Literal(question.id)
    for language in asking.LANGUAGES:
        for predicate, text in (
            (RDFS + "label", question.title),
            (DCTERMS + "description", question.rationale),
            (DCTERMS + "subject", question.theme),
        ):
            yield node, predicate, Literal(text[language], language=language)
        for word in question.keywords.get(language, ()):
            yield node, DCAT + "keyword", Literal(word, language=language)
    for number, parameter in enumerate(question.parameters, 1):
        yield from _about_parameter(question, parameter, number)


def _about_parameter(question: Question, parameter: Parameter, number: int) -> Iterator[Statement]:
    """What the catalogue says of a parameter (SHACL, section 6.2: sh:Parameter)."""
    node = NamedNode(f"{skolem.GENID}question-{question.id}-{parameter.name}")
    yield NamedNode(f"{ID}question/{question.id}"), SH + "parameter", node
    yield node, _TYPE, NamedNode(SH + "Parameter")
    # The variable is the local name of the path.
    yield node, SH + "path", NamedNode(f"{BASE}parameter#{parameter.name}")
    yield node, SH + "optional", Literal(True)
    yield node, SH + "order", Literal(number)
    yield node, SH + "maxCount", Literal(1)
    for language, text in parameter.label.items():
        yield node, SH + "name", Literal(text, language=language)
    if parameter.type == "thing":
        yield node, SH + "class", NamedNode(ISTC + parameter.of)
    elif parameter.type == "concept":
        yield node, SH + "class", NamedNode(SKOS + "Concept")
        yield node, SKOS + "inScheme", NamedNode(VOCAB + parameter.of)
    else:
        kinds = {"year": XSD + "integer", "number": XSD + "decimal"}
        yield node, SH + "datatype", NamedNode(kinds.get(parameter.type, XSD + "string"))
    if parameter.type == "range":
        yield node, DCTERMS + "format", Literal(f"{parameter.of}..{parameter.of}")
    for predicate, limit in (
        ("minInclusive", parameter.minimum),
        ("maxInclusive", parameter.maximum),
    ):
        if limit is not None and parameter.type != "range":
            yield node, SH + predicate, Literal(limit)
    if parameter.default is not None:
        yield node, SH + "defaultValue", _default(parameter, parameter.default)


def _default(parameter: Parameter, value: str) -> NamedNode | Literal:
    if parameter.type == "thing":
        return NamedNode(ID + value.removeprefix(ID))
    if parameter.type == "concept":
        key = value.removeprefix(VOCAB)
        return NamedNode(VOCAB + (key if "/" in key else f"{parameter.of}/{key}"))
    kinds = {"year": XSD + "integer", "number": XSD + "decimal"}
    return Literal(value, datatype=NamedNode(kinds.get(parameter.type, XSD + "string")))


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

"""The forms of one description: RDF syntaxes, their links, and what a document says of itself."""

from __future__ import annotations

from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg import browsing
from kg.description import Description
from kg.namespaces import DCTERMS, PREFIXES, RDF_TYPE, RDFS, SKOS, XSD
from service import addresses
from service.home.datasets import changed
from service.negotiation import Format
from service.rdf import body
from service.schema_org import AUTHOR
from service.signposting import LICENCE, Links
from service.state import engine, state, version

_FOAF = PREFIXES["foaf"]


def _about_document(iri: str) -> list[Quad]:
    """What the document says of itself."""
    base = state().settings.base_iri
    here = NamedNode(base + addresses.document(iri).removeprefix("/"))
    graph = DefaultGraph()
    at = changed()
    modified = [] if at is None else [Literal(at, datatype=NamedNode(XSD + "dateTime"))]
    return [
        *(Quad(here, NamedNode(DCTERMS + "modified"), found, graph) for found in modified),
        Quad(here, RDF_TYPE, NamedNode(_FOAF + "Document"), graph),
        Quad(here, NamedNode(_FOAF + "primaryTopic"), NamedNode(iri), graph),
        Quad(here, NamedNode(DCTERMS + "license"), NamedNode(LICENCE), graph),
        Quad(
            here,
            NamedNode(PREFIXES["void"] + "inDataset"),
            NamedNode(base + "dataset/istc-kg"),
            graph,
        ),
        Quad(here, NamedNode(DCTERMS + "hasVersion"), Literal(str(version().number)), graph),
    ]


def rdf(iri: str, chosen: Format, links: Links) -> bytes | None:
    """The RDF document of a thing.

    Args:
        iri: IRI of the thing.
        chosen: One of the RDF formats.
        links: The links of the document, which are told its classes and authors.

    Returns:
        The document; None when the graph says nothing of the thing.
    """
    quads = browsing.document(engine(), iri)
    if not quads:
        return None

    def values(predicate: str) -> list[str]:
        return [
            quad.object.value
            for quad in quads
            if isinstance(quad.object, NamedNode)
            and quad.predicate.value == predicate
            and quad.subject == NamedNode(iri)
            and not str(quad.graph_name).endswith("/inferred>")
        ]

    links.about(dict.fromkeys(values(RDF_TYPE.value)), dict.fromkeys(values(AUTHOR)))
    skolem_iris = "/.well-known/genid/" in iri
    return body([*quads, *_about_document(iri)], chosen, skolem_iris=skolem_iris)


def embedded(description: Description) -> dict[str, Any]:
    """The names and classes of a thing as JSON-LD 1.1, for the head of its page.

    Args:
        description: The description.

    Returns:
        A node object; its triples are among those of the RDF document.
    """
    alternatives = [
        {"@value": text, "@language": tag} if tag else {"@value": text}
        for tag, texts in description.alternatives.items()
        for text in texts
    ]
    node: dict[str, Any] = {
        "@id": description.thing.iri,
        "@type": [found.iri for found in description.classes],
        RDFS + "label": [
            {"@value": text, "@language": tag} for tag, text in description.thing.label.items()
        ],
        SKOS + "altLabel": alternatives,
    }
    return {key: value for key, value in node.items() if value}

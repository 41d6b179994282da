"""The forms of one description: RDF syntaxes, their links, and what a document says of itself."""

from __future__ import annotations

from typing import Any

from flask import Response
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg import browsing
from kg.description import Description
from kg.namespaces import DCTERMS, PREFIXES, RDF_TYPE, RDFS, SKOS
from service import addresses
from service.negotiation import DOCUMENTS, RDF, Format
from service.rdf import body
from service.state import engine, state, version

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_FOAF = PREFIXES["foaf"]


def _about_document(iri: str) -> list[Quad]:
    """What the document says of itself."""
    base = state().settings.base_iri
    here = NamedNode(base + addresses.document(iri).removeprefix("/"))
    graph = DefaultGraph()
    return [
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


def rdf(iri: str, chosen: Format) -> bytes | None:
    """The RDF document of a thing.

    Args:
        iri: IRI of the thing.
        chosen: One of the RDF formats.

    Returns:
        The document; None when the graph says nothing of the thing.
    """
    quads = browsing.document(engine(), iri)
    if not quads:
        return None
    return body([*quads, *_about_document(iri)], chosen)


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


def alternates(iri: str) -> list[tuple[str, str]]:
    """Address and media type of each form of a document."""
    return [
        (addresses.public(addresses.document(iri, item.name)), item.media_type)
        for item in DOCUMENTS
    ]


def link(response: Response, iri: str, classes: list[str], *, fixed: bool) -> Response:
    """Signposting: what the document is about, its other forms, its licence.

    Args:
        response: The answer to mark.
        iri: IRI of the thing described.
        classes: IRIs of its classes.
        fixed: Whether the address names one form; then the negotiated one is canonical.

    Returns:
        The answer.
    """
    links = [f'<{addresses.header(iri)}>; rel="cite-as"', f'<{LICENCE}>; rel="license"']
    links += [f'<{addresses.header(found)}>; rel="type"' for found in classes[:5]]
    for address, media_type in alternates(iri):
        links.append(f'<{address}>; rel="alternate"; type="{media_type}"')
        if media_type in [item.media_type for item in RDF]:
            links.append(f'<{address}>; rel="describedby"; type="{media_type}"')
    if fixed:
        links.append(f'<{addresses.public(addresses.document(iri))}>; rel="canonical"')
    response.headers["Link"] = ", ".join(links)
    return response

"""Read documents of RDF, without reaching for anything that they name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat

from kg import skolem
from kg.changing.canonical import canonical
from kg.changing.steps import Load, Part
from kg.errors import InvalidRdf, OutsideAccess

#: Syntaxes that are read, by media type; the first of each format is the one we send.
MEDIA_TYPES: dict[str, RdfFormat] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
    "text/n3": RdfFormat.N3,
    "application/x-turtle": RdfFormat.TURTLE,
    "application/x-trig": RdfFormat.TRIG,
    "text/plain": RdfFormat.N_TRIPLES,
    "application/xml": RdfFormat.RDF_XML,
    "text/xml": RdfFormat.RDF_XML,
    "application/json": RdfFormat.JSON_LD,
}
#: Where an XML document type can stand: before the first element.
_PROLOG = 65536
_PLACE = re.compile(r"^Parser error at line \d+ (?:between columns \d+ and \d+|column \d+): ")
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)


def read(load: Load, genid: str) -> Iterator[Quad]:
    """The quads of the documents of a step.

    Args:
        load: The step.
        genid: Beginning of the IRIs that blank nodes get.

    Yields:
        Quads without blank nodes, in the graph of the step where it has one, with literals as the
        engine keeps them.

    Raises:
        InvalidRdf: A document does not parse, or names graphs although it is for one.
        OutsideAccess: It asks for something outside: a remote context, a document type.
    """
    for part in load.parts:
        # The same document in another graph is about other nodes.
        name = hashlib.sha256(f"{part.checksum} {load.graph or ''}".encode()).hexdigest()
        numbered = skolem.number_blank_nodes(_placed(part, load), f"{genid}{name[:16]}-")
        yield from canonical(numbered)


def _placed(part: Part, load: Load) -> Iterator[Quad]:
    target = NamedNode(load.graph) if load.graph else DefaultGraph()
    plain = DefaultGraph()
    for quad in parsed(part, load.base_iri):
        if load.graph is None:
            yield quad
        elif quad.graph_name != plain:
            raise InvalidRdf(
                "The document names graphs, but it is sent into one graph.",
                where=_where(part, str(quad.graph_name)),
                hint="Send it to the whole store, without a graph.",
            )
        else:
            yield Quad(quad.subject, quad.predicate, quad.object, target)


def parsed(part: Part, base_iri: str) -> Iterator[Quad]:
    """The quads of a document as they stand in it.

    Args:
        part: The document.
        base_iri: For relative IRIs.

    Raises: As for `read`.
    """
    rdf_format = MEDIA_TYPES[part.media_type]
    if rdf_format == RdfFormat.RDF_XML:
        _no_document_type(part)
    base = None if rdf_format in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS) else base_iri
    try:
        yield from pyoxigraph.parse(path=part.path, format=rdf_format, base_iri=base)
    except SyntaxError as error:
        message = str(error.msg)
        if "LoadDocumentCallback" in message:
            raise OutsideAccess(
                "The document refers to a remote JSON-LD context, which is not fetched.",
                where=_where(part, "@context"),
                hint="Put the context into the document.",
            ) from error
        raise _wrong(part, message, error.lineno, error.offset) from error
    except ValueError as error:
        raise _wrong(part, str(error), None, None) from error
    except MemoryError as error:
        # The parser holds no more of one statement.
        raise _wrong(part, "A statement is too long.", None, None) from error


def _where(part: Part, place: str) -> str:
    return f"{part.name}, {place}" if part.name else place


def _wrong(part: Part, message: str, line: int | None, column: int | None) -> InvalidRdf:
    place = "" if line is None else f"line {line}"
    said = _PLACE.sub("", message)
    return InvalidRdf(
        f"The RDF cannot be read: {said}",
        where=_where(part, place) if place or part.name else None,
        hint="Check the place, and that the media type is that of the content.",
        extra={} if line is None else {"line": line, "column": column},
    )


def _no_document_type(part: Part) -> None:
    """Refuse a document type: its entities can name files and grow without end."""
    with Path(part.path).open("rb") as file:
        begin = file.read(_PROLOG)
    # UTF-16 is not read at all, so that bytes are letters here.
    found = _DOCTYPE.search(begin)
    if found is not None:
        line = begin.count(b"\n", 0, found.start()) + 1
        raise OutsideAccess(
            "The document has a document type (DTD), which is not read.",
            where=_where(part, f"line {line}"),
            hint="Save it without <!DOCTYPE …> and entities; RDF libraries do.",
        )

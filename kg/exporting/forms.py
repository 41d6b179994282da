"""RDF formats by their names, and graphs small enough for memory written in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

import pyoxigraph
from pyoxigraph import Quad, RdfFormat, Triple

from kg import skolem
from kg.errors import InvalidInput
from kg.namespaces import BASE, PREFIXES

FORMATS: dict[str, RdfFormat] = {
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
_ENDINGS = {"rdf": "rdfxml", "owl": "rdfxml", "json": "jsonld"}
#: Formats that name graphs; the others get the union of all graphs.
DATASETS = (RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.JSON_LD)
_LINES = (RdfFormat.N_QUADS, RdfFormat.N_TRIPLES)


def format_named(name: str) -> RdfFormat:
    """The RDF format of a name or of a file's ending.

    Raises:
        InvalidInput: There is no such format.
    """
    key = _ENDINGS.get(name, name)
    if key not in FORMATS:
        raise InvalidInput(
            f"“{name}” is not a format for graphs.", hint=f"Use one of: {', '.join(FORMATS)}."
        )
    return FORMATS[key]


def prefixes(base_iri: str) -> dict[str, str]:
    """Our prefixes, for a base of our IRIs."""
    return {name: iri.replace(BASE, base_iri) for name, iri in PREFIXES.items()}


def serialise(
    items: Iterable[Quad],
    out: IO[bytes],
    rdf_format: RdfFormat,
    base_iri: str = BASE,
    *,
    skolem_iris: bool = False,
) -> None:
    """Write quads that fit into memory in a format.

    Args:
        items: The quads.
        out: Where to write, in binary.
        rdf_format: The format; without named graphs it gets the union as triples.
        base_iri: Base of our IRIs, for the prefixes.
        skolem_iris: Whether nodes without a name of their own keep the IRI that we gave them, also
            in formats for reading.
    """
    found = list(items)
    if rdf_format in _LINES:
        lines = {str(q if rdf_format in DATASETS else q.triple) + " .\n" for q in found}
        out.writelines(line.encode("utf-8") for line in sorted(lines))
        return
    genid = skolem.GENID.replace(BASE, base_iri)
    named = found if skolem_iris else list(skolem.restore_blank_nodes(found, genid))
    content: list[Quad] | list[Triple]
    if rdf_format in DATASETS:
        content = sorted(named, key=lambda q: (str(q.graph_name), str(q)))
    else:
        content = sorted({q.triple for q in named}, key=str)
    pyoxigraph.serialize(content, output=out, format=rdf_format, prefixes=prefixes(base_iri))

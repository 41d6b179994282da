"""The description of the endpoint: SPARQL 1.1 Service Description with VoID counts."""

from __future__ import annotations

import pyoxigraph
from flask import Response, render_template
from pyoxigraph import RdfFormat

from kg import browsing
from service import addresses, caching, rdf
from service.negotiation import GRAPHS, ROWS, Format, vary
from service.state import engine, state, version

_FORMATS = "http://www.w3.org/ns/formats/"
#: IRIs of formats (W3C “Unique URIs for File Formats”) by the name of our format.
_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "rdf": "RDF_XML",
    "jsonld": "JSON-LD",
}


def answer(chosen: Format) -> Response:
    """The description in a format."""
    now = version()
    settings = state().settings
    site = addresses.site()
    etag = caching.tag(now.digest, "service", site, chosen.name)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    text = render_template(
        "sparql/description.ttl",
        endpoint=site + "/sparql",
        base=settings.base_iri,
        formats=[_FORMATS + _NAMES[item.name] for item in (*ROWS, *GRAPHS)],
        sizes=state().kept.get(now.digest, "sizes", lambda: browsing.graph_sizes(engine())),
        version=now,
        seconds=settings.query_seconds,
    )
    quads = pyoxigraph.parse(input=text, format=RdfFormat.TURTLE)
    response = Response(rdf.body(quads, chosen), content_type=chosen.content_type)
    response.set_etag(etag)
    response.headers["Link"] = f'<{addresses.public("/catalog")}>; rel="describedby"'
    return vary(response)

"""The description of the endpoint: SPARQL 1.1 Service Description with VoID counts."""

from __future__ import annotations

import pyoxigraph
from flask import Response, render_template
from pyoxigraph import RdfFormat

from kg.tokens import Tokens
from service import addresses, caching, rdf
from service.home.datasets import data_sets, sizes
from service.negotiation import GRAPHS, N_QUADS, RDF, ROWS, Format, vary
from service.state import state, version

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
    "trig": "TriG",
    "nq": "N-Quads",
}


def _iris(*formats: Format) -> list[str]:
    return [_FORMATS + _NAMES[item.name] for item in formats]


def writable() -> bool:
    """Whether somebody holds a token with which the graph can be changed."""
    tokens = Tokens(state().settings).all()
    return any(token.allows("write") and not token.expired() for token in tokens)


def answer(chosen: Format) -> Response:
    """The description in a format.

    It names what is really done: updates only while there is a token for them, the union of all
    graphs only where it is the default graph, and no federation, which is refused.

    Args:
        chosen: One of the RDF formats.

    Returns:
        The description.
    """
    now = version()
    settings = state().settings
    site, writes = addresses.site(), writable()
    etag = caching.tag(now, "service", site, str(writes), chosen.name)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    text = render_template(
        "sparql/description.ttl",
        endpoint=site + "/sparql",
        site=site,
        base=settings.base_iri,
        languages=["SPARQL11Query", *(["SPARQL11Update"] if writes else [])],
        features=["UnionDefaultGraph"] if settings.dataset == "union" else [],
        results=_iris(*ROWS, *GRAPHS),
        inputs=_iris(*RDF, N_QUADS) if writes else [],
        triples=data_sets()[0].triples,
        sizes=sizes(),
        version=now,
    )
    quads = pyoxigraph.parse(input=text, format=RdfFormat.TURTLE)
    response = Response(rdf.body(quads, chosen), content_type=chosen.content_type)
    response.set_etag(etag)
    response.headers["Link"] = f'<{addresses.public("/catalog")}>; rel="describedby"'
    return vary(response)

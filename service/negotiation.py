"""Choose a representation: RFC 9110 section 12, `format=` aliases, and the Vary header.

Quality decides; between equal qualities a type that the client names beats one that it only covers
with a wildcard, and then our own order decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, request
from werkzeug.datastructures import MIMEAccept

from kg.errors import InvalidInput, NotAcceptable


@dataclass(frozen=True)
class Format:
    """A representation that we can send.

    Attributes:
        name: Ending of a file and value of `format=`.
        media_type: Media type that is sent.
        also: Further media types that ask for it.
        aliases: Further values of `format=`.
    """

    name: str
    media_type: str
    also: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """Value of the Content-Type header."""
        text = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if text else self.media_type


HTML = Format("html", "text/html", ("application/xhtml+xml",))
JSON = Format("json", "application/json")
CSV = Format("csv", "text/csv")
RQ = Format("rq", "application/sparql-query")
TURTLE = Format("ttl", "text/turtle", ("application/x-turtle",), ("turtle",))
JSON_LD = Format("jsonld", "application/ld+json", (), ("json-ld",))
N_TRIPLES = Format("nt", "application/n-triples", ("text/plain",), ("ntriples", "n-triples"))
RDF_XML = Format("rdf", "application/rdf+xml", (), ("rdfxml", "rdf+xml", "rdf/xml", "owl"))
TRIG = Format("trig", "application/trig", ("application/x-trig",))
N_QUADS = Format("nq", "application/n-quads", (), ("nquads",))
RESULTS_JSON = Format(
    "json", "application/sparql-results+json", ("application/json",), ("srj", "sparql-json")
)
RESULTS_XML = Format(
    "xml", "application/sparql-results+xml", ("application/xml", "text/xml"), ("srx",)
)
TSV = Format("tsv", "text/tab-separated-values")

#: Representations of a description, best first.
DOCUMENTS = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG)
RDF = DOCUMENTS[1:]
#: What is sent to a client that accepts anything, by form of the query.
ROWS = (RESULTS_JSON, RESULTS_XML, CSV, TSV)
GRAPHS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)


def _rank(accept: MIMEAccept, media_type: str) -> tuple[float, int]:
    """Quality that a client gives to a type, and how precisely it names it."""
    best = (0.0, -1)
    kind, _, sub = media_type.partition("/")
    named = -1
    for value, quality in accept:
        pattern = value.partition(";")[0].strip().lower()
        precise = {media_type: 2, f"{kind}/*": 1, "*/*": 0, "*": 0}.get(pattern, -1)
        if precise > named:
            named, best = precise, (quality, precise)
    return best if sub else (0.0, -1)


def choose(formats: Sequence[Format], name: str | None = None) -> Format:
    """The format to send.

    Args:
        formats: What can be sent, our preference first.
        name: Value of `format=` or ending of the path, which beats the Accept header.

    Returns:
        The chosen format.

    Raises:
        InvalidInput: No format has this name.
        NotAcceptable: None of the formats fits the Accept header.
    """
    if name:
        for item in formats:
            if name.lower() in (item.name, item.media_type, *item.also, *item.aliases):
                return item
        known = ", ".join(item.name for item in formats)
        raise InvalidInput(
            f"“{name}” is not a format of this answer.",
            where="format",
            hint=f"Use one of: {known}.",
            extra={"parameter": "format", "available": [item.name for item in formats]},
        )
    accept = request.accept_mimetypes
    if not accept:
        return formats[0]
    best, rank = formats[0], (0.0, -1)
    for item in formats:
        for media_type in (item.media_type, *item.also):
            found = _rank(accept, media_type)
            if found[0] > 0 and found > rank:
                best, rank = item, found
    if rank[0] <= 0:
        available = [item.media_type for item in formats]
        raise NotAcceptable(
            "None of the types that you accept can be sent.",
            where=f"Accept: {accept.to_header()}",
            hint=f"Ask for one of: {', '.join(available)}.",
            extra={"available": available},
        )
    return best


def wants_page() -> bool:
    """Whether the client is a browser: it names HTML, and no data type before it."""
    accept = request.accept_mimetypes
    html = max(_rank(accept, HTML.media_type), _rank(accept, "application/xhtml+xml"))
    data = max(
        _rank(accept, kind) for kind in ("application/problem+json", "application/json")
    )
    return html[1] > 0 and html[0] > 0 and html > data


def vary(response: Response, headers: Iterable[str] = ("Accept", "Accept-Language")) -> Response:
    """Say which request headers the answer depends on."""
    response.vary.update(headers)
    return response

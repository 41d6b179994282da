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
# Every Turtle document is an N3 document too.
TURTLE = Format(
    "ttl",
    "text/turtle",
    ("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3", "application/n3"),
    ("turtle", "n3"),
)
JSON_LD = Format("jsonld", "application/ld+json", ("application/x-json+ld",), ("json-ld",))
N_TRIPLES = Format("nt", "application/n-triples", ("text/plain",), ("ntriples", "n-triples"))
RDF_XML = Format("rdf", "application/rdf+xml", (), ("rdfxml", "rdf+xml", "rdf/xml", "owl", "xml"))
TRIG = Format("trig", "application/trig", ("application/x-trig",))
N_QUADS = Format("nq", "application/n-quads", (), ("nquads",))
RESULTS_JSON = Format(
    "json", "application/sparql-results+json", ("application/json",), ("srj", "sparql-json")
)
RESULTS_XML = Format(
    "xml", "application/sparql-results+xml", ("application/xml", "text/xml"), ("srx",)
)
SRJ = Format("srj", "application/sparql-results+json")
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
BIBTEX = Format("bib", "application/x-bibtex", ("text/x-bibtex",), ("bibtex",))
RIS = Format("ris", "application/x-research-info-systems")
TSV = Format("tsv", "text/tab-separated-values")

#: Representations of a description, best first.
DOCUMENTS = (HTML, TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG)
RDF = DOCUMENTS[1:]
#: What is sent to a client that accepts anything, by form of the query.
ROWS = (RESULTS_JSON, RESULTS_XML, CSV, TSV)
GRAPHS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)


#: How precise a range is that names one media type.
_NAMED = 2


def _rank(accept: MIMEAccept, media_type: str) -> tuple[float, int]:
    """Quality that a client gives to a type, and how precisely it names it."""
    best = (0.0, -1)
    kind, _, sub = media_type.partition("/")
    named = -1
    for value, quality in accept:
        pattern = value.partition(";")[0].strip().lower()
        precise = {media_type: _NAMED, f"{kind}/*": 1, "*/*": 0, "*": 0}.get(pattern, -1)
        if precise > named:
            named, best = precise, (quality, precise)
    return best if sub else (0.0, -1)


def choose(formats: Sequence[Format], names: str | Sequence[str] | None = None) -> Format:
    """The format to send.

    Args:
        formats: What can be sent, our preference first.
        names: Values of `format=` or the ending of the path, which beat the Accept header; the
            first that is known counts, since clients name one format in several ways.

    Returns:
        The chosen format.

    Raises:
        InvalidInput: There are names, and no format has one of them.
        NotAcceptable: None of the formats fits the Accept header.
    """
    given = [names] if isinstance(names, str) else list(names or ())
    # A plus sign that a client left unescaped arrives as a blank.
    asked = [
        part.strip().lower().replace(" ", "+")
        for name in given
        for part in name.split(",")
        if part.strip()
    ]
    for name in asked:
        for item in formats:
            if name in (item.name, item.media_type, *item.also, *item.aliases):
                return item
    if asked:
        known = [item.name for item in formats]
        raise InvalidInput(
            f"“{given[0]}” is not a format of this answer.",
            where="format",
            hint=f"Use one of: {', '.join(known)}.",
            extra={"parameter": "format", "available": known},
        )
    accept = request.accept_mimetypes
    if not accept:
        return formats[0]
    best, rank = formats[0], (0.0, -1)
    for item in formats:
        for media_type in (item.media_type, *item.also):
            found = _rank(accept, media_type)
            # Another name of a type counts where the client gives it, not under a wildcard.
            if media_type != item.media_type and found[1] < _NAMED:
                continue
            if found[0] > 0 and found > rank:
                best, rank = item, found
    if rank[0] <= 0:
        available = [item.media_type for item in formats]
        raise NotAcceptable(
            "None of the types that you accept can be sent.",
            where=f"Accept: {accept.to_header()}",
            hint=f"Use one of: {', '.join(available)}.",
            extra={"available": available},
        )
    return best


def wants_page() -> bool:
    """Whether the client is a browser: it names HTML, and no data type before it."""
    accept = request.accept_mimetypes
    html = max(_rank(accept, HTML.media_type), _rank(accept, "application/xhtml+xml"))
    data = max(_rank(accept, kind) for kind in ("application/problem+json", "application/json"))
    return html[1] > 0 and html[0] > 0 and html > data


def vary(response: Response, headers: Iterable[str] = ("Accept", "Accept-Language")) -> Response:
    """Say which request headers the answer depends on."""
    response.vary.update(headers)
    return response

"""The alignments of the ontology: each set of mappings as a page, as SSSOM, and as RDF."""

from __future__ import annotations

from flask import Response, render_template

from kg import browsing
from kg.browsing import Alignment
from kg.errors import NotFound
from service import addresses, negotiation, rdf
from service.negotiation import HTML, RDF, TSV, vary
from service.signposting import Link, header

FORMATS = (HTML, TSV, *RDF)
_PATH = "/ontology/alignments"


def listing() -> str:
    """All sets of mappings."""
    return render_template("browse/alignments.html", sets=browsing.alignments().values())


def alignment(name: str) -> Response:
    """A set of mappings, by the ending of the path or by Accept.

    Raises:
        NotFound: There is none of this name.
    """
    stem, dot, ending = name.rpartition(".")
    fixed = next((item for item in FORMATS if dot and ending == item.name), None)
    known = browsing.alignments()
    found = known.get(stem if fixed else name)
    if found is None:
        raise NotFound(
            "The address does not name a thing.",
            where=name,
            extra={"suggestions": [addresses.public(f"{_PATH}/{one}") for one in known]},
        )
    chosen = fixed or negotiation.choose(FORMATS)
    body: str | bytes = found.text
    if chosen is HTML:
        body = render_template("browse/alignments.html", sets=[found], links=_links(found))
    elif chosen is not TSV:
        body = rdf.body(found.quads(), chosen)
    response = Response(body, content_type=chosen.content_type)
    response.add_etag()
    response.headers["Link"] = header(_links(found))
    return vary(response)


def _links(found: Alignment) -> list[Link]:
    path = addresses.public(f"{_PATH}/{found.name}")
    return [
        Link("cite-as", found.iri),
        *(Link("alternate", f"{path}.{item.name}", item.media_type) for item in FORMATS),
    ]

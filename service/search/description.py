"""The description of the search for browsers and search engines (OpenSearch 1.1, draft 6)."""

from __future__ import annotations

from flask import Response, render_template

from service import addresses, caching, language
from service.language import translate
from service.negotiation import vary

PATH = "/opensearch.xml"
TYPE = "application/opensearchdescription+xml"


def _(message: str) -> str:
    """Mark a message for the catalogue; it is translated when it is shown."""
    return message


_ABOUT = _(
    "Bodies, countries, agreements, platforms, programmes, policies and documents of international "
    "science and technology cooperation."
)


def answer() -> Response:
    """How to search here; browsers offer it as a search engine of their own."""
    etag = caching.tag(None, "opensearch", addresses.site(), language.interface())
    same = caching.unchanged(etag)
    if same is not None:
        return same
    body = render_template(
        "search/opensearch.xml",
        site=addresses.site(),
        name=translate(_("ISTC evidence graph")),
        about=translate(_ABOUT),
    )
    response = Response(body, content_type=TYPE)
    response.set_etag(etag)
    return vary(response)


__all__ = ["PATH", "TYPE", "answer"]

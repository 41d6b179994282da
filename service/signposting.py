"""Typed links of a document, the same in the Link header and in the head of its page.

FAIR Signposting (https://signposting.org/FAIR/), level 1, with the relations of IANA's registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request

from service import addresses
from service.home.datasets import changed
from service.negotiation import DOCUMENTS, HTML, RDF, Format, vary

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ABOUT_PAGE = "https://schema.org/AboutPage"
#: Links of one relation at most, so that headers stay within what proxies take.
MOST = 20


@dataclass(frozen=True)
class Link:
    """A typed link (RFC 8288)."""

    rel: str
    target: str
    type: str | None = None

    def __str__(self) -> str:
        """As in a Link header."""
        kind = f'; type="{self.type}"' if self.type else ""
        return f'<{self.target}>; rel="{self.rel}"{kind}'


def header(links: Iterable[Link]) -> str:
    """The value of a Link header."""
    return ", ".join(dict.fromkeys(map(str, links)))


class Links:
    """The links of the document about one IRI.

    Args:
        iri: What the document is about.
        formats: The formats that it has.
    """

    def __init__(self, iri: str, formats: tuple[Format, ...] = DOCUMENTS) -> None:
        self.iri = iri
        self._formats = formats
        self._links = [
            Link("cite-as", addresses.header(iri)),
            Link("license", LICENCE),
            Link("type", ABOUT_PAGE),
        ]
        for item in formats:
            address = addresses.public(addresses.document(iri, item.name))
            self.add("alternate", address, item.media_type)
            if item in RDF:
                self.add("describedby", address, item.media_type)

    def add(self, rel: str, target: str, media_type: str | None = None) -> None:
        """Add a link, unless there are enough of its relation.

        Args:
            rel: Registered relation.
            target: IRI or address.
            media_type: What the target is.
        """
        if sum(link.rel == rel for link in self._links) < MOST:
            self._links.append(Link(rel, target, media_type))

    def about(self, classes: Iterable[str], authors: Iterable[str] = ()) -> None:
        """Say of which classes the thing is, which pages list it, and who wrote it.

        Args:
            classes: IRIs of its classes.
            authors: IRIs of its authors.
        """
        for found in classes:
            self.add("type", addresses.header(found))
            if addresses.term_of(found) is not None:
                page = addresses.public(addresses.document(found))
                self.add("collection", page, HTML.media_type)
        for author in authors:
            self.add("author", addresses.header(author))

    def __iter__(self) -> Iterator[Link]:
        """The links, for the head of a page."""
        return iter(self._links)

    def data(self) -> list[Link]:
        """The other forms of the page, as links on it: to this service, wherever it is."""
        return [
            Link(
                "alternate",
                addresses.local(addresses.document(self.iri, item.name)),
                item.media_type,
            )
            for item in self._formats
            if item is not HTML
        ]

    def on(self, response: Response, sent: Format, *, fixed: bool) -> Response:
        """Put the links on an answer, with the other headers of a document.

        Args:
            response: The answer.
            sent: Its format.
            fixed: Whether its address names the format; then the negotiated one is canonical.

        Returns:
            The answer.
        """
        links = list(self._links)
        if fixed:
            links.append(Link("canonical", addresses.public(addresses.document(self.iri))))
        response.headers["Link"] = header(links)
        response.headers["Content-Location"] = addresses.public(
            addresses.document(self.iri, sent.name)
        )
        at = changed()
        response.last_modified = None if at is None else datetime.fromisoformat(at)
        response.make_conditional(request)
        return vary(response)

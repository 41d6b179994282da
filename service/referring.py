"""How a thing of the graph is cited: as text, BibTeX and RIS."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from kg import asking, bibliography
from kg.bibliography import Reference
from kg.catalogue import Bilingual
from kg.description import Description, Value
from service import addresses, formatting, language
from service.home.datasets import changed
from service.negotiation import BIBTEX, RIS, Format
from service.state import version

#: Files of references that there are of a thing.
FORMATS = (BIBTEX, RIS)


def reference(iri: str, title: Bilingual) -> Reference:
    """What is cited.

    Args:
        iri: IRI of a thing.
        title: Its name.

    Returns:
        The thing as the data version says that answers.
    """
    now, at = version(), changed()
    day = datetime.now(UTC).date() if at is None else date.fromisoformat(at[:10])
    key = re.sub(r"[^0-9A-Za-z-]+", "-", f"istc-kg-{addresses.last_part(iri)}")
    return Reference(key, title, iri, now.number, now.digest, day, language.content())


def title(description: Description) -> Bilingual:
    """The name of a thing in both languages; of a fact what it is about, in the reader's."""
    if description.thing.label:
        return description.thing.label
    return {language.content(): formatting.title(description).text}


def file(description: Description, chosen: Format) -> str:
    """A file with the reference to a thing.

    Args:
        description: What the graph says of it.
        chosen: One of `FORMATS`.
    """
    cited = reference(description.thing.iri, title(description))
    return bibliography.bibtex(cited) if chosen is BIBTEX else bibliography.ris(cited)


def texts(cited: Reference) -> dict[str, str]:
    """The citation in each language that the title has, the reader's first."""
    tags = sorted(cited.title, key=lambda tag: tag != language.content())
    return {tag: bibliography.text(cited, tag) for tag in tags if tag in language.LANGUAGES}


def _texts(description: Description, name: str) -> dict[str, str]:
    """The values of a literal property of a document, by language."""
    return {
        item.node.language or "": item.node.text
        for relation in description.properties
        if relation.predicate.iri.endswith((f"#{name}", f"/{name}"))
        for item in relation.items
        if isinstance(item.node, Value)
    }


def byline(description: Description, year: bool = False) -> str:
    """Where a document was published, in one line: journal, time, volume, issue, pages.

    Args:
        description: What the graph says of the document.
        year: Whether the year is enough.
    """

    def one(name: str) -> str:
        return next(iter(_texts(description, name).values()), "")

    journal = _texts(description, "journal") or _texts(description, "publisher")
    published = one("published")[:4] if year else one("published")
    issue = f"({one('issue')})" if one("issue") else ""
    pages = f": {one('pages')}" if one("pages") else ""
    where = f"{one('volume')}{issue}{pages}".lstrip(": ")
    parts = (asking.pick(journal, language.content()) or "", published, where)
    return ", ".join(part for part in parts if part)


def own(description: Description) -> str:
    """How a source document is cited itself (GB/T 7714-2015), without its authors.

    The graph does not keep the order in which authors are printed, so none is made up.
    """
    kind = "J" if _texts(description, "journal") else "EB/OL"
    name = formatting.name(description.thing).text
    doi = "".join(f" DOI: {text}." for text in _texts(description, "doi").values())
    address = "" if doi else "".join(f" {text}." for text in _texts(description, "url").values())
    where = byline(description, year=True)
    return f"{name}[{kind}]. {where + '.' if where else ''}{doi}{address}".strip()

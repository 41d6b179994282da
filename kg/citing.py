"""Names of things, and the places in documents that state facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual
from kg.locators import located
from kg.rq import Term

LANGUAGES = ("zh", "en")
#: Things that one query asks for.
_AT_ONCE = 20_000
_IN = "inDocument"


class Selecting(Protocol):
    """What is needed of an engine: `kg.querying.Engine` is one."""

    def select(self, text: str) -> list[dict[str, Term]]:
        """Rows of a SELECT query."""
        ...


@dataclass(frozen=True)
class Source:
    """A place that states a fact.

    Attributes:
        fact: IRI of the fact.
        place: IRI of the place.
        document: IRI of the document.
        title: Title of the document.
        locator: Section, table or figure as printed.
        page: Printed page, where known.
        span: Character offsets into the text, where known.
        retrieved: Day on which the text was retrieved.
        doi: DOI of the document.
        upstream: Documents that the document itself names as its source: IRI → title.
    """

    fact: str
    place: str
    document: str
    title: Bilingual
    locator: str
    page: str | None = None
    span: tuple[int, int] | None = None
    retrieved: str | None = None
    doi: str | None = None
    upstream: dict[str, Bilingual] = field(default_factory=dict)

    def at(self, language: str) -> str:
        """The place in the document, in a reader's language."""
        return located(self.locator, language)

    def cite(self, language: str) -> str:
        """One line: title, place, page, retrieval date."""
        parts = [pick(self.title, language) or self.document]
        if self.locator:
            parts.append(self.at(language))
        if self.page:
            parts.append(f"p. {self.page}")
        if self.retrieved:
            parts.append(f"{'获取于' if language == 'zh' else 'retrieved'} {self.retrieved}")
        return ", ".join(parts)


def pick(label: Mapping[str, str], language: str) -> str | None:
    """The label in a language, else in the other one."""
    for wanted in (language, *LANGUAGES):
        if wanted in label:
            return label[wanted]
    return next(iter(label.values()), None)


def labels(engine: Selecting, iris: Iterable[str]) -> dict[str, Bilingual]:
    """Labels of things.

    Args:
        engine: Where to ask.
        iris: IRIs of the things.

    Returns:
        IRI → language → label, for those that have one.
    """
    found: dict[str, Bilingual] = {}
    for row in _about(engine, "labels", "thing", iris):
        label = row["label"]
        if isinstance(label, Literal):
            # A name without a language, such as the text of a period, is one in all of them.
            for tag in (label.language,) if label.language else LANGUAGES:
                found.setdefault(text_of(row["thing"]), {}).setdefault(tag, label.value)
    return found


def places(engine: Selecting, iris: Iterable[str]) -> dict[str, Source]:
    """Places in documents.

    Args:
        engine: Where to ask.
        iris: IRIs of the places.

    Returns:
        IRI → document, section, page, retrieval date, for those that are in a document; a place
        without a locator or page of its own has those of its section.
    """
    own: dict[str, dict[str, str]] = {}
    outer: dict[str, dict[str, str]] = {}
    for row in _about(engine, "places", "place", iris):
        into = outer if "section" in row else own
        name = text_of(row["property"]).rpartition("#")[2]
        into.setdefault(text_of(row["place"]), {})[name] = text_of(row["value"])
    documents = _documents(engine, {said[_IN] for said in own.values() if _IN in said})
    found: dict[str, Source] = {}
    for place in sorted(place for place, said in own.items() if _IN in said):
        said = outer.get(place, {}) | own[place]
        document = documents.get(said[_IN], _Document())
        found[place] = Source(
            "",
            place,
            said[_IN],
            document.title,
            said.get("locator", ""),
            said.get("page"),
            (int(said["charStart"]), int(said["charEnd"])) if "charStart" in said else None,
            document.retrieved,
            document.doi,
        )
    return found


def sources(engine: Selecting, facts: Iterable[str]) -> dict[str, tuple[Source, ...]]:
    """The places that state facts.

    Args:
        engine: Where to ask.
        facts: IRIs of the facts.

    Returns:
        IRI of a fact → its places; a derived fact has those of the facts it is computed from.
    """
    return cited(engine, facts)[0]


def cited(
    engine: Selecting, facts: Iterable[str], more: Iterable[str] = ()
) -> tuple[dict[str, tuple[Source, ...]], dict[str, Source]]:
    """The places that state facts, and further places, with as few queries.

    Args:
        engine: Where to ask.
        facts: IRIs of the facts.
        more: IRIs of further places.

    Returns:
        As `sources`, and as `places` for all of them.
    """
    stated: dict[str, set[str]] = {}
    upstream: dict[str, set[str]] = {}
    for row in _about(engine, "sources", "fact", facts):
        for name, into in (("place", stated), ("upstream", upstream)):
            if name in row:
                into.setdefault(text_of(row["fact"]), set()).add(text_of(row[name]))
    located = places(engine, {*more, *(place for some in stated.values() for place in some)})
    titles = _documents(engine, {iri for some in upstream.values() for iri in some})
    found: dict[str, tuple[Source, ...]] = {}
    for fact in sorted(stated):
        behind = {i: titles.get(i, _Document()).title for i in sorted(upstream.get(fact, ()))}
        some = [located[place] for place in stated[fact] if place in located]
        some.sort(key=lambda source: (source.document, source.locator, source.span or (-1, -1)))
        if some:
            found[fact] = tuple(replace(source, fact=fact, upstream=behind) for source in some)
    return found, located


@dataclass
class _Document:
    title: Bilingual = field(default_factory=dict)
    retrieved: str | None = None
    doi: str | None = None


def _documents(engine: Selecting, iris: Iterable[str]) -> dict[str, _Document]:
    found: dict[str, _Document] = {}
    for row in _about(engine, "documents", "document", iris):
        document = found.setdefault(text_of(row["document"]), _Document())
        name, value = text_of(row["property"]).rpartition("#")[2], row["value"]
        if name == "retrievedOn":
            document.retrieved = text_of(value)
        elif name == "doi":
            document.doi = text_of(value)
        elif isinstance(value, Literal):
            document.title[value.language or "en"] = value.value
    return found


def _about(
    engine: Selecting, name: str, variable: str, iris: Iterable[str]
) -> list[dict[str, Term]]:
    """Rows of a query of `kg/queries/ask` for these things."""
    return rows_for(engine, rq.load("kg", "queries", "ask", name), variable, sorted(set(iris)))


def rows_for(
    engine: Selecting, query: rq.RqFile, variable: str, iris: Iterable[str]
) -> list[dict[str, Term]]:
    """Rows of a query for some things, asked so many at a time.

    Args:
        engine: Where to ask.
        query: The query; each of its rows is of one thing.
        variable: The variable of the things, in a VALUES block of its own.
        iris: IRIs of the things, in the order in which they are asked for.

    Returns:
        The rows; none, unasked, for no things.
    """
    terms = [[NamedNode(iri)] for iri in iris]
    found: list[dict[str, Term]] = []
    for begin in range(0, len(terms), _AT_ONCE):
        found += engine.select(rq.bind(query.text, [variable], terms[begin : begin + _AT_ONCE]))
    return found


def text_of(term: Term | None) -> str:
    """The IRI or the text of a term; empty without one."""
    return "" if term is None else str(getattr(term, "value", term))

"""Names of things, and the places in documents that state facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.catalogue import Bilingual
from kg.rq import Term

LANGUAGES = ("zh", "en")


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

    def cite(self, language: str) -> str:
        """One line: title, place, page, retrieval date."""
        parts = [pick(self.title, language) or self.document]
        if self.locator:
            parts.append(self.locator)
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
    wanted = sorted(set(iris))
    if not wanted:
        return {}
    query = rq.bind(
        rq.load("kg", "queries", "ask", "labels").text, ["thing"], [[NamedNode(i)] for i in wanted]
    )
    found: dict[str, Bilingual] = {}
    for row in engine.select(query):
        label = row["label"]
        if isinstance(label, Literal):
            # A name without a language, such as the text of a period, is one in all of them.
            for tag in (label.language,) if label.language else LANGUAGES:
                found.setdefault(text_of(row["thing"]), {}).setdefault(tag, label.value)
    return found


def sources(engine: Selecting, facts: Iterable[str]) -> dict[str, tuple[Source, ...]]:
    """The places that state facts.

    Args:
        engine: Where to ask.
        facts: IRIs of the facts.

    Returns:
        IRI of a fact → its places; a derived fact has those of the facts it is computed from.
    """
    wanted = sorted(set(facts))
    if not wanted:
        return {}
    text = rq.load("kg", "queries", "ask", "sources").text
    query = rq.bind(text, ["fact"], [[NamedNode(i)] for i in wanted])
    places: dict[tuple[str, str], dict[str, Any]] = {}
    for row in engine.select(query):
        key = (text_of(row["fact"]), text_of(row["place"]))
        entry = places.setdefault(key, {"title": {}, "upstream": {}, "row": row})
        _add_label(entry["title"], row.get("title"))
        if "upstream" in row:
            upstream = entry["upstream"].setdefault(text_of(row["upstream"]), {})
            _add_label(upstream, row.get("upstreamTitle"))
    found: dict[str, list[Source]] = {}
    for (fact, place), entry in places.items():
        row = entry["row"]
        span = (int(text_of(row["start"])), int(text_of(row["end"]))) if "start" in row else None
        found.setdefault(fact, []).append(
            Source(
                fact,
                place,
                text_of(row["document"]),
                entry["title"],
                text_of(row["locator"]),
                _optional(row, "page"),
                span,
                _optional(row, "retrieved"),
                _optional(row, "doi"),
                entry["upstream"],
            )
        )
    return {fact: tuple(items) for fact, items in found.items()}


def text_of(term: Term | None) -> str:
    """The IRI or the text of a term; empty without one."""
    return "" if term is None else str(getattr(term, "value", term))


def _optional(row: Mapping[str, Term], name: str) -> str | None:
    return text_of(row[name]) if name in row else None


def _add_label(into: Bilingual, term: Term | None) -> None:
    if isinstance(term, Literal):
        into.setdefault(term.language or "en", term.value)

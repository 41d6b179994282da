"""Source documents and the places in them: what was taken from where, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal

from kg import asking
from kg.asking import Selecting, Source
from kg.catalogue import Bilingual
from kg.citing import places, text_of
from kg.description import Thing
from kg.figures import rows_about
from kg.namespaces import ISTC
from kg.rq import Term

#: Places that are no lines of an outline: what they state counts for the place around them.
_WITHIN = {ISTC + name for name in ("PassageLocation", "ParagraphLocation")}
_TABLE = ISTC + "TableLocation"
_LAST = 10**9
#: Places that the query gives at most.
_CUT = 5000


@dataclass
class Place:
    """A section, table, figure, note or record of a document.

    Attributes:
        thing: Its IRI and name.
        kind: IRI of its class.
        locator: What a reader finds it by, as printed.
        page: Printed page.
        number: Facts that it states, those of the places within it counted.
        start: Offset of the first passage in it that states something, for the order.
        below: The places within it that are lines of the outline.
    """

    thing: Thing
    kind: str = ""
    locator: str = ""
    page: str = ""
    number: int = 0
    start: int = _LAST
    below: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Omitted:
    """Texts that were left out for one reason."""

    reason: Thing
    texts: tuple[str, ...]
    number: int


@dataclass(frozen=True)
class Literature:
    """What the graph has from a document.

    Attributes:
        kinds: Facts by kind, most first.
        number: All facts that it states.
        places: The outline of its places.
        located: How many places state something; None where there are too many to count.
        omitted: What was left out, by reason, most first.
        upstream: The documents that it takes facts from, with their number, most first.
    """

    kinds: tuple[tuple[Thing, int], ...]
    number: int
    places: tuple[Place, ...]
    located: int | None
    omitted: tuple[Omitted, ...]
    upstream: tuple[tuple[Thing, int], ...]

    def __bool__(self) -> bool:
        """Whether anything was taken from the document itself."""
        return bool(self.number or self.places)


def literature(engine: Selecting, iri: str) -> Literature:
    """What the graph has from a document.

    Args:
        engine: Where to ask.
        iri: IRI of the document.

    Returns:
        Counts, the outline of its places, omissions and upstream documents.
    """
    kinds = _counted(rows_about(engine, "source-kinds", "document", [iri]), "kind")
    upstream = _counted(rows_about(engine, "upstream", "document", [iri]), "upstream")
    left: dict[str, list[str]] = {}
    for row in rows_about(engine, "omissions", "document", [iri]):
        left.setdefault(text_of(row["reason"]), []).append(text_of(row["text"]))
    roots, located = _outline(rows_about(engine, "source-places", "document", [iri]))
    lines = [place.thing.iri for root in roots for place in _walk(root)]
    names = asking.labels(engine, {*lines, *kinds, *upstream, *left})
    for root in roots:
        for place in _walk(root):
            place.thing = Thing(place.thing.iri, names.get(place.thing.iri, {}))

    def named(counts: dict[str, int]) -> tuple[tuple[Thing, int], ...]:
        return tuple((Thing(i, names.get(i, {})), number) for i, number in counts.items())

    omitted = [
        Omitted(Thing(reason, names.get(reason, {})), tuple(dict.fromkeys(texts)), len(texts))
        for reason, texts in left.items()
    ]
    omitted.sort(key=lambda one: (-one.number, one.reason.iri))
    return Literature(
        named(kinds), sum(kinds.values()), tuple(roots), located, tuple(omitted), named(upstream)
    )


def _counted(rows: Iterable[dict[str, Term]], name: str) -> dict[str, int]:
    return {text_of(row[name]): int(text_of(row["number"])) for row in rows if name in row}


def _walk(place: Place) -> Iterable[Place]:
    yield place
    for inner in place.below:
        yield from _walk(inner)


def _outline(rows: Iterable[dict[str, Term]]) -> tuple[list[Place], int | None]:
    """The lines of an outline, in the order of the text; and how many places state something."""
    found: dict[str, Place] = {}
    around: dict[str, str] = {}
    for row in rows:
        iri = text_of(row["place"])
        place = found.setdefault(iri, Place(Thing(iri)))
        place.kind = text_of(row["kind"])
        place.locator = text_of(row.get("locator"))
        place.page = text_of(row.get("page"))
        place.number = int(text_of(row["facts"])) if "facts" in row else 0
        if "start" in row and place.number:
            place.start = int(text_of(row["start"]))
        if "within" in row:
            around[iri] = text_of(row["within"])
    stating = sum(place.number > 0 for place in found.values())
    located = stating if len(found) < _CUT else None
    # The innermost first, so that numbers add up on the way out.
    for iri in sorted(found, key=lambda iri: -_depth(iri, around)):
        outer = found.get(around.get(iri, ""))
        if outer is None:
            continue
        place = found[iri]
        outer.number += place.number
        outer.start = min(outer.start, place.start)
        row_of_table = place.kind == _TABLE == outer.kind
        if place.kind not in _WITHIN and not row_of_table:
            outer.below.append(place)
    roots = [place for iri, place in found.items() if around.get(iri) not in found]
    for place in found.values():
        place.below.sort(key=_order)
    return sorted(roots, key=_order), located


def _depth(iri: str, around: dict[str, str]) -> int:
    depth, seen = 0, {iri}
    while (iri := around.get(iri, "")) and iri not in seen:
        seen.add(iri)
        depth += 1
    return depth


def _order(place: Place) -> tuple[int, list[tuple[int, str]]]:
    parts = re.findall(r"\d+|\D+", place.locator)
    return place.start, [(int(p), "") if p.isdigit() else (-1, p) for p in parts]


@dataclass(frozen=True)
class Fault:
    """A fault of the printed text: as printed, as it should be, and a note."""

    thing: Thing
    printed: str
    corrected: str
    note: Bilingual


@dataclass(frozen=True)
class Surroundings:
    """Where a place stands in its document.

    Attributes:
        source: The place itself: document, locator, page, offsets, day of retrieval.
        around: The places around it, the widest first.
        within: The places within it, in the order of the text, passages left out.
        faults: Faults of the printed text in it.
    """

    source: Source
    around: tuple[tuple[Thing, Source], ...]
    within: tuple[tuple[Thing, Source], ...]
    faults: tuple[Fault, ...]


def surroundings(engine: Selecting, iri: str) -> Surroundings | None:
    """Where a place stands in its document.

    Args:
        engine: Where to ask.
        iri: IRI of the place.

    Returns:
        Its surroundings; None for what is not in a document.
    """
    rows = rows_about(engine, "place", "place", [iri])
    depths = {text_of(r["other"]): int(text_of(r["depth"])) for r in rows if _is(r, "around")}
    inner = [text_of(row["other"]) for row in rows if _is(row, "within")]
    located = places(engine, {iri, *depths, *inner})
    if iri not in located:
        return None
    names = asking.labels(engine, {*depths, *inner})

    def listed(iris: Iterable[str]) -> tuple[tuple[Thing, Source], ...]:
        return tuple((Thing(i, names.get(i, {})), located[i]) for i in iris if i in located)

    # A passage has no name: what it states is listed with the facts of the place.
    named = [other for other in inner if other in names and other in located]
    named.sort(key=lambda other: _order(Place(Thing(other), locator=located[other].locator)))
    return Surroundings(
        located[iri],
        listed(sorted(depths, key=lambda other: depths[other])),
        listed(named),
        _faults(engine, iri),
    )


def _is(row: dict[str, Term], relation: str) -> bool:
    return text_of(row.get("relation")) == relation and "other" in row


def _faults(engine: Selecting, iri: str) -> tuple[Fault, ...]:
    found: dict[str, tuple[dict[str, str], Bilingual]] = {}
    for row in rows_about(engine, "text-issues", "place", [iri]):
        texts, note = found.setdefault(text_of(row["issue"]), ({}, {}))
        name, value = text_of(row["property"]).rpartition("#")[2], row["value"]
        if name == "noteText" and isinstance(value, Literal):
            note[value.language or "en"] = value.value
        else:
            texts[name] = text_of(value)
    return tuple(
        Fault(Thing(i), texts.get("printedText", ""), texts.get("correctedText", ""), note)
        for i, (texts, note) in found.items()
    )


__all__ = [
    "Fault",
    "Literature",
    "Omitted",
    "Place",
    "Surroundings",
    "literature",
    "surroundings",
]

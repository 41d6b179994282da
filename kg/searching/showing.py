"""What is shown of the things that were found: names, classes, countries, reasons, facets."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from kg.choosing import key_of
from kg.namespaces import ISTC
from kg.searching import alike, explaining, statements
from kg.searching.matching import Query
from kg.searching.results import Facet, Hit, Match

#: Values of a facet that are given.
_FACETS = 30
#: Number of a class → its IRI, its name by language, and how many things are of it.
Kinds = Mapping[int, tuple[str, Mapping[str, str], int]]


def kind_key(iri: str) -> str:
    """A class as it is asked for: the name of one of ours, else its IRI."""
    return iri.removeprefix(ISTC)


def label(zh: str | None, en: str | None) -> dict[str, str]:
    """A name by language."""
    return {tag: text for tag, text in (("zh", zh), ("en", en)) if text}


def hits(
    base: sqlite3.Connection, kinds: Kinds, query: Query, found: Sequence[tuple[int, str]]
) -> tuple[Hit, ...]:
    """Things with what is shown of them.

    Args:
        base: The index.
        kinds: The classes.
        query: What was typed.
        found: Numbers of things, and how they fit.

    Returns:
        The things, in this order.
    """
    numbers = {"things": json.dumps([thing for thing, _ in found])}
    things = {row[0]: row[1:] for row in base.execute(statements.THINGS, numbers).fetchall()}
    names: dict[int, list[explaining.Name]] = {}
    for thing, sort, language, text in base.execute(statements.NAMES, numbers).fetchall():
        names.setdefault(thing, []).append((sort, language, text))
    places: dict[int, list[str]] = {}
    for thing, iri in base.execute(statements.COUNTRIES, numbers).fetchall():
        places.setdefault(thing, []).append(iri)
    meant = alike.meant(base, query) if any(how == "alike" for _, how in found) else {}
    shown = []
    for thing, how in found:
        iri, zh, en, other, language, kind, number = things[thing]
        match = explaining.best(query, how, names[thing], meant)
        if query.text in (iri, key_of(iri)):
            match = Match("exact", query.text, "", ((0, len(query.text)),))
        named = label(zh, en) or {language or "und": other}
        countries = tuple(places.get(thing, ()))
        shown.append(Hit(iri, key_of(iri), named, kinds[kind][0], countries, number, match))
    return tuple(shown)


def labels(
    base: sqlite3.Connection, kinds: Kinds, shown: Sequence[Hit]
) -> dict[str, Mapping[str, str]]:
    """Names of the classes and countries of hits, by IRI."""
    held = {hit.kind for hit in shown}
    wanted = sorted({iri for hit in shown for iri in hit.countries})
    rows = base.execute(statements.LABELS, {"iris": json.dumps(wanted)}).fetchall()
    named = {iri: name for iri, name, _ in kinds.values() if iri in held}
    return {**named, **{iri: label(zh, en) for iri, zh, en in rows}}


def kind_facet(base: sqlite3.Connection, kinds: Kinds, things: Sequence[int]) -> tuple[Facet, ...]:
    """Classes of things, with how many are of each; a class that only repeats one is left out."""
    numbers = {"things": json.dumps(things)}
    rows = dict(base.execute(statements.KIND_FACET, numbers).fetchall())
    kept: dict[int, int] = {}
    for kind in sorted(rows, key=lambda kind: kinds[kind][2]):
        if kinds[kind][0] == ISTC + "Entity":
            continue
        # The narrower one is there already; the same things are also of the wider one.
        same = (narrow for narrow in kept if kept[narrow] == rows[kind])
        if not any(_shared(base, things, narrow, kind) == rows[kind] for narrow in same):
            kept[kind] = rows[kind]
    ordered = sorted(kept, key=lambda kind: (-kept[kind], kinds[kind][0]))[:_FACETS]
    return tuple(
        Facet(kind_key(iri), iri, name, kept[kind])
        for kind in ordered
        for iri, name, _ in [kinds[kind]]
    )


def _shared(base: sqlite3.Connection, things: Sequence[int], kind: int, other: int) -> int:
    values = {"things": json.dumps(things), "kind": kind, "other": other}
    return int(base.execute(statements.SHARED, values).fetchone()[0])


def country_facet(base: sqlite3.Connection, things: Sequence[int]) -> tuple[Facet, ...]:
    """Countries that things are located in, with how many are in each."""
    values = {"things": json.dumps(things), "limit": _FACETS}
    rows = base.execute(statements.COUNTRY_FACET, values).fetchall()
    return tuple(Facet(key_of(iri), iri, label(zh, en), number) for iri, zh, en, number in rows)


__all__ = ["Kinds", "country_facet", "hits", "kind_facet", "kind_key", "label", "labels"]

"""What a search finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: How a name fits what was typed, best first.
HOW = ("exact", "prefix", "words", "beginnings", "code", "inside", "alike")


@dataclass(frozen=True)
class Match:
    """Why a thing was found.

    Attributes:
        how: One of `HOW`.
        text: The name that fits, or the identifier.
        language: Language of the name; empty for identifiers.
        spans: The parts of it that fit: first character and the one after the last.
    """

    how: str
    text: str
    language: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Hit:
    """A thing that was found.

    Attributes:
        iri: Its IRI.
        key: Its short key, e.g. `org/cas`; else the IRI.
        label: Its name by language; under `und` where it has neither a Chinese nor an English one.
        kind: IRI of its narrowest class.
        countries: IRIs of the countries that it is located in.
        statements: How many statements of the graph it is a part of.
        match: Why it was found.
    """

    iri: str
    key: str
    label: Mapping[str, str]
    kind: str
    countries: tuple[str, ...]
    statements: int
    match: Match


@dataclass(frozen=True)
class Facet:
    """A value by which one can filter, with the things that would be left.

    Attributes:
        key: The value as it is asked for: `Organization`, `country/CHN`.
        iri: Its IRI.
        label: Its name by language.
        number: How many things there are with it.
    """

    key: str
    iri: str
    label: Mapping[str, str]
    number: int


@dataclass(frozen=True)
class Found:
    """What a search has found.

    Attributes:
        text: What was looked for.
        hits: The things asked for, best first.
        total: How many there are; `more` says whether there may be others beyond.
        more: Whether the search ended at its bound.
        kinds: Classes of what was found.
        countries: Countries of what was found.
        labels: Names of the classes and countries of the hits, by IRI.
    """

    text: str
    hits: tuple[Hit, ...]
    total: int
    more: bool
    kinds: tuple[Facet, ...]
    countries: tuple[Facet, ...]
    labels: Mapping[str, Mapping[str, str]]


__all__ = ["HOW", "Facet", "Found", "Hit", "Match"]

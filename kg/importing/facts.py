"""Rows of facts and declarations for importers: one function a kind of table, with usual cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from kg import resources, tables
from kg.errors import InvalidInput
from kg.importing.data_sets import Candidate, Linking
from kg.importing.rows import Item

#: Reads a code or name of an area as a data set writes it.
Area = Callable[[str], str | None]


def quantity(
    key: str,
    about: str,
    indicator: str,
    value: str,
    unit: str,
    period: str,
    location: str,
    **more: str,
) -> Item:
    """The row of a figure: exact and with a stated period, unless `more` says otherwise.

    Args:
        key: Number of the fact.
        about: Key of its subject.
        indicator: Key of the indicator without its kind, e.g. `gdp`.
        value: The decimal number as printed.
        unit: Key of the unit without its kind, e.g. `percent`.
        period: The reference period in EDTF.
        location: Key of its record.
        more: Further cells of the table `quantities`.
    """
    return "quantities", {
        "key": key,
        "about": about,
        "indicator": f"indicator/{indicator}",
        "value": value,
        "value_text": value,
        "unit": f"unit/{unit}",
        "qualifier": "exact",
        "period": period,
        "period_basis": "stated",
        "location": location,
    } | more


def relation(key: str, subject: str, predicate: str, to: str, location: str, **more: str) -> Item:
    """The row of a relation.

    Args:
        key: Number of the fact.
        subject: Key of the thing at which it begins.
        predicate: Local name of the property.
        to: What it leads to: a key, a concept `v:scheme/notation` or a quoted literal.
        location: Key of its record.
        more: Further cells of the table `relations`.
    """
    return "relations", {
        "key": key,
        "subject": subject,
        "predicate": predicate,
        "object": to,
        "location": location,
    } | more


def identifier(key: str, subject: str, scheme: str, value: str, name: str, location: str) -> Item:
    """The row of an identifier that its own data set assigns or gives.

    Args:
        key: Number of the fact.
        subject: Key of the thing.
        scheme: Notation of the identifier scheme.
        value: The identifier.
        name: Name of the thing in the record.
        location: Key of its record.
    """
    return "identifiers", {
        "key": key,
        "subject": subject,
        "scheme": scheme,
        "value": value,
        "method": "code",
        "matched_name": name,
        "location": location,
    }


def participation(key: str, of: str, agent: str, role: str, location: str, **more: str) -> Item:
    """The row of a participation.

    Args:
        key: Number of the fact.
        of: Key of what is taken part in.
        agent: Key of who takes part.
        role: Notation of the scheme role.
        location: Key of its record.
        more: Further cells of the table `participations`.
    """
    return "participations", {
        "key": key,
        "in": of,
        "agent": agent,
        "role": role,
        "location": location,
    } | more


def pair(one: str, other: str) -> tuple[str, str]:
    """An unordered pair of areas as subject and counterpart: China first, else as they stand."""
    return (other, one) if other == "country/CHN" else (one, other)


@cache
def _declarations(kind: str) -> dict[str, Mapping[str, str]]:
    item = resources.root("kg", "importing", f"{kind}.csv")
    found = tables.read(item, "importing")
    first = found.columns[0]
    return {row.cells[first]: row.cells for row in found.rows}


class Declared:
    """Declares what several data sets share, each once, as soon as one of its facts needs it.

    The declarations stand in tables beside this module: `indicators.csv`, `units.csv`,
    `areas.csv`. What they do not hold is declared elsewhere in the graph.
    """

    def __init__(self) -> None:
        self._said: set[str] = set()

    def first(self, key: str) -> bool:
        """Whether a key is met for the first time."""
        if key in self._said:
            return False
        self._said.add(key)
        return True

    def __call__(self, key: str) -> Iterator[Item]:
        """The row that declares a key, the first time; for an indicator, that of its unit too."""
        if not self.first(key):
            return
        kind = key.partition("/")[0]
        table = {"indicator": "indicators", "unit": "units"}.get(kind, "areas")
        cells = _declarations(table).get(key)
        if cells is None:
            return
        if kind == "indicator":
            yield from self(cells["unit"])
        shown = {"group": "groups", "population": "activities"}.get(kind, "places")
        yield shown if table == "areas" else table, cells


def areas(link: Linking, codes: Mapping[str, str | None]) -> Area:
    """A reader of the codes or names of areas of a data set.

    Args:
        link: Finds countries.
        codes: Key of an area by code or name, where it is none of ISO 3166-1 or its name is
            peculiar to the data set; None where no area is meant. A value without `/` is the
            code or name by which the country is found.

    Returns:
        A function that gives the key of an area, None when the code is to be left out.

    Raises:
        InvalidInput: (The function) A code is not known.
    """

    @cache
    def read(text: str) -> str | None:
        known = codes.get(text, text)
        if known is None or "/" in known:
            return known
        key = link.country(known)
        if key is None:
            raise InvalidInput(
                f"“{text}” is no area that is known.", hint="Add it to the yaml of the data set."
            )
        return key

    return read


class Met(NamedTuple):
    """A thing of a data set.

    Attributes:
        key: Its key in the graph.
        first: Whether the data set names it for the first time.
        new: Whether it is also new to the graph and must be declared.
    """

    key: str
    first: bool
    new: bool


class Things:
    """Gives the things of a data set their keys, and tells which must be declared."""

    def __init__(self, link: Linking) -> None:
        self._link = link
        self._keys: dict[str, str] = {}

    def __call__(self, candidate: Candidate) -> Met:
        """Look up a candidate; its own key must always be the same."""
        own = candidate.key
        first = own not in self._keys
        if first:
            self._keys[own] = self._link.key(candidate)
        key = self._keys[own]
        return Met(key, first, first and key == own)

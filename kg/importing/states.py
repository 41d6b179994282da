"""States as lists of treaties and memberships name them, also those that are no more.

`states.csv` holds the names: older and inverted names of countries that still exist, and states
that do not, which are things of their own and never one of their successors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kg import resources, tables
from kg.importing import rows
from kg.importing.data_sets import Linking
from kg.importing.rows import Item
from kg.tables import LIST_SEPARATOR


@dataclass(frozen=True)
class State:
    """What a name stands for.

    Attributes:
        key: Key of a country, or of a state that is no more.
        renamed: Whether the country has another name today, so that the printed one is told.
    """

    key: str
    renamed: bool


@cache
def _table() -> tuple[dict[str, str], dict[str, tuple[str, str]], dict[str, int]]:
    """Key by name in lower case; labels and last year by key of the states that are no more."""
    keys: dict[str, str] = {}
    labels: dict[str, tuple[str, str]] = {}
    until: dict[str, int] = {}
    for row in tables.read(resources.root("kg", "importing", "states.csv"), "importing").rows:
        cells = row.cells
        keys |= {name.lower(): cells["key"] for name in cells["names"].split(LIST_SEPARATOR)}
        if cells["label_en"]:
            labels[cells["key"]] = (cells["label_zh"], cells["label_en"])
        if cells["until"]:
            until[cells["key"]] = int(cells["until"])
    return keys, labels, until


class States:
    """Finds states by name, and declares those that are no more when they are met first.

    Attributes:
        new: Rows of such states that have not been given out yet.
    """

    def __init__(self, link: Linking) -> None:
        self._link = link
        self._declared: set[str] = set()
        self.new: list[Item] = []

    def find(self, name: str, place: str, year: int | None = None) -> State | None:
        """What a name stands for.

        Args:
            name: The name as printed.
            place: Key of the record that names it.
            year: When it was called so, where that is known: a name may be of another state later.

        Returns:
            The state, or None when the name is of no state that is known.
        """
        keys, labels, until = _table()
        key = keys.get(name.lower())
        if key is None or (year is not None and year > until.get(key, year)):
            country = self._link.country(name)
            return State(country, renamed=False) if country else None
        if key in labels and key not in self._declared:
            self._declare(key, *labels[key], place)
        return State(key, renamed=key not in labels)

    def own(self, name: str, place: str) -> State:
        """A state or territory of that name as a thing of its own."""
        key = f"state/{rows.slug(name)}"
        if key not in self._declared:
            self._declare(key, "", name.title(), place)
        return State(key, renamed=False)

    def declared(self) -> Iterator[Item]:
        """The rows of states that are new since the last time."""
        yield from self.new
        self.new.clear()

    def _declare(self, key: str, zh: str, en: str, place: str) -> None:
        self._declared.add(key)
        thing = {"key": key, "class": "GeopoliticalEntity", "label_zh": zh, "label_en": en}
        self.new.append(("places", thing | {"named_in": place}))


def printed(name: str) -> dict[str, str]:
    """The remark that a name is printed so."""
    return {"note_zh": f"来源写作“{name}”。", "note_en": f"Printed as “{name}”."}

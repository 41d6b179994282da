"""Things that tables declare: each is one of the graph, has its own key, or gets a new one.

What is known of a thing stands in several sheets: its names in its own row, its identifiers and its
country in others. So all rows are looked at before anything is decided.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg import mapping
from kg.importing.naming import Names, is_key
from kg.importing.tabling import Layout
from kg.linking import Candidate, Linker
from kg.namespaces import ID
from kg.tables import LIST_SEPARATOR, Row

_LABELS = ("label_zh", "label_en")
_OTHERS = ("alt_zh", "alt_en")
#: Relations that say in which country a thing is.
_COUNTRY = ("country", "locatedIn")
#: Table whose rows say what a thing is of which only the name is given.
ACTORS = "actors"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_DIGITS = 10


@dataclass(slots=True)
class Thing:
    """A thing that a row declares.

    Attributes:
        plan: How its sheet is read.
        number: Number of its row.
        own: The key in its row; may be empty.
        labels: Its labels, Chinese before English; may be empty.
        others: Its other names.
        identifiers: Scheme → value, from the sheet of identifiers.
        country: Key of its country, from the sheet of relations.
        key: The key that it gets.
        named: Its class, where nothing but its name stands in a cell of another's row.
    """

    plan: Layout
    number: int
    own: str
    labels: tuple[str, str]
    others: tuple[str, ...]
    identifiers: dict[str, str] | None = None
    country: str | None = None
    key: str = ""
    named: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All its names."""
        return tuple(filter(None, (*self.labels, *self.others)))

    @property
    def kind(self) -> str:
        """First part of its key."""
        kinds = self.plan.how.kinds
        return self.own.partition("/")[0] or kinds.get(self.plan.table, self.plan.how.name)


class Declared:
    """The things of an import.

    Args:
        source: Key of the source.
        names: Finds what cells mean; takes up the names of the things.
        link: Finds things that are in the graph already.

    Attributes:
        linked: Things that were there already: IRI, and the cell that names it.
    """

    def __init__(self, source: str, names: Names, link: Linker | None) -> None:
        self._source = source
        self._names = names
        self._link = link
        self._things: dict[tuple[int, int], Thing] = {}
        self._named: dict[str, Thing] = {}
        self._told: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._located = names.spellings(_COUNTRY)
        self._used: Counter[str] = Counter()
        self.linked: dict[str, str] = {}

    def add(self, row: Row, plan: Layout) -> None:
        """Note what a row declares, or tells of a thing."""
        first = plan.how.columns.get("key")
        cells = row.cells
        if first is not None and first.type == "id":
            labels = (cells.get("label_zh", ""), cells.get("label_en", ""))
            others = (n for name in _OTHERS for n in cells.get(name, "").split(LIST_SEPARATOR))
            thing = Thing(plan, row.number, cells["key"], labels, tuple(filter(None, others)))
            self._things[plan.number, row.number] = thing
        elif plan.how.name == "identifiers":
            self._told[cells["subject"].casefold()].append((cells["scheme"], cells["value"]))
        elif plan.how.name == "relations" and cells["predicate"] in self._located:
            self._told[cells["subject"].casefold()].append(("", cells["object"]))
        for name, column in plan.how.columns.items():
            if column.declares and cells[name]:
                self._name(row, plan, cells[name].split(LIST_SEPARATOR), column.declares)

    def _name(self, row: Row, plan: Layout, texts: list[str], kind: str) -> None:
        """Note what a cell calls by name; what is known by it is left out when all is seen."""
        countries = row.cells.get("country", "").split(LIST_SEPARATOR)
        actors = replace(plan, table=ACTORS, how=mapping.mappings()[ACTORS])
        for at, text in enumerate(texts):
            if text.casefold() not in self._named and not is_key(text):
                labels = (text, "") if _CHINESE.search(text) else ("", text)
                thing = Thing(actors, row.number, "", labels, (), named=kind)
                thing.country = self._in(countries[min(at, len(countries) - 1)])
                self._named[text.casefold()] = thing

    def _in(self, text: str) -> str | None:
        """The key of a country that a cell names."""
        if text.startswith("country/") or not text:
            return text or None
        return None if self._link is None else self._link.countries.find(text)

    def settle(self) -> Iterator[Thing]:
        """Give each thing its key.

        Yields:
            The things with their keys, in the order of their rows.
        """
        known = {name.casefold() for one in self._things.values() for name in one.names}
        self._named = {
            name: one
            for name, one in self._named.items()
            if name not in known and not self._names.in_graph_by_name(one.names)
        }
        for thing in (*self._things.values(), *self._named.values()):
            for name in (thing.own, *thing.names):
                for scheme, value in self._told.get(name.casefold(), ()):
                    self._tell(thing, scheme, value)
            thing.key = self._key(thing)
            if self._names.in_graph(ID + thing.key):
                self.linked[ID + thing.key] = thing.own or next(iter(thing.names), "")
            self._names.add(ID + thing.key, thing.names)
            yield thing

    def _tell(self, thing: Thing, scheme: str, value: str) -> None:
        if scheme:
            thing.identifiers = {scheme.casefold(): value} | (thing.identifiers or {})
        else:
            thing.country = self._in(value) or thing.country

    def _key(self, thing: Thing) -> str:
        if thing.own and self._names.in_graph(ID + thing.own):
            return thing.own
        key = thing.own or self._new(thing)
        if self._link is None or not thing.plan.how.kinds:
            same = self._names.same(thing.kind, *thing.labels)
            return key if same is None else same.removeprefix(ID)
        return self._link.key(
            Candidate(thing.kind, key, thing.identifiers or {}, thing.names, thing.country)
        )

    def _new(self, thing: Thing) -> str:
        """A key that follows from the names, so that other rows may come before it."""
        told = LIST_SEPARATOR.join(thing.labels)
        digest = hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]
        key = f"{thing.kind}/{self._source}-{digest}"
        self._used[key] += 1
        return key if self._used[key] == 1 else f"{key}-{self._used[key]}"

    def rows(self) -> Iterator[Row]:
        """Rows that say what new things are of which other rows give but the name."""
        for thing in self._named.values():
            if ID + thing.key in self.linked:
                continue
            zh, en = thing.labels
            said = {"key": thing.key, "class": thing.named, "label_zh": zh, "label_en": en}
            cells = dict.fromkeys(thing.plan.how.columns, "") | said
            yield Row(ACTORS, self._source, thing.number, cells, thing.plan.sheet)

    def keyed(self, row: Row, plan: Layout) -> Row:
        """A row under the key of its thing; as it is when it declares none."""
        thing = self._things.get((plan.number, row.number))
        if thing is None:
            return row
        cells = {**row.cells, "key": thing.key}
        return Row(row.table, row.source, row.number, cells, row.sheet)


__all__ = ["ACTORS", "Declared", "Thing"]

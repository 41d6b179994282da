"""UK Treaties Online: agreements with their parties, subjects and dates."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import ijson

from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.rows import Item
from kg.importing.states import States, printed
from kg.importing.subjects import Subjects
from kg.tables import Table

_FILE = "uk-treaties-science-china.json"
#: Characters of a UUID that tell the treaties apart.
_KEY = 13


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_Reading(about, link).items(folder))


class _Reading:
    def __init__(self, about: DataSet, link: Linking) -> None:
        self._about, self._link = about, link
        self._states = States(link)
        self._subjects = Subjects(about.more["scheme"], about.more["subjects"])
        self._organizations: set[str] = set()

    def items(self, folder: Path) -> Iterator[Item]:
        yield rows.document(self._about)
        yield self._subjects.scheme()
        try:
            with (folder / _FILE).open("rb") as file:
                for number, record in enumerate(ijson.items(file, "item"), start=1):
                    yield from self._of(record, number)
        except (OSError, ijson.JSONError, KeyError) as error:
            raise InvalidInput(f"Not a list of treaties: {error}.", where=_FILE) from error

    def _of(self, record: dict[str, Any], number: int) -> Iterator[Item]:
        identity = record["uuid"][:_KEY]
        key, place, keys = f"agreement/uk-{identity}", f"t-{identity}", rows.fact_keys(number)
        title = rows.clean(html.unescape(record["title"]))
        yield rows.record(place, record["uuid"], f"记录：{title}", f"Record: {title}")
        yield (
            "agreements",
            {"key": key, "class": "Treaty", "label_en": title, "named_in": place},
        )
        for predicate, target, more in self._facts(record, place):
            yield from self._states.declared()
            yield facts.relation(next(keys), key, predicate, target, place, **more)
        yield from self._subjects.declared()

    def _facts(
        self, record: dict[str, Any], place: str
    ) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Predicate, object and remarks of what a record states."""
        for predicate, fields in self._about.more["dates"].items():
            day = next(filter(None, (_day(record.get(field)) for field in fields)), None)
            if day:
                yield predicate, f'"{day}"^^date', {}
        if record.get("subject"):
            yield "theme", self._subjects.concept(rows.clean(record["subject"])), {}
        said: set[tuple[str, str]] = set()
        for name in map(rows.clean, record.get("country_name", "").split(";")):
            for predicate, target, more in self._party(name, place):
                if (predicate, target) not in said:
                    said.add((predicate, target))
                    yield predicate, target, more

    def _party(self, name: str, place: str) -> Iterator[tuple[str, str, dict[str, str]]]:
        if not name or name in self._about.more["without"]:
            return
        if name != name.upper():
            country = self._link.country(name)
            if country:
                yield "involves", country, printed(name)
            return
        if name in self._about.more["organizations"]:
            yield "hasParty", self._organization(name, place), {}
            return
        state = self._states.find(name, place) or self._states.own(name, place)
        yield "hasParty", state.key, printed(name) if state.renamed else {}

    def _organization(self, name: str, place: str) -> str:
        entry: dict[str, str] = self._about.more["organizations"][name]
        if "key" in entry:
            return entry["key"]
        zh, en = entry["zh"], entry["en"]
        own = entry.get("own", f"org/uk-{rows.slug(en)}")
        identifiers = {"ror": entry["ror"]} if "ror" in entry else {}
        key = self._link.key(Candidate("org", own, identifiers, (en, zh)))
        if key == own and key not in self._organizations:
            self._organizations.add(key)
            thing = {"key": key, "class": "IntergovernmentalOrganization", "named_in": place}
            self._states.new.append(("actors", thing | {"label_zh": zh, "label_en": en}))
        return key


def _day(text: str | None) -> str | None:
    """A date of the form dd/mm/yyyy; None when there is none or it does not exist."""
    try:
        return datetime.strptime(text or "", "%d/%m/%Y").date().isoformat()
    except ValueError:
        return None

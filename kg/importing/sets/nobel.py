"""Nobel prizes in the sciences: who was honoured when, and where the laureates worked then."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import ijson

from kg.errors import InvalidInput
from kg.importing import facts, people, rows
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.facts import Things
from kg.importing.rows import Item
from kg.tables import Table

_LAUREATES = "laureate.json"
Record = dict[str, Any]


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_Reading(about, link).items(folder))


class _Reading:
    """The rows of the laureates, one pass."""

    def __init__(self, about: DataSet, link: Linking) -> None:
        self._about = about
        self._things = Things(link)
        self._area = facts.areas(link, about.more["areas"])

    def items(self, folder: Path) -> Iterator[Item]:
        yield rows.document(self._about)
        yield rows.record("prizes", "category", "各奖项", "The prizes")
        for number, prize in enumerate(self._about.more["prizes"].values(), start=1):
            yield (
                "programmes",
                {
                    "key": prize["key"],
                    "class": "Programme",
                    "label_zh": prize["zh"],
                    "label_en": prize["en"],
                    "named_in": "prizes",
                },
            )
            field = f"v:ford/{prize['field']}"
            yield facts.relation(f"{number:08d}", prize["key"], "fieldOfScience", field, "prizes")
        try:
            with (folder / _LAUREATES).open("rb") as file:
                for record in ijson.items(file, "laureates.item"):
                    yield from self._laureate(record)
        except (OSError, KeyError, ijson.JSONError) as error:
            raise InvalidInput(f"Not a list of laureates: {error}.", where=_LAUREATES) from error

    def _laureate(self, record: Record) -> Iterator[Item]:
        prizes: dict[str, Record] = self._about.more["prizes"]
        won = [prize for prize in record["prizes"] if prize.get("category") in prizes]
        if not won:
            return
        number, keys = record["id"], rows.fact_keys(int(record["id"]))
        name = rows.clean(f"{record['firstname']} {record.get('surname', '')}")
        place = f"laureate-{number}"
        yield rows.record(place, f"id = {number}", f"得主 {number}", f"Laureate {number}")
        person = yield from people.person(
            self._things, f"person/nobel-{number}", {"nobel": number}, name, keys, place
        )
        for prize in won:
            yield facts.participation(
                next(keys),
                prizes[prize["category"]]["key"],
                person,
                "laureate",
                place,
                period=prize["year"],
                note_zh=f"奖金份额：1/{prize['share']}。",
                note_en=f"Share of the prize: 1/{prize['share']}.",
            )
            for found in prize["affiliations"]:
                if isinstance(found, dict) and found.get("name"):
                    body = yield from self._body(found, keys, place)
                    yield people.affiliation(next(keys), person, body, prize["year"], place)

    def _body(
        self, found: dict[str, str], keys: Iterator[str], place: str
    ) -> Generator[Item, None, str]:
        name, city = rows.clean(found["name"]), rows.clean(found.get("city"))
        country = self._area(found["country"]) if found.get("country") else None
        own = f"org/nobel-{rows.slug(f'{name} {city}')}"
        key, _, new = self._things(Candidate("org", own, {}, (name,), country))
        if new:
            yield (
                "actors",
                {
                    "key": key,
                    "class": "Organization",
                    "label_en": f"{name} ({city})" if city and city not in name else name,
                    "named_in": place,
                },
            )
            if country:
                yield facts.relation(next(keys), key, "country", country, place)
        return key

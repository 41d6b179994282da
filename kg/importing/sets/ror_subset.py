"""ROR: organizations with names, types, countries, identifiers and relations.

Records follow the schema of ROR (https://ror.readme.io/docs/ror-data-structure); those of schema
1.x are read as if they were 2.x.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from kg import resources
from kg import tables as tables_
from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.rows import Item
from kg.tables import Table

_KINDS = {"acronyms": "acronym", "aliases": "alias"}


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_Reading(about, folder, link).items())


def _records(about: DataSet, folder: Path) -> Iterator[dict[str, Any]]:
    """The records of all files that are not withdrawn, as a stream."""
    for name in about.more["files"]:
        try:
            with (folder / name).open("rb") as file:
                for found in ijson.items(file, "item"):
                    record = found if "names" in found else _from_v1(found)
                    if record["status"] != "withdrawn":
                        yield record
        except (OSError, ijson.JSONError, KeyError) as error:
            raise InvalidInput(f"Not a file of ROR records: {error}.", where=name) from error


def _from_v1(old: dict[str, Any]) -> dict[str, Any]:
    """A record of schema 1.x in the form of 2.x."""
    names = [{"value": old["name"], "types": ["ror_display"], "lang": None}]
    names += [
        {"value": label["label"], "types": ["label"], "lang": label["iso639"]}
        for label in old["labels"]
    ]
    names += [
        {"value": value, "types": [kind], "lang": None}
        for field, kind in _KINDS.items()
        for value in old[field]
    ]
    identifiers = [
        {
            "type": scheme.lower(),
            "preferred": entry["preferred"],
            "all": entry["all"] if isinstance(entry["all"], list) else [entry["all"]],
        }
        for scheme, entry in old["external_ids"].items()
    ]
    return {
        "id": old["id"],
        "status": old["status"],
        "types": [kind.lower() for kind in old["types"]],
        "names": names,
        "external_ids": identifiers,
        "locations": [{"geonames_details": {"country_code": old["country"]["country_code"]}}],
        "relationships": [
            {"type": entry["type"].lower(), "id": entry["id"]} for entry in old["relationships"]
        ],
    }


def _owners() -> dict[tuple[str, str], str]:
    """Scheme and value of each identifier of our own tables → key of the thing that has it."""
    return {
        (row.cells["scheme"], row.cells["value"]): row.cells["subject"]
        for folder in resources.folders("kg", "facts")
        for item in resources.files("kg", "facts", folder.name, suffix="identifiers.csv")
        for row in tables_.read(item, folder.name).rows
    }


def _code(iri: str) -> str:
    return iri.rpartition("/")[2]


class _Reading:
    """The rows of the records, in one pass after the keys have been found in another."""

    def __init__(self, about: DataSet, folder: Path, link: Linking) -> None:
        self._about, self._folder, self._link = about, folder, link
        self._schemes = {"grid", "isni", "wikidata", "fundref"}
        self._owners = _owners()
        self._keys = {
            record["id"]: self._owners.get(("ror", record["id"]))
            or link.key(self._candidate(record))
            for record in _records(about, folder)
        }

    def items(self) -> Iterator[Item]:
        yield rows.document(self._about)
        for number, record in enumerate(_records(self._about, self._folder), start=1):
            yield from self._of(record, number)

    def _candidate(self, record: dict[str, Any]) -> Candidate:
        places = record["locations"]
        code = places[0]["geonames_details"]["country_code"] if places else None
        return Candidate(
            "org",
            f"org/ror-{_code(record['id'])}",
            {"ror": record["id"], **{s: v for s, v in _identifiers(record) if s in self._schemes}},
            tuple(rows.clean(name["value"]) for name in record["names"]),
            self._link.country(code) if code else None,
        )

    def _of(self, record: dict[str, Any], number: int) -> Iterator[Item]:
        code, key = _code(record["id"]), self._keys[record["id"]]
        place, keys = f"r-{code}", rows.fact_keys(number)
        zh, en = _label(record, "zh"), _label(record, "en") or _display(record)
        yield rows.record(place, record["id"], f"记录：{zh or en}", f"Record: {en}")
        new = key == f"org/ror-{code}"
        if new:
            yield "actors", self._thing(record, key, place, zh, en)
        name = en or zh
        for scheme, value in [("ror", record["id"]), *_identifiers(record)]:
            if scheme not in {"ror", *self._schemes}:
                continue
            # An identifier stays with the thing that has it, e.g. with a project of that name.
            if self._owners.setdefault((scheme, value), key) != key:
                continue
            yield facts.identifier(next(keys), key, scheme, value, name, place)
        for language, text in _names(record, every=not new):
            yield rows.name(next(keys), key, text, language, place)
        for predicate, other in dict.fromkeys(self._related(record, key)):
            yield facts.relation(next(keys), key, predicate, other, place)

    def _thing(
        self, record: dict[str, Any], key: str, place: str, zh: str, en: str
    ) -> dict[str, str]:
        classes: dict[str, str] = self._about.more["classes"]
        inactive = record["status"] == "inactive"
        return {
            "key": key,
            "class": next((c for t, c in classes.items() if t in record["types"]), "Organization"),
            "label_zh": zh,
            "label_en": en,
            "alt_zh": rows.listed(_texts(record, "zh"), without=[zh]),
            "alt_en": rows.listed(_texts(record, "en") + _texts(record, None), without=[en]),
            "description_zh": "据研究机构注册库记录，该机构已停止活动。" if inactive else "",
            "description_en": "According to ROR the organization is inactive." if inactive else "",
            "named_in": place,
        }

    def _related(self, record: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
        """Predicates and what they lead to: countries and other organizations."""
        codes = [p["geonames_details"]["country_code"] for p in record["locations"]]
        countries = dict.fromkeys(filter(None, (self._link.country(c) for c in codes if c)))
        for position, country in enumerate(countries):
            yield "locatedIn" if position else "country", country
        for entry in record["relationships"]:
            other, predicates = self._keys.get(entry["id"]), self._about.more["relations"]
            if other is None or other == key or entry["type"] not in predicates:
                continue
            plain = not (key.startswith("org/") and other.startswith("org/"))
            yield predicates[entry["type"]][plain], other


def _identifiers(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The preferred identifier of each scheme, or the only or first one."""
    for entry in record["external_ids"]:
        value = entry["preferred"] or next(iter(entry["all"]), None)
        if value:
            text = rows.clean(value)
            yield entry["type"], text.replace(" ", "") if entry["type"] == "isni" else text


def _texts(record: dict[str, Any], language: str | None) -> list[str]:
    return [rows.clean(n["value"]) for n in record["names"] if n["lang"] == language]


def _label(record: dict[str, Any], language: str) -> str:
    """The name of the record in a language: what it shows before other labels."""
    found = [n for n in record["names"] if n["lang"] == language and "label" in n["types"]]
    shown = [n for n in found if "ror_display" in n["types"]] or found
    return rows.clean(shown[0]["value"]) if shown else ""


def _display(record: dict[str, Any]) -> str:
    return next(rows.clean(n["value"]) for n in record["names"] if "ror_display" in n["types"])


def _names(record: dict[str, Any], *, every: bool) -> Iterator[tuple[str, str]]:
    """Names with their language: those in other languages than Chinese and English, or all.

    A name without language in a thing that exists is taken as English, like its display name.
    """
    said = set()
    for name in record["names"]:
        language, text = name["lang"], rows.clean(name["value"])
        if (every or language not in ("zh", "en", None)) and (language, text) not in said:
            said.add((language, text))
            yield language or "en", text

"""Every identifier stands in its source, under a name of the thing: a wrong one links strangers."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kg import resources, tables
from kg.tables import Row
from tests import needs

_ROR = "https://ror.org/"


@dataclass(frozen=True)
class Record:
    """What the tests need of a ROR record, of either generation of its schema.

    Attributes:
        names: All its names.
        country: ISO 3166-1 alpha-2 code of its first location.
        city: GeoNames number of its first location.
        wikidata: Its Wikidata items: the preferred one alone, where one is preferred.
        related: ROR id → name of the bodies it is related to.
    """

    names: frozenset[str]
    country: str
    city: int | None
    wikidata: tuple[str, ...]
    related: dict[str, str]


def _preferred(external: dict[str, Any]) -> tuple[str, ...]:
    chosen = external.get("preferred")
    return (chosen,) if chosen else tuple(external.get("all", ()))


def _first_generation(raw: dict[str, Any]) -> Record:
    labels = [label["label"] for label in raw["labels"]]
    (address, *_) = raw["addresses"]
    return Record(
        frozenset({raw["name"], *raw["aliases"], *raw["acronyms"], *labels}),
        raw["country"]["country_code"],
        (address["geonames_city"] or {}).get("id"),
        _preferred(raw["external_ids"].get("Wikidata", {})),
        {other["id"]: other["label"] for other in raw["relationships"]},
    )


def _second_generation(raw: dict[str, Any]) -> Record:
    (place, *_) = raw["locations"]
    items = [external for external in raw["external_ids"] if external["type"] == "wikidata"]
    return Record(
        frozenset(name["value"] for name in raw["names"]),
        place["geonames_details"]["country_code"],
        place["geonames_id"],
        _preferred(items[0]) if items else (),
        {other["id"]: other["label"] for other in raw["relationships"]},
    )


@cache
def records() -> dict[str, Record]:
    """The ROR records by id."""
    folder = needs.shared("data/ror")
    found = {}
    for name, read in (("v1", _first_generation), ("v2", _second_generation)):
        for raw in json.loads((folder / f"ror-{name}-subset.json").read_bytes()):
            found[raw["id"]] = read(raw)
    return found


@cache
def country_codes() -> list[dict[str, str]]:
    """The rows of the public table of country codes."""
    path = needs.shared("data/country-codes") / "data" / "country-codes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def rows(table: str) -> tuple[Row, ...]:
    """The rows of a table in all folders."""
    return tuple(
        row
        for folder in resources.folders("kg", "facts")
        for item in resources.files("kg", "facts", folder.name, suffix=".csv")
        if item.name == f"{table}.csv"
        for row in tables.read(item, folder.name).rows
    )


@cache
def things() -> dict[str, Row]:
    """All things of the authority and reference tables by key."""
    return {
        row.cells["key"]: row
        for folder in ("authorities", "reference")
        for item in resources.files("kg", "facts", folder, suffix=".csv")
        for row in tables.read(item, folder).rows
    }


def plain(name: str) -> str:
    """A name without case, punctuation, articles and what stands in brackets at its end."""
    bare = re.sub(r"\s*\([^)]*\)$", "", name).casefold()
    words = re.sub(r"[^\w]+", " ", bare).split()
    return " ".join(word for word in words if word not in ("the", "of", "for", "and", "in"))


def names_of(thing: str, *columns: str) -> set[str]:
    """The names of a thing in these columns, plain."""
    cells = things()[thing].cells
    return {plain(name) for column in columns for name in cells[column].split("|") if name}


def stated(scheme: str) -> list[Row]:
    """The rows that state an identifier of a scheme."""
    found = [row for row in rows("identifiers") if row.cells["scheme"] == scheme]
    assert found
    return found


def record_of(row: Row) -> Record:
    """The ROR record that a row names as its place."""
    return records()[_ROR + row.cells["location"].removeprefix("r-")]


@pytest.mark.parametrize("row", stated("ror"), ids=lambda row: row.cells["subject"])
def test_a_ror_id_is_that_of_a_record_with_a_name_of_the_thing(row: Row) -> None:
    value, name = row.cells["value"], row.cells["matched_name"]
    record = record_of(row)
    if row.cells["method"] == "context":
        assert record.related[value] == name
    else:
        assert value == _ROR + row.cells["location"].removeprefix("r-")
        assert name in record.names


@pytest.mark.parametrize("row", stated("wikidata"), ids=lambda row: row.cells["subject"])
def test_a_wikidata_id_is_the_only_or_preferred_one_of_the_record(row: Row) -> None:
    record = record_of(row)
    assert record.wikidata == (row.cells["value"],)
    assert row.cells["matched_name"] in record.names


def test_the_matched_name_is_a_name_of_the_thing_as_the_method_says() -> None:
    wrong = []
    for row in rows("identifiers"):
        thing, name = row.cells["subject"], plain(row.cells["matched_name"])
        labels = names_of(thing, "label_zh", "label_en")
        others = names_of(thing, "alt_zh", "alt_en")
        match row.cells["method"]:
            case "same-name":
                agrees = name in labels
            case "other-name":
                agrees = name in others - labels
            case "abbreviation":
                agrees = any(name in other.split() for other in labels | others)
            case "code" | "context":
                agrees = True
        if not agrees:
            wrong.append(f"{row.where('matched_name')}: {row.cells['matched_name']}")
    assert wrong == []


def test_a_thing_stands_in_the_country_of_its_ror_record() -> None:
    alpha2 = {key: row.cells.get("iso2", "") for key, row in things().items()}
    places: dict[str, set[str]] = {}
    for row in rows("relations"):
        if row.cells["predicate"] in ("country", "locatedIn", "headquarteredIn"):
            code = alpha2.get(row.cells["object"])
            if code:
                places.setdefault(row.cells["subject"], set()).add(code)
    matched = [row for row in stated("ror") if row.cells["method"] != "context"]
    wrong = {
        row.cells["subject"]: (places.get(row.cells["subject"]), record_of(row).country)
        for row in matched
        if places.get(row.cells["subject"], set()) != {record_of(row).country}
    }
    assert wrong == {}


def test_a_place_taken_from_ror_is_the_place_of_the_record() -> None:
    cities: dict[str, set[int | None]] = {}
    found = [row for row in rows("relations") if row.source == "ror"]
    assert found
    for row in found:
        record, where = record_of(row), row.cells["object"]
        if where.startswith("country/"):
            assert things()[where].cells["iso2"] == record.country
        else:
            cities.setdefault(where, set()).add(record.city)
    assert {place: numbers for place, numbers in cities.items() if len(numbers) > 1} == {}
    assert None not in set().union(*cities.values())


def test_the_codes_of_regions_are_those_of_m49() -> None:
    standard = {}
    for row in country_codes():
        for level in ("Global", "Region", "Sub-region", "Intermediate Region"):
            standard[row[f"{level} Code"].strip().zfill(3)] = row[f"{level} Name"]
    # North America, a region of M49 outside of its hierarchy, is in the names of CLDR.
    standard["003"] = _cldr("en")["003"]
    wrong = {
        row.cells["subject"]: row.cells["value"]
        for row in stated("m49")
        if standard.get(row.cells["value"]) != row.cells["matched_name"]
    }
    assert wrong == {}


def test_the_codes_of_countries_are_those_of_iso_3166_and_m49() -> None:
    ours = {
        (c["iso2"], c["iso3"], c["numeric"], c["numeric"]): c["key"]
        for c in (row.cells for row in rows("countries"))
    }
    standard = {
        (
            row["ISO3166-1-Alpha-2"],
            row["ISO3166-1-Alpha-3"],
            row["ISO3166-1-numeric"].zfill(3),
            row["M49"].zfill(3),
        )
        for row in country_codes()
    }
    assert set(ours) ^ standard == set()
    assert {key for (_, iso3, *_), key in ours.items() if key != f"country/{iso3}"} == set()


def _cldr(language: str) -> dict[str, str]:
    path: Path = needs.shared("data/cldr-territory-names") / language / "territories.json"
    found = json.loads(path.read_bytes())["main"][language]["localeDisplayNames"]["territories"]
    return dict(found)


@pytest.mark.parametrize(
    ("language", "own"), [("zh", {"HKG", "MAC", "TWN"}), ("en", {"TWN"})], ids=["zh", "en"]
)
def test_the_names_of_countries_are_those_of_cldr(language: str, own: set[str]) -> None:
    names = _cldr(language)
    differing = {
        row.cells["iso3"]
        for row in rows("countries")
        if row.cells[f"label_{language}"] != names[row.cells["iso2"]]
    }
    assert differing == own

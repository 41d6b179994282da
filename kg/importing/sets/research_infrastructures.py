"""European research infrastructures: the ESFRI roadmap of 2016 and the list of MERIL."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import ijson

from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.rows import Item
from kg.tables import Table

_ESFRI = "sources/esfri.csv"
_MERIL = "results/data_cartography_meril.geojson"
_ROADMAP = "2016"
_MILLION = 1_000_000
#: A cost in millions, or a range of costs.
_COST = re.compile(r"(\d+(?:\.\d+)?)(?:–(\d+(?:\.\d+)?))?")
_ABBREVIATED = re.compile(r"(?P<name>.+\S) \((?P<short>[^()]+)\)")
#: Records of MERIL are numbered after those of ESFRI.
_AFTER_ESFRI = 1001


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    for indicator in about.more["indicators"].values():
        yield "indicators", indicator
    roadmap = about.more["roadmap"]
    yield rows.record(
        "roadmap", _ESFRI, "ESFRI 2016 年路线图设施表", "Table of the ESFRI roadmap 2016"
    )
    yield (
        "programmes",
        {
            "key": roadmap["key"],
            "class": "Programme",
            "label_zh": roadmap["zh"],
            "label_en": roadmap["en"],
            "alt_zh": roadmap["alt_zh"],
            "alt_en": roadmap["alt_en"],
            "named_in": "roadmap",
        },
    )
    try:
        with (folder / _ESFRI).open(encoding="utf-8-sig", newline="") as file:
            lines = (line for line in file if not line.startswith("#"))
            reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            for number, cells in enumerate(reader, start=1):
                yield from _esfri(about, cells, number, link)
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Not the table of ESFRI: {error}.", where=_ESFRI) from error
    try:
        with (folder / _MERIL).open("rb") as file:
            names = ijson.items(file, "features.item.properties.name")
            for number, name in enumerate(names, start=1):
                yield from _meril(rows.clean(name), number, link)
    except (OSError, ijson.JSONError) as error:
        raise InvalidInput(f"Not a map of MERIL: {error}.", where=_MERIL) from error


def _esfri(about: DataSet, cells: Mapping[str, str], number: int, link: Linking) -> Iterator[Item]:
    name, full = rows.clean(cells["Name"]), rows.clean(cells["Full Name"])
    own, place = f"facility/esfri-{rows.slug(name)}", f"esfri-{rows.slug(name)}"
    country = link.country(cells["Country"]) if cells["Country"] else None
    keys = rows.fact_keys(number)
    key = link.key(Candidate("facility", own, {}, (name, full), country))
    yield rows.record(place, f"Name = {name}", f"ESFRI：{name}", f"ESFRI: {name}")
    if key == own:
        yield "programmes", _facility(about, cells, key, place, (name, full))
    entry = cells["Roadmap Entry (Year)"]
    period = {
        "period": f"{entry}/{_ROADMAP}" if entry < _ROADMAP else _ROADMAP,
        "period_basis": "stated",
    }
    yield facts.relation(
        next(keys), key, "partOfProgramme", about.more["roadmap"]["key"], place, **period
    )
    if country:
        yield facts.relation(next(keys), key, "country", country, place)
    if cells["Meril ID"].isdigit():
        yield facts.identifier(next(keys), key, "meril", cells["Meril ID"], full, place)
    for column, indicator in about.more["indicators"].items():
        doubtful = column.startswith("Construction") and name in about.more["without_construction"]
        cost = _COST.fullmatch(cells[column].strip())
        if cost is None or doubtful:
            continue
        ends = ("exact",) if cost[2] is None else ("at-least", "less-than")
        for qualifier, amount in zip(ends, cost.groups(), strict=False):
            yield (
                "quantities",
                {
                    "key": next(keys),
                    "about": key,
                    "indicator": indicator["key"],
                    "value": f"{(Decimal(amount) * _MILLION).normalize():f}",
                    "value_text": f"{cells[column].strip()} million EUR",
                    "unit": indicator["unit"],
                    "qualifier": qualifier,
                    "period": _ROADMAP,
                    "period_basis": "implied",
                    "location": place,
                },
            )


def _facility(
    about: DataSet, cells: Mapping[str, str], key: str, place: str, names: tuple[str, str]
) -> dict[str, str]:
    name, full = names
    label = f"{name}: {full}"
    kind, field = cells["Type"], cells["Field"]
    operation, status = cells["Operation"], rows.clean(cells["Legal Status"]).replace("NA", "")
    chinese = (
        f"ESFRI {_ROADMAP} 年路线图{about.more['types'][kind]}，领域：{about.more['fields'][field]}"
    )
    english = f"{kind} of the ESFRI roadmap {_ROADMAP}, field: {field}"
    return {
        "key": key,
        "class": "DigitalInfrastructure" if field == "e-RI" else "ResearchFacility",
        "label_en": label,
        "alt_en": rows.listed([name, full], without=[label]),
        "description_zh": f"{chinese}；（预计）{operation} 年运行"
        + (f"；法律地位：{status}。" if status else "。"),
        "description_en": f"{english}; operation (expected) in {operation}"
        + (f"; legal status: {status}." if status else "."),
        "named_in": place,
    }


def _meril(name: str, number: int, link: Linking) -> Iterator[Item]:
    found = _ABBREVIATED.fullmatch(name)
    names = (name, found["name"], found["short"]) if found else (name,)
    place = f"meril-{number}"
    key = link.key(Candidate("facility", f"facility/meril-{rows.slug(name)}", {}, names))
    yield rows.record(place, f"name = {name}", f"MERIL：{name}", f"MERIL: {name}")
    thing = {"key": key, "class": "ResearchFacility", "label_en": name, "named_in": place}
    if key == f"facility/meril-{rows.slug(name)}":
        yield "programmes", thing | {"alt_en": rows.listed(names, without=[name])}
    else:
        yield rows.name(next(rows.fact_keys(_AFTER_ESFRI + number)), key, name, "en", place)

"""NCSES: figures of eight statistical tables, each with a reader of its own layout."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.facts import Declared
from kg.importing.rows import Item
from kg.tables import Table

Record = dict[str, str]
_BILLION = 10**9
_FOOTNOTE = re.compile(r"<sup>.*?</sup>")
_YEAR = re.compile(r"\d{4}")
_DATA_YEAR = re.compile(r"(?P<area>.*) \((?P<year>\d{4})\)")
_GROWTH = re.compile(r"(?P<from>\d{4})–(?P<to>\d{4}|\d{2})a?")
_LATEST = "2021"


@dataclass(frozen=True)
class _Figure:
    """A figure of a row: whose, of what, when and how much, and further cells of the fact."""

    area: str
    indicator: str
    unit: str
    period: str
    value: str
    more: dict[str, str] = field(default_factory=dict)


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    declared = Declared()
    area = facts.areas(link, about.more["areas"])
    yield rows.document(about)
    for name, how in about.more["tables"].items():
        read = _READERS[how["reader"]]
        for number, record in _rows(folder / name / "data.csv"):
            place = f"t{name}-{record['row_id']}"
            for position, found in enumerate(read(record, how, about.more)):
                subject = area(found.area)
                partner = area(found.more["counterpart"]) if "counterpart" in found.more else ""
                if subject is None or partner is None or not _is_number(found.value):
                    continue
                for key in (subject, partner, found.more.get("population", "")):
                    yield from declared(key)
                yield from declared(f"indicator/{found.indicator}")
                if declared.first(place):
                    line = f"{name}/data.csv {record['row_id']}"
                    yield rows.record(
                        place,
                        line,
                        f"表 {name} {record['row_id']} 行",
                        f"Table {name}, {record['row_id']}",
                    )
                yield facts.quantity(
                    f"{how['digit']}{number:05d}{position:02d}",
                    subject,
                    found.indicator,
                    found.value,
                    found.unit,
                    found.period,
                    place,
                    **found.more | ({"counterpart": partner} if partner else {}),
                )


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _rows(path: Path) -> Iterator[tuple[int, Record]]:
    """Rows with their numbers, without marks and footnotes."""
    with rows.csv_records(path, "a table of NCSES", where=path.parent.name) as records:
        for number, record in records:
            yield (
                number,
                {k: rows.clean(html.unescape(_FOOTNOTE.sub("", v))) for k, v in record.items()},
            )


# --- one reader a layout --------------------------------------------------------------------------


def _shares(record: Record, how: Record, more: Mapping[str, Any]) -> Iterator[_Figure]:
    partner = {"counterpart": record["region_country_or_economy"]}
    for year in filter(_YEAR.fullmatch, record):
        yield _Figure(
            "United States",
            "share-of-international-articles-with-partner",
            "percent",
            year,
            record[year],
            partner,
        )


def _articles(record: Record, how: Record, more: Mapping[str, Any]) -> Iterator[_Figure]:
    path = next(v for k, v in record.items() if k.endswith("_full_path")).split(" -> ")
    attributes: dict[str, str] = more["attributes"]
    if path[-1] not in attributes:
        return
    area = [part for part in path if part not in attributes][-1]
    indicator = how["prefix"] + attributes[path[-1]]
    for column, value in record.items():
        year = column.removeprefix("field_")
        if _YEAR.fullmatch(year):
            yield _Figure(area, indicator, "paper", year, value)


def _citations(record: Record, how: Record, more: Mapping[str, Any]) -> Iterator[_Figure]:
    citing = record["citing_region_country_or_economy"]
    for column, value in record.items():
        if column not in ("table_id", "row_id", "citing_region_country_or_economy"):
            partner = {"counterpart": column.replace("_", " ").title()}
            yield _Figure(citing, "relative-citation-index", "index", how["year"], value, partner)


def _producers(record: Record, how: Record, more: Mapping[str, Any]) -> Iterator[_Figure]:
    for column, (indicator, unit, year) in more["producers"].items():
        area = record["region_country_or_economy"]
        yield _Figure(area, indicator, unit, year, record[column])


def _dated(text: str) -> tuple[str, str]:
    """An area and the year of its latest data."""
    area = text.removeprefix("Non-OECD -> ")
    found = _DATA_YEAR.fullmatch(area)
    return (found["area"], found["year"]) if found else (area, _LATEST)


def _billions(value: str, unit: str) -> tuple[str, dict[str, str]]:
    """A value in full; PPP dollars are printed in billions."""
    if not unit.startswith("USD") or not _is_number(value):
        return value, {}
    return f"{Decimal(value) * _BILLION:f}", {"value_text": f"{value} billion"}


def _expenditure(record: Record, how: Record, more: Mapping[str, Any]) -> Iterator[_Figure]:
    area, latest = _dated(record["time_period"])
    *levels, year = (v for k, v in record.items() if re.search(r"_level_\d$", k) and v)
    indicator, unit = more["expenditure"][" | ".join(levels)]
    growth = _GROWTH.fullmatch(year)
    if growth:
        end = latest if year.endswith("a") else growth["from"][: -len(growth["to"])] + growth["to"]
        period = f"{growth['from']}/{end}"
    else:
        period = latest if year.endswith("a") else year
    value, printed = _billions(record["value"], unit)
    yield _Figure(area, indicator, unit, period, value, printed)


def _structure(record: Record, how: Record, more: Mapping[str, Any]) -> Iterator[_Figure]:
    area, latest = _dated(record["time_period"])
    levels = [record[k] for k in ("column_level_1", "column_level_2") if record[k]]
    indicator, unit = more["structure"][" | ".join(levels)]
    value, printed = _billions(record["value"], unit)
    yield _Figure(area, indicator, unit, latest, value, printed)


def _graduates(record: Record, how: Record, more: Mapping[str, Any]) -> Iterator[_Figure]:
    path = record["field_of_highest_degree_and_place_of_birth_full_path"].split(" -> ")[1:]
    populations: dict[str, str] = more["populations"]
    cells = {"qualifier": "about"}
    for part in path:
        if part in populations:
            cells["population"] = populations[part]
        else:
            cells["counterpart"] = part
    for column, indicator in more["graduates"].items():
        if record[column].isdigit():
            yield _Figure("United States", indicator, "person", how["year"], record[column], cells)


_READERS: dict[str, Callable[[Record, Record, Mapping[str, Any]], Iterator[_Figure]]] = {
    "shares": _shares,
    "articles": _articles,
    "citations": _citations,
    "producers": _producers,
    "expenditure": _expenditure,
    "structure": _structure,
    "graduates": _graduates,
}

"""World Development Indicators: one figure a row, of one file a series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.facts import Declared
from kg.importing.rows import Item
from kg.tables import Table


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def codes(about: DataSet, own: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Keys of the areas that are no countries, by the code of the World Bank.

    Args:
        about: The data set that lists them.
        own: Keys that another vintage has for some of them.
    """
    keys: dict[str, str | None] = {c: f"group/wb-{c}" for c in about.more["groups"].split()}
    keys.update(about.more["areas"])
    keys.update(own or {})
    return keys


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    declared = Declared()
    area = facts.areas(link, codes(about))
    yield rows.document(about)
    for series, (code, (indicator, unit)) in enumerate(about.more["series"].items(), start=1):
        name = f"{code.lower()}/data.csv"
        yield from declared(f"indicator/{indicator}")
        for row, found in _rows(folder / name):
            subject = area(found["Country Code"])
            if subject is None:
                continue
            yield from declared(subject)
            # The lines of a country make one record; the year of a figure tells which line it is.
            place = f"s{series}-{found['Country Code']}"
            if declared.first(place):
                yield rows.record(place, f"{name} {found['Country Code']}", "", "")
            yield facts.quantity(
                f"{series:02d}{row:06d}",
                subject,
                indicator,
                found["Value"],
                unit,
                found["Year"],
                place,
            )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows that have a value, with the number of their line."""
    with rows.csv_records(path, "a series of the World Bank", first=2) as records:
        for number, found in records:
            if found["Value"]:
                yield number, found

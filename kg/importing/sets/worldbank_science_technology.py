"""World Bank, Science & Technology 2021: a wide table, one record a country and series."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking, data_set
from kg.importing.facts import Declared
from kg.importing.rows import Item
from kg.importing.sets import worldbank_wdi
from kg.tables import Table


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    declared = Declared()
    younger = data_set("worldbank-wdi")
    area = facts.areas(link, worldbank_wdi.codes(younger, about.more["areas"]))
    series: dict[str, list[str]] = younger.more["series"] | about.more["series"]
    yield rows.document(about)
    for line, found in _rows(folder / about.more["file"], about.more["preamble"]):
        code = found["Indicator Code"]
        years = [(year, value) for year, value in found.items() if year.isdigit() and value]
        subject = area(found["Country Code"])
        if subject is None or not years:
            continue
        indicator, unit = series[code]
        yield from declared(subject)
        yield from declared(f"indicator/{indicator}")
        place = f"r-{line}"
        name = f"{found['Country Code']} {code}"
        yield rows.record(
            place, f"{about.more['file']}:{line} {name}", f"{name} 一行", f"Row {name}"
        )
        for year, value in years:
            yield facts.quantity(
                f"{line:05d}{int(year) - 1900:03d}", subject, indicator, value, unit, year, place
            )


def _rows(path: Path, preamble: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of the table below its preamble, with the number of their line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, found in enumerate(
                csv.DictReader(itertools.islice(file, preamble, None)), start=preamble + 2
            ):
                yield number, {k: v for k, v in found.items() if k}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"Not a table of the World Bank: {error}.", where=path.name) from error

"""M49 of the UN Statistics Division: codes of countries and the groups they are counted in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.m49 import Groups
from kg.importing.rows import Item
from kg.tables import Table

_FILE = "geography/UNSD-Methodology.csv"


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    groups = Groups(link)
    path = folder / _FILE
    with rows.csv_records(path, "the table of M49", where=_FILE, strict=True) as records:
        for number, cells in records:
            code = cells["ISO-alpha3 Code"]
            subject = link.country(code) if code else None
            if subject is None:
                continue
            keys, place = rows.fact_keys(number), f"c-{code}"
            zh, name = rows.country_names()[subject][0], rows.clean(cells["Country or Area"])
            yield rows.record(place, f"ISO-alpha3 Code = {code}", f"记录：{zh}", f"Record: {name}")
            for scheme, value in (("m49", cells["M49 Code"]), ("iso3166-1-alpha-3", code)):
                yield facts.identifier(next(keys), subject, scheme, value, name, place)
            for group in groups.of(cells, place):
                yield from groups.new
                groups.new.clear()
                yield facts.relation(next(keys), subject, "inGroup", group, place)
            if subject not in about.more["without_names"]:
                yield rows.name(next(keys), subject, name, "en", place)

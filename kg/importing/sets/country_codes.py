"""Country codes: names in six languages, codes, and the groups that M49 puts a country in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.m49 import Groups
from kg.importing.rows import Item
from kg.tables import Table

_FILE = "data/country-codes.csv"
#: An article after a name, as in “Bahamas (les)”.
_ARTICLE = re.compile(r" ?\((?:l'|le|la|les|el|los|las|the)\)$")


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    groups = Groups(link)
    path = folder / _FILE
    with rows.csv_records(path, "the table of codes", where=_FILE, strict=True) as records:
        for number, cells in records:
            yield from _of(about, cells, number, link, groups)


def _of(
    about: DataSet, cells: Mapping[str, str], number: int, link: Linking, groups: Groups
) -> Iterator[Item]:
    code = cells["ISO3166-1-Alpha-3"]
    subject = link.country(code)
    if subject is None:
        return
    keys, place = rows.fact_keys(number), f"c-{code}"
    zh, en = rows.country_names()[subject]
    yield rows.record(place, f"ISO3166-1-Alpha-3 = {code}", f"记录：{zh}", f"Record: {en}")
    for scheme, value in (
        ("iso3166-1-alpha-3", code),
        ("iso3166-1-alpha-2", cells["ISO3166-1-Alpha-2"]),
        ("m49", cells["M49"].zfill(3)),
        ("geonames", cells["Geoname ID"]),
        ("wikidata", cells["wikidata_id"].rpartition("/")[2]),
    ):
        if value.strip():
            yield facts.identifier(next(keys), subject, scheme, value, en, place)
    for group in groups.of(cells, place):
        yield from groups.new
        groups.new.clear()
        yield facts.relation(next(keys), subject, "inGroup", group, place)
    if subject in about.more["without_names"]:
        return
    for language, columns in about.more["names"].items():
        texts = (_ARTICLE.sub("", rows.clean(cells[column])) for column in columns)
        for text in dict.fromkeys(filter(None, texts)):
            yield rows.name(next(keys), subject, text, language, place)

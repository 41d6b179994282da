"""Belt and Road: the first cooperation document of each country, as two lists date it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.rows import Item
from kg.tables import Table

_FILE = "bri-first-year.csv"
_CHINA = "country/CHN"


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    for entry in about.more["lists"].values():
        yield (
            "documents",
            {
                "key": entry["key"],
                "class": "SourceDataset",
                "label_zh": entry["zh"],
                "label_en": entry["en"],
                "publisher": entry["publisher"],
                "url": entry["url"],
                "retrieved": entry["retrieved"],
            },
        )
    path = folder / _FILE
    with rows.csv_records(path, "the table of first years", where=_FILE, strict=True) as records:
        for number, cells in records:
            if cells["iso2"] not in about.more["without"]:
                yield from _of(about, cells, number, link)


def _of(about: DataSet, cells: dict[str, str], number: int, link: Linking) -> Iterator[Item]:
    country = link.country(cells["iso2"])
    if country is None:
        return
    keys, (zh, en) = rows.fact_keys(number), rows.country_names()[country]
    years = {name: cells[f"year_list_{name}"] for name in about.more["lists"]}
    places = {name: f"{cells['iso2']}-{name}" for name, year in years.items() if year}
    agreement = f"agreement/bri-{country.removeprefix('country/')}"
    for name, place in places.items():
        letter, chinese = name.upper(), {"a": "甲", "b": "乙"}[name]
        yield rows.record(
            place,
            f"iso2 = {cells['iso2']}, year_list_{name}",
            f"{zh}，名单{chinese}",
            f"{en}, list {letter}",
        )
    yield (
        "agreements",
        {
            "key": agreement,
            "class": "BRICooperationDocument",
            "label_zh": f"{zh}首份共建“一带一路”合作文件",
            "label_en": f"First Belt and Road cooperation document: {en}",
            "named_in": "|".join(places.values()),
        },
    )
    for name, place in places.items():
        dated = {"period": years[name], "period_basis": "stated"}
        source = {"second_hand": about.more["lists"][name]["key"]}
        for party, basis in ((country, "stated"), (_CHINA, "implied")):
            more = dated | source | {"period_basis": basis}
            yield facts.relation(next(keys), agreement, "hasParty", party, place, **more)

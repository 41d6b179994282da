"""World countries: common and official names, and ISO 3166-1 codes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ijson
import opencc

from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.rows import Item
from kg.tables import Table

_FILE = "countries.json"


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _chinese(text: str) -> str:
    """The script of a Chinese name, of which the set has both: `zh`, or `zh-Hant`."""
    return "zh" if _simplifier().convert(text) == text else "zh-Hant"


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    languages: dict[str, str] = about.more["languages"]
    try:
        with (folder / _FILE).open("rb") as file:
            for number, country in enumerate(ijson.items(file, "item"), start=1):
                subject = link.country(country["cca2"])
                if subject is None:
                    continue
                code, english = country["cca3"], rows.clean(country["name"]["common"])
                keys, place = rows.fact_keys(number), f"c-{code}"
                zh = rows.country_names()[subject][0]
                yield rows.record(place, f"cca3 = {code}", f"记录：{zh}", f"Record: {english}")
                for scheme, field in (("iso3166-1-alpha-2", "cca2"), ("iso3166-1-alpha-3", "cca3")):
                    value = country[field]
                    yield facts.identifier(next(keys), subject, scheme, value, english, place)
                if subject in about.more["without_names"]:
                    continue
                names = [("en", country["name"])]
                names += [
                    (tag, country["translations"][language])
                    for language, tag in languages.items()
                    if language in country["translations"]
                ]
                texts = [
                    (rows.clean(n[kind]), tag)
                    for tag, n in names
                    for kind in n
                    if kind in ("common", "official")
                ]
                for text, tag in dict.fromkeys(texts):
                    written = _chinese(text) if tag == "zh" else tag
                    yield rows.name(next(keys), subject, text, written, place)
    except (OSError, ijson.JSONError, KeyError) as error:
        raise InvalidInput(f"Not the file of countries: {error}.", where=_FILE) from error

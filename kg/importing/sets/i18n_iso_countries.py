"""i18n-iso-countries: names of countries and areas in four languages, and ISO 3166-1 codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.rows import Item
from kg.tables import Table


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidInput(f"Not a list of names or codes: {error}.", where=path.name) from error


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    names: dict[str, dict[str, str | list[str]]] = {
        language: _json(folder / "langs" / f"{language}.json")["countries"]
        for language in about.more["languages"]
    }
    for number, (alpha2, alpha3, *_) in enumerate(_json(folder / "codes.json"), start=1):
        subject = link.country(alpha2)
        if subject is None:
            continue
        keys, place = rows.fact_keys(number), f"c-{alpha2}"
        zh, en = rows.country_names()[subject]
        yield rows.record(place, alpha2, f"记录：{zh}", f"Record: {en}")
        yield facts.identifier(next(keys), subject, "iso3166-1-alpha-2", alpha2, en, place)
        yield facts.identifier(next(keys), subject, "iso3166-1-alpha-3", alpha3, en, place)
        if subject in about.more["without_names"]:
            continue
        for language, known in names.items():
            given = known.get(alpha2, [])
            for text in dict.fromkeys([given] if isinstance(given, str) else given):
                yield rows.name(next(keys), subject, rows.clean(text), language, place)

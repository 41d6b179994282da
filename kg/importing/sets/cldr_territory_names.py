"""CLDR: names of countries, areas and regions in five languages.

The files are those of cldr-json (https://github.com/unicode-org/cldr-json).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.rows import Item
from kg.tables import Table

#: Code → (locale, name) in the order of the locales, other forms after the usual one.
_Names = dict[str, list[tuple[str, str]]]


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _names(about: DataSet, folder: Path) -> _Names:
    found: _Names = {}
    for locale in about.more["locales"]:
        path = folder / locale / "territories.json"
        try:
            main = json.loads(path.read_bytes())["main"][locale]
            territories: dict[str, str] = main["localeDisplayNames"]["territories"]
        except (OSError, ValueError, KeyError) as error:
            raise InvalidInput(
                f"Not a file of names of territories: {error}.", where=str(path)
            ) from error
        for key, text in territories.items():
            found.setdefault(key.partition("-alt-")[0], []).append((locale, rows.clean(text)))
    return found


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    for number, (code, names) in enumerate(sorted(_names(about, folder).items()), start=1):
        keys, place = rows.fact_keys(number), f"t-{code}"
        said = dict(reversed(names))
        zh, en = said["zh"], said["en"]
        subject = (
            link.key(Candidate("group", f"group/m49-{code}", {"m49": code}, (zh, en)))
            if code.isdigit()
            else link.country(code)
        )
        if subject is None or subject in about.more["without_names"]:
            continue
        yield rows.record(place, f"territories/{code}", f"名称：{zh}", f"Names: {en}")
        if subject == f"group/m49-{code}":
            thing = {"key": subject, "class": "CountryGroup", "label_zh": zh, "label_en": en}
            yield "groups", thing | {"named_in": place}
        if code.isdigit():
            yield facts.identifier(next(keys), subject, "m49", code, en, place)
        for locale, text in dict.fromkeys(names):
            yield rows.name(next(keys), subject, text, locale, place)

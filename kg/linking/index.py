"""The things of a graph, found by what a candidate shares with them: tables in a file or in memory.

Names are brought to their forms once, when the tables are filled; what is compared with a
candidate is read when it is.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from kg import resources
from kg.linking.countries import Countries
from kg.linking.known import Known
from kg.linking.normalising import Form, Normaliser
from kg.linking.scoring import Described

#: Things of which no more are compared by telling words, and words that too many things have.
_NEAR, _COMMON = 12, 400
#: Things and words that are kept in mind.
_KEPT = 10_000
_INDEXES = """
CREATE INDEX thing_key ON thing (key);
CREATE INDEX identifier_value ON identifier (scheme, value, thing);
CREATE INDEX name_thing ON name (name, thing);
CREATE INDEX word_thing ON word (word, thing);
"""


def fill(base: sqlite3.Connection, things: Iterable[Known], codes: Mapping[str, str]) -> None:
    """Make the tables of an index.

    Args:
        base: An empty database.
        things: What is there.
        codes: Codes of ISO 3166-1 → key of the country.
    """
    known = list(things)
    normaliser = Normaliser(Countries(known, codes).said)
    base.executescript(resources.text("kg", "linking", "schema.sql"))
    base.executemany("INSERT INTO code VALUES (?, ?)", codes.items())
    for number, thing in enumerate(known, start=1):
        forms = (*_forms(normaliser, thing.names), *_forms(normaliser, thing.others))
        names = {(key, number) for form in forms for key in _keys(form)}
        words = {(word, number) for form in forms for word in form.parts}
        identifiers = ((*identifier, number) for identifier in thing.identifiers)
        base.execute("INSERT INTO thing VALUES (?, ?, ?)", (number, thing.key, _written(thing)))
        base.executemany("INSERT INTO identifier VALUES (?, ?, ?)", identifiers)
        base.executemany("INSERT INTO name VALUES (?, ?)", names)
        base.executemany("INSERT INTO word VALUES (?, ?)", words)
    base.executescript(_INDEXES)
    base.commit()


class Index:
    """Identifiers, names, abbreviations and words of things.

    Args:
        base: What `fill` has filled; closed with the index.
    """

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base
        between = ("country/", "country0")
        countries = base.execute("SELECT known FROM thing WHERE key BETWEEN ? AND ?", between)
        codes = dict(base.execute("SELECT code, country FROM code"))
        self.countries = Countries((_read(text) for (text,) in countries), codes)
        self._normaliser = Normaliser(self.countries.said)
        (self._size,) = base.execute("SELECT count(*) FROM thing").fetchone()
        self.described = lru_cache(maxsize=_KEPT)(self._described)
        self.rarity = lru_cache(maxsize=None)(self._rarity_of)
        self._key = lru_cache(maxsize=_KEPT)(self._key_of)
        self._holders = lru_cache(maxsize=_KEPT)(self._holders_of)

    @classmethod
    def of(cls, things: Iterable[Known], codes: Mapping[str, str]) -> Index:
        """An index in memory.

        Args:
            things: What is there.
            codes: Codes of ISO 3166-1 → key of the country.
        """
        base = sqlite3.connect(":memory:")
        fill(base, things, codes)
        return cls(base)

    @classmethod
    def at(cls, file: Path) -> Index:
        """The index in a file, which is only read."""
        return cls(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True))

    def close(self) -> None:
        """Give the file back."""
        self._base.close()

    def known(self, key: str) -> Known | None:
        """The thing of a key; None where there is none."""
        row = self._base.execute("SELECT known FROM thing WHERE key = ?", (key,)).fetchone()
        return _read(row[0]) if row else None

    def _described(self, key: str) -> Described | None:
        thing = self.known(key)
        if thing is None:
            return None
        names, others = self.forms(thing.names), self.forms(thing.others)
        return Described(names, others, thing.identifiers, thing.countries, thing)

    def forms(self, names: Iterable[str]) -> tuple[Form, ...]:
        """Names in the forms in which they are compared."""
        return _forms(self._normaliser, names)

    def _rarity_of(self, word: str) -> float:
        found = self._base.execute("SELECT count(*) FROM word WHERE word = ?", (word,))
        return math.log(1 + self._size / (1 + int(found.fetchone()[0])))

    def near(self, described: Described, families: frozenset[str]) -> list[str]:
        """Keys of the things with which a candidate is compared.

        Args:
            described: The candidate.
            families: First parts of the keys of what it may be.
        """
        found: dict[str, None] = {}
        for identifier in sorted(described.identifiers):
            found |= dict.fromkeys(self._with("identifier", "scheme = ? AND value = ?", identifier))
        named = False
        for form in described.names:
            for name in _keys(form):
                same = dict.fromkeys(self._with("name", "name = ?", (name,)))
                found |= same
                named = named or bool(same and not form.code)
        if not named:
            # Neither an abbreviation nor an identifier says that no name is alike.
            found |= dict.fromkeys(self._alike(described))
        return [key for key in found if key.partition("/")[0] in families]

    def _with(self, table: str, condition: str, values: tuple[str, ...]) -> Iterator[str]:
        """Keys of the things in a table."""
        rows = self._base.execute(
            f"SELECT key FROM {table} JOIN thing ON id = thing WHERE {condition} ORDER BY id",  # noqa: S608 - our own words
            values,
        )
        return (key for (key,) in rows)

    def _alike(self, described: Described) -> Iterator[str]:
        """Keys of the things whose names share the most telling words."""
        shared: Counter[int] = Counter()
        for word in sorted({w for form in described.names for w in form.parts}):
            rarity = self.rarity(word)
            for number in self._holders(word):
                shared[number] += rarity  # type: ignore[assignment]
        for number, _ in shared.most_common(_NEAR):
            yield self._key(number)

    def _key_of(self, number: int) -> str:
        (key,) = self._base.execute("SELECT key FROM thing WHERE id = ?", (number,)).fetchone()
        return str(key)

    def _holders_of(self, word: str) -> tuple[int, ...]:
        """Numbers of the things with a word; none where too many have it."""
        rows = self._base.execute(
            "SELECT thing FROM word WHERE word = ? ORDER BY thing LIMIT ?", (word, _COMMON + 1)
        ).fetchall()
        return tuple(number for (number,) in rows) if len(rows) <= _COMMON else ()


def _forms(normaliser: Normaliser, names: Iterable[str]) -> tuple[Form, ...]:
    forms = (form for name in names for form in normaliser.forms(name))
    return tuple({(f.words, f.code): f for f in reversed(list(forms))}.values())


def _keys(form: Form) -> tuple[str, ...]:
    return (*form.keys, *form.bare_keys)


def _written(thing: Known) -> str:
    sets = (sorted(thing.identifiers), sorted(thing.countries), sorted(thing.classes))
    return json.dumps((thing.key, thing.names, thing.others, *sets), ensure_ascii=False)


def _read(text: str) -> Known:
    key, names, others, identifiers, countries, classes = json.loads(text)
    return Known(
        key,
        tuple(names),
        tuple(others),
        frozenset((scheme, value) for scheme, value in identifiers),
        frozenset(countries),
        frozenset(classes),
    )


__all__ = ["Index", "fill"]

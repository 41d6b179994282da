"""Countries by code and by name, in Chinese and English.

Codes are those of ISO 3166-1 (alpha-2, alpha-3, numeric) and the two of the EU that differ: EL, UK.
Names are those of the graph, and those of `countries.csv`. A state that no longer exists
(`former.csv`, or “… (now …)”) is never taken for one of those that came after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg import resources
from kg.finding.words import chinese, folded, plain
from kg.linking.known import Known

_WORDS = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_NOW = re.compile(r"\(now\b|,\s*then\b|, [A-Z]\w+ (?:Empire|Union)$")
_EMPTY = frozenset({"the", "of", "and"})
_SHORT = {
    "rep": "republic",
    "dem": "democratic",
    "st": "saint",
    "fed": "federation",
    "is": "islands",
}
_NUMERIC = re.compile(r"\d{1,3}")
_CODE = re.compile(r"[A-Z]{2,3}")


@dataclass(frozen=True)
class Former:
    """A state that no longer exists.

    Attributes:
        now: Keys of the countries that are there now.
        zh: What it was, in Chinese.
        en: What it was, in English.
    """

    now: tuple[str, ...]
    zh: str
    en: str


class Countries:
    """Finds countries.

    Args:
        things: The things of a graph; those of kind `country` count.
        codes: Alphabetic and numeric codes of ISO 3166-1 → key.
    """

    def __init__(self, things: Iterable[Known], codes: Mapping[str, str]) -> None:
        self._codes = dict(codes)
        self.names: dict[str, str] = {}
        #: Every name with its ISO alpha-3 code, for names of other things that contain it.
        self.said: dict[str, str] = {}
        self.former: dict[str, Former] = {}
        keys = {}
        for thing in things:
            if thing.kind == "country":
                keys[thing.key] = thing
                for name in (*thing.names, *thing.others):
                    self._add(name, thing.key)
                for scheme, value in thing.identifiers:
                    if scheme in ("iso3166-1-alpha-2", "iso3166-1-alpha-3"):
                        self._codes.setdefault(value.upper(), thing.key)
                    elif scheme == "m49":
                        self._codes.setdefault(value.zfill(3), thing.key)
        for row in _table("countries"):
            key = self._codes.get(row["iso3"], f"country/{row['iso3']}")
            for name in row["written"].split("|") if key in keys else ():
                if _CODE.fullmatch(name) and len(name) == 2:
                    self._codes.setdefault(name, key)
                self._add(name, key)
        for row in _table("former"):
            now = tuple(f"country/{code}" for code in row["now"].split("|") if code)
            for name in row["written"].split("|"):
                self.former[_folded(name)] = Former(now, row["zh"], row["en"])

    def _add(self, name: str, key: str) -> None:
        self.names.setdefault(_folded(name), key)
        self.said.setdefault(name, key.removeprefix("country/"))

    def find(self, text: str) -> str | None:
        """The key of a country.

        Args:
            text: A code or a name.

        Returns:
            Its key; None where nothing is certain.
        """
        text = text.strip()
        if _NUMERIC.fullmatch(text):
            return self._codes.get(text.zfill(3))
        if _CODE.fullmatch(text) and text in self._codes:
            return self._codes[text]
        if self.past(text) is not None:
            return None
        found = {self.names.get(_folded(written)) for written in _readings(text)} - {None}
        return found.pop() if len(found) == 1 else None

    def past(self, text: str) -> Former | None:
        """The state that no longer exists which a text names.

        Args:
            text: A name.

        Returns:
            What is known of it; None where the text does not name one.
        """
        for written in (text, _BRACKETS.sub("", text), *re.split(r"[,;]\s*", text)):
            known = self.former.get(_folded(written))
            if known is not None and (written != "GDR" or text == "GDR"):
                return known
        if _NOW.search(plain(text)):
            inside = re.search(r"\(now (.*)\)", plain(text))
            now = self.names.get(_folded(inside.group(1))) if inside else None
            return Former((now,) if now else (), plain(text), plain(text))
        return None


def _readings(text: str) -> list[str]:
    """A name as it stands, turned round at its comma, and both sides of its brackets."""
    whole = plain(text)
    readings = [whole]
    if "," in whole:
        last, _, first = whole.partition(",")
        readings.append(f"{first} {last}")
    bracket = _BRACKETS.search(whole)
    if bracket is not None and not any(chinese(c) for c in whole):
        readings += [_BRACKETS.sub("", whole), bracket.group(1)]
    return readings


def _folded(text: str) -> str:
    low = folded(plain(text)).replace(".", ". ").replace("'", "").replace("&", " and ")
    if any(chinese(c) for c in low):
        return "".join(_WORDS.findall(low))
    words = [_SHORT.get(w, w) for w in _WORDS.findall(low)]
    return " ".join(w for w in words if w not in _EMPTY)


def _table(name: str) -> Iterable[dict[str, str]]:
    return resources.rows("kg", "linking", f"{name}.csv")


__all__ = ["Countries", "Former"]

"""Whether a figure is printed in the unit that its row names: `12%` is no number of items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg import resources, units
from kg.errors import InvalidTable
from kg.importing import cells
from kg.importing.naming import Names
from kg.importing.tabling import Layout
from kg.messages import invalid_table
from kg.namespaces import ID
from kg.tables import Row

#: The unit of mere counts; its word goes with all that can be counted.
_COUNT, _COUNTED = "unit/place", "个"
#: Words that also end or begin other units, of which they are none.
_WHOLE = frozenset("元人")
#: Characters of a figure at most; what is longer is a text.
_LONGEST = 200
_NAMES = ("label_zh", "label_en", "symbol", "alt_zh", "alt_en")


def doubts(said: Row, row: Row, plan: Layout, names: Names) -> Iterator[InvalidTable]:
    """A remark where a figure is printed in another unit than its row names.

    Args:
        said: The row as its cells are written.
        row: The same row with keys in place of names.
        plan: How it is read.
        names: Finds what words mean.

    Yields:
        At most one error, to be shown as a warning.
    """
    if not plan.how.bounds or not {"unit", "value_text"} <= row.cells.keys():
        return
    unit, printed = row.cells["unit"], row.cells["value_text"]
    if not unit.startswith("unit/") or len(printed) > _LONGEST:
        return
    sign, word = cells.measure(printed)
    other = _other_sign(sign, unit) or _other_word(word, unit, names)
    if other:
        column = plan.how.columns["unit"].name
        yield invalid_table(
            "other-unit",
            row.where(column),
            place=row.place(column),
            cell=printed,
            word=other,
            unit=said.cells["unit"],
        )


def _other_sign(text: str, unit: str) -> str | None:
    """The sign of a currency before a figure, where the unit is known and another one."""
    signs = [sign for sign in _words("before") if text.upper().endswith(sign)]
    sign = max(signs, key=len, default=None)
    # Several currencies share a sign; of a unit that is not ours we do not know.
    if sign is None or unit not in _units() or unit.startswith(_words("before")[sign]):
        return None
    return sign


def _other_word(text: str, unit: str, names: Names) -> str | None:
    """The word after a figure, where it means another unit."""
    word = _folded(text)
    if not word or word == _COUNTED:
        return None
    meant = {key for key, spelled in _units().items() if word in spelled}
    if unit in meant:
        return None
    meant |= {iri.removeprefix(ID) for iri in names.find(text) if iri.startswith(f"{ID}unit/")}
    if not meant or unit in meant:
        return None
    if unit == _COUNT and not meant & _measured():
        return None
    spelled = _units().get(unit) or frozenset(_spellings(names.of(ID + unit)))
    return None if any(_shortened(word, spelling) for spelling in spelled) else text


def _shortened(word: str, spelling: str) -> bool:
    """Whether a word is a unit cut short: 美元 of 不变价美元, 件 of 件申请."""
    if word in _WHOLE or word == spelling:
        return word == spelling
    if word.isascii():
        return f" {spelling} ".startswith(f" {word} ") or spelling.endswith(f" {word}")
    return spelling.startswith(word) or spelling.endswith(word)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _spellings(said: set[str]) -> Iterator[str]:
    """The ways in which the names of a unit stand after a figure."""
    for name in said:
        inside = re.findall(r"[(（]([^()（）]*)[)）]", name)
        plain = re.sub(r"[(（][^()（）]*[)）]", "", name)
        for word in map(_folded, (plain, plain.partition("/")[0], *inside)):
            # A single letter stands for many things.
            if not re.fullmatch(r"[a-z]?", word):
                yield word
                if word.startswith(_COUNTED) and word != _COUNTED:
                    yield word.removeprefix(_COUNTED)


@cache
def _units() -> dict[str, frozenset[str]]:
    """How each unit of our own tables is written after a figure, by its key."""
    more: dict[str, set[str]] = {}
    for word, unit in _words("after").items():
        more.setdefault(unit, set()).add(word)
    return {
        key: frozenset(
            _spellings({text for name in _NAMES for text in row[name].split("|")})
        ).union(_spellings(more.get(key, set())))
        for key, row in units.rows().items()
    }


@cache
def _measured() -> frozenset[str]:
    """The units with a symbol: shares, currencies and lengths, which nobody counts."""
    return frozenset(key for key, row in units.rows().items() if row["symbol"])


@cache
def _words(position: str) -> dict[str, str]:
    """Further words and signs of units, by where they stand."""
    found = resources.rows("kg", "importing", "measures.csv")
    return {row["word"]: row["unit"] for row in found if row["position"] == position}


__all__ = ["doubts"]

"""An answer as a chart reads it: which columns name, which count, which say when and how surely."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cached_property
from itertools import combinations
from typing import Any

from kg import periods
from kg.asking import Answered, Cell
from kg.catalogue import NUMBERS, Column
from kg.errors import InvalidInput
from service.formatting import said

Row = dict[str, Cell]

#: What stands for a thing that a row does not name.
NOTHING = "—"
#: How a number is marked when its source does not state it exactly.
_SIGNS = {
    "about": "≈",
    "ratio": "≈",
    "nearly": "≈",
    "more-than": ">",
    "at-least": "≥",
    "less-than": "<",
    "incomplete": "≥",
}
_HEDGES = (
    ("≈", re.compile("约|近|左右|大致|几乎")),
    ("<", re.compile("以下|不足|不到|低于|少于")),
    ("≥", re.compile("以上|不少于|至少|不完全")),
    (">", re.compile(r"超|逾|高于|多[个项件篇家人万亿]|余|\d多|[万亿]多")),
)
#: A name is made of so many columns at most.
_LONGEST = 3
#: A heading like this names a unit of its own: what it counts is no part of something else.
_OWN_UNIT = re.compile(r"(数|种类|量)(（.*）)?$")
_PERCENT = ("%", "percent")
_POWERS = (1, 10_000, 100_000_000)
#: A bound that was rounded may lie this much inside the value, relative to it.
_ROUNDING = 0.005
#: So many digits of a bound are shown in a chart.
_SIGNIFICANT = 3
#: The last power of ten of a bound that is shortened.
_LARGEST = 20


def number(text: str) -> float | None:
    """The number that a text is; None for other texts and for what is not finite."""
    try:
        value = float(Decimal(text.strip()))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def year(day: str) -> float:
    """A day `YYYY-MM-DD` as a year and its fraction."""
    moment = date.fromisoformat(day)
    return round(moment.year + (moment.timetuple().tm_yday - 1) / 366, 3)


def span(edtf: str) -> tuple[float | None, float | None] | None:
    """Begin and end of an EDTF period in years; None for an open end, or when it is none."""
    try:
        period = periods.parse(edtf)
    except InvalidInput:
        return None
    begin = year(period.begin) if period.begin else None
    end = year(period.end) if period.end else None
    return None if begin is None and end is None else (begin, end)


def numeric(column: Column) -> bool:
    """Whether a column is of numbers."""
    return column.role in NUMBERS


@dataclass(frozen=True)
class Measure:
    """Numbers that belong on one axis.

    Attributes:
        label: What they measure, with their unit.
        columns: Their columns; several when the later ones count parts of the first.
        low: Column of the lower bound.
        high: Column of the upper bound.
        rank: Whether they are positions in a ranking, of which 1 is the best.
    """

    label: str
    columns: tuple[Column, ...]
    low: Column | None = None
    high: Column | None = None
    rank: bool = False


class Table:
    """The rows of an answer with what their columns are for.

    Args:
        answered: The answer.
        period: Words an EDTF period.
        href: The address of a thing's page.
    """

    def __init__(
        self,
        answered: Answered,
        period: Callable[[str], str] = str,
        href: Callable[[str], str] = str,
    ) -> None:
        self.answered = answered
        self.language = answered.language
        self.rows: list[Row] = list(answered.rows)
        self.period = period
        self.href = href
        self._places = {id(row): place for place, row in enumerate(self.rows)}
        shown = [c for c in answered.columns if c.role != "evidence"]
        self.columns = shown
        self.numbers = [
            c
            for c in shown
            if numeric(c) and any(number(r[c.name].text) is not None for r in self.rows)
        ]
        self.unit = next((c for c in shown if c.role == "unit"), None)
        self.qualifier = next((c for c in shown if self._qualifies(c)), None)
        first = min((shown.index(c) for c in self.numbers), default=len(shown))
        naming = [
            c
            for c in shown
            if c.role in ("thing", "concept", "text", "period") and c is not self.qualifier
        ]
        before = [c for c in naming if shown.index(c) < first]
        #: Columns that tell rows apart, most telling first: those before the first number.
        self.naming = before or naming
        self.all_naming = naming
        self.times = [c for c in shown if c.role == "period"]

    def place(self, row: Row) -> int:
        """Where a row of the answer stands in it."""
        return self._places[id(row)]

    def _qualifies(self, column: Column) -> bool:
        return column.role == "concept" and any(
            "/value-qualifier/" in (row[column.name].iri or "") for row in self.rows
        )

    def label(self, column: Column) -> str:
        """The heading of a column."""
        return column.label.get(self.language) or column.name

    def name(self, row: Row, columns: Iterable[Column]) -> str:
        """What a row is about, from some of its columns."""
        texts = [self.text(row, column) for column in columns]
        return " · ".join(text for text in texts if text) or NOTHING

    def text(self, row: Row, column: Column) -> str:
        """A cell as readers see it."""
        text = row[column.name].text
        if column.role == "period" and text:
            return self.period(text)
        if numeric(column) and number(text) is not None:
            return self.printed(text)
        return text

    def printed(self, text: str) -> str:
        """A number as the reader's language says it, not rounded."""
        return said(Decimal(text.strip()), self.language)

    def bound(self, text: str) -> str:
        """A bound for a label: what was derived has three significant digits, whole ones all."""
        value = Decimal(text.strip())
        if (
            not value.is_finite()
            or value.adjusted() > _LARGEST
            or len(value.normalize().as_tuple().digits) <= _SIGNIFICANT
        ):
            return self.printed(text)
        places = min(_SIGNIFICANT - 1 - value.adjusted(), -int(value.as_tuple().exponent))
        if places <= 0:
            return self.printed(str(value.quantize(Decimal(1), ROUND_HALF_UP)))
        return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"

    def detail(self, row: Row) -> dict[str, Any]:
        """All that a row says: cells with their headings, places, and the page of its thing."""
        facts = [fact for cell in row.values() for fact in cell.facts]
        places = [s for fact in facts for s in self.answered.sources.get(fact, ())]
        marks = [f"{s.document.rpartition('/')[2]} {s.at(self.language)}".strip() for s in places]
        thing = next((c.iri for k in self.naming if (c := row[k.name]).iri), None)
        return {
            "cells": [
                [self.label(c), self.text(row, c), c.role] for c in self.columns if row[c.name].text
            ],
            "sources": list(dict.fromkeys(marks)),
            "href": self.href(thing) if thing else None,
        }

    def keys(self, rows: Sequence[Row], among: Sequence[Column] | None = None) -> list[Column]:
        """The fewest columns that tell rows apart; all that vary when none do.

        Args:
            rows: The rows.
            among: Columns to choose from; by default those that name, times only if need be.
        """
        if among is not None:
            return self._telling(rows, among) or self._varying(rows, among) or list(among[:1])
        timeless = [c for c in self.naming if c.role != "period"]
        named = self._varying(rows, timeless)
        for candidates in (timeless, self.naming, self.all_naming):
            found = self._telling(rows, candidates)
            # A name says all that differs, if that is not too much, so that it says what it means.
            fuller = [*named, *(c for c in found if c not in named)]
            if len(found) == 1 and found[0] in named:
                return [c for c in named if c in found or c.name == "indicator"]
            if found:
                return fuller if len(fuller) <= _LONGEST else found
        return named or self.naming[:1]

    def _varying(self, rows: Sequence[Row], columns: Sequence[Column]) -> list[Column]:
        return [c for c in columns if len({r[c.name].text for r in rows}) > 1]

    def _telling(self, rows: Sequence[Row], columns: Sequence[Column]) -> list[Column]:
        varying = self._varying(rows, columns)
        for size in range(1, min(_LONGEST, len(varying)) + 1):
            for chosen in combinations(varying, size):
                if len({tuple(r[c.name].text for c in chosen) for r in rows}) == len(rows):
                    return list(chosen)
        return []

    def by(self, rows: Iterable[Row], column: Column | None) -> dict[str, list[Row]]:
        """Rows by the text of a column, in their order; without a column in one group."""
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(row[column.name].text if column else "", []).append(row)
        return found

    @cached_property
    def _worded(self) -> dict[str, Column]:
        """The column with the printed words of each column of numbers."""
        found: dict[str, Column] = {}
        for column in [c for c in self.numbers if c.role == "value"]:
            for wording in [c for c in self.columns if c.role == "wording"]:
                pairs = [(r[column.name].text, r[wording.name].text) for r in self.rows]
                both = [(n, w) for n, w in pairs if number(n) is not None and w]
                if both and wording not in found.values() and all(_says(w, n) for n, w in both):
                    found[column.name] = wording
                    break
        return found

    def sign(self, row: Row, column: Column) -> str:
        """How exactly a number is stated: `≈`, `>`, `≥`, `<`, or nothing."""
        wording = self._worded.get(column.name)
        values = [c for c in self.numbers if c.role == "value"]
        if self.qualifier is not None and values and column is values[0]:
            key = (row[self.qualifier.name].iri or "").rpartition("/")[2]
            if key:
                return _SIGNS.get(key, "")
        if wording is not None:
            printed = row[wording.name].text
            return next((sign for sign, hedge in _HEDGES if hedge.search(printed)), "")
        return ""

    def value(self, row: Row, column: Column, measure: Measure, unit: str = "") -> dict[str, Any]:
        """A number for a chart: value, text with sign and unit, bounds, and whether it is exact."""
        text = row[column.name].text
        sign = self.sign(row, column)
        low = number(row[measure.low.name].text) if measure.low else None
        high = number(row[measure.high.name].text) if measure.high else None
        shown = f"{sign} {self.printed(text)}" if sign else self.printed(text)
        after = "%" if unit in _PERCENT else ""
        return {
            "value": number(text),
            "text": f"{shown}{after}",
            "low": low,
            "high": high,
            "exact": not sign,
        }

    def measures(self, rows: Sequence[Row], unit: str = "") -> list[Measure]:
        """What the rows measure: one entry for each axis that is needed.

        Args:
            rows: Rows of one unit.
            unit: The unit of the first value.

        Returns:
            The measures; the positions in rankings last.
        """
        filled = [c for c in self.numbers if any(number(r[c.name].text) is not None for r in rows)]
        lows, highs = ([c for c in filled if c.role == role] for role in ("low", "high"))
        pairs = list(zip(lows, highs, strict=False))
        rest = [c for c in filled if not any(c in pair for pair in pairs)]
        bounds: dict[str, tuple[Column, Column]] = {}
        alone: list[tuple[Column, Column]] = []
        for pair in pairs:
            holder = next((c for c in rest if _within(rows, c, *pair)), None)
            if holder is None:
                alone.append(pair)
            else:
                bounds[holder.name] = pair
        values = [c for c in self.numbers if c.role == "value"]
        found: list[Measure] = []
        for column in rest:
            if any(column in measure.columns for measure in found):
                continue
            low, high = bounds.get(column.name, (None, None))
            own = unit if values and column is values[0] else ""
            rank = column.role == "rank" or self._ranks(rows, column, values)
            parts = _parts(rows, column, rest) if column.role == "count" else []
            label = self.label(column)
            if own and own not in label:
                label = f"{label}（{own}）" if self.language == "zh" else f"{label} ({own})"
            found.append(Measure(label, (column, *parts), low, high, rank))
        for low, high in alone:
            label = f"{self.label(low)} – {self.label(high)}"
            found.append(Measure(label, (), low, high))
        return sorted(found, key=lambda measure: measure.rank)

    def _ranks(self, rows: Sequence[Row], column: Column, values: Sequence[Column]) -> bool:
        if self.unit is None or not values or column is not values[0]:
            return False
        units = {row[self.unit.name].iri or "" for row in rows}
        return all(iri.endswith("/unit/rank") for iri in units)


def _says(printed: str, text: str) -> bool:
    """Whether printed words contain a number, written out or in 万 and 亿."""
    digits = re.sub(r"[\s,，]", "", printed)
    value = Decimal(text.strip())
    forms = {f"{(value / power).normalize():f}" for power in _POWERS}
    return any(re.search(rf"(?<![\d.]){re.escape(form)}(?!\d)", digits) for form in forms)


def _within(rows: Sequence[Row], column: Column, low: Column, high: Column) -> bool:
    """Whether two columns bound a third wherever all are known, and somewhere they are."""
    seen = False
    for row in rows:
        value, least, most = (number(row[c.name].text) for c in (column, low, high))
        if value is None or least is None or most is None:
            continue
        room = abs(value) * _ROUNDING
        if not least - room <= value <= most + room:
            return False
        seen = True
    return seen


def _parts(rows: Sequence[Row], whole: Column, columns: Sequence[Column]) -> list[Column]:
    """The counts after a count that are nowhere above it: counts of parts of the same things."""
    later = [c for c in columns[columns.index(whole) + 1 :] if c.role == "count"]
    return [
        c
        for c in later
        if not _OWN_UNIT.search(c.label.get("zh", ""))
        and all((number(r[c.name].text) or 0) <= (number(r[whole.name].text) or 0) for r in rows)
    ]

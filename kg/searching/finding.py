"""The things that fit what was typed, in the order in which they are shown."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg.namespaces import ID, ISTC, VOCAB
from kg.searching import alike, statements
from kg.searching.matching import Query, conditions, one, quoted

#: With fewer things than this, names that are nearly what was typed are looked for as well.
FEW = 5
#: Codes that begin as typed: from how many letters on, and how many are looked at.
_CODE_FROM, _CODES = 4, 3000
#: Characters of a Chinese short form at most, and names in which it is looked for.
_LONGEST_SHORT, _SHORT_IN = 6, 2000
#: What stands before the telling part of a Chinese name.
_STATE = ("中国", "中华人民共和国", "国家", "全国")


@dataclass(frozen=True)
class Filters:
    """What things must be; None: anything.

    Attributes:
        kind: Number of a class.
        first: Their IRIs come after this one,
        last: and before this one.
        country: Number of the country that they are located in.
    """

    kind: int | None = None
    first: str | None = None
    last: str | None = None
    country: int | None = None

    @property
    def none(self) -> bool:
        """Whether everything meets them."""
        return self == Filters()


def listed(base: sqlite3.Connection, text: str, values: Mapping[str, Any]) -> list[Any]:
    """The list that a statement gives as JSON."""
    found: list[Any] = json.loads(base.execute(text, values).fetchone()[0])
    return found


def found(
    base: sqlite3.Connection,
    query: Query,
    filters: Filters,
    names: int,
    limit: int,
    *,
    loose: bool = True,
) -> tuple[tuple[int, str], ...]:
    """Things that fit, best first.

    Args:
        base: The index.
        query: What was typed.
        filters: What they must be.
        names: How many names the index has.
        limit: How many at most.
        loose: Whether names that are nearly what was typed may count, where few others do.

    Returns:
        Number of a thing, and how it fits, see `results.HOW`.
    """
    kept: dict[int, str] = {}
    for how, things in _Stages(base, query, filters, names, limit, loose).run(kept):
        for thing in things:
            kept.setdefault(thing, how)
        if len(kept) >= limit:
            break
    return tuple(kept.items())[:limit]


@dataclass(frozen=True)
class _Stages:
    base: sqlite3.Connection
    query: Query
    filters: Filters
    names: int
    limit: int
    loose: bool

    def run(self, before: Mapping[int, str]) -> Iterator[tuple[str, list[int]]]:
        """Things by ever wider conditions; `before` holds those of the stages before."""
        query, form = self.query, {"form": self.query.compact}
        iris = [start + query.text for start in ("", ID, VOCAB, ISTC)]
        yield "exact", self._among(statements.ADDRESSED, {"iris": json.dumps(iris)})
        if not query.tokens:
            return
        yield "exact", self._among(statements.NAMED, form)
        narrow = list(conditions(query))
        yield narrow[0][0], self._matching(narrow[0][1])
        if query.spelt and len(query.compact) > 1:
            yield "code", self._among(statements.CODED, form)
        for how, condition in narrow[1:]:
            yield how, self._matching(condition)
        if query.spelt and len(query.compact) >= _CODE_FROM:
            numbered = any(letter.isdigit() for letter in query.compact)
            begins = statements.IDENTIFIED if numbered else statements.SPELT
            yield "prefix", self._among(begins, form | {"most": _CODES})
        if 1 < len(query.run) <= _LONGEST_SHORT:
            yield "code", self._short()
        inside = self._inside()
        if inside:
            yield "inside", self._matching(inside)
        few = len(before) < FEW and "exact" not in before.values()
        if self.loose and few and len(query.compact) > 2:
            near = alike.alike(self.base, query, self.names)
            yield "alike", self._filtered([number // 256 for number, _ in near])

    def _matching(self, condition: str) -> list[int]:
        values = {"condition": condition, "limit": self.limit, **asdict(self.filters)}
        return listed(self.base, statements.MATCHING, values)

    def _among(self, text: str, values: Mapping[str, Any]) -> list[int]:
        # What a filter leaves out does not count for the limit.
        limit = self.limit if self.filters.none else -1
        return self._filtered(listed(self.base, text, {**values, "limit": limit}))

    def _filtered(self, things: list[int]) -> list[int]:
        things = list(dict.fromkeys(things))
        if self.filters.none or not things:
            return things
        values = {"things": json.dumps(things), "limit": self.limit, **asdict(self.filters)}
        return listed(self.base, statements.FILTERED, values)

    def _short(self) -> list[int]:
        """Things of whose Chinese name the characters are a short form: 北大 for 北京大学."""
        run = self.query.run
        condition = " AND ".join(f"{quoted(character)}*" for character in dict.fromkeys(run))
        forms = listed(self.base, statements.FORMS, {"condition": condition, "limit": _SHORT_IN})
        inner = ".{0,6}?".join(map(re.escape, run))
        pattern = re.compile(rf"(?:{'|'.join(_STATE)})?{inner}(?:\s|$)")
        return self._filtered([number // 256 for number, form in forms if pattern.match(form)])

    def _inside(self) -> str:
        """The condition that words have what was typed inside them; empty where none do."""
        parts, wider = [], all(token.chinese for token in self.query.tokens)
        for token in self.query.tokens:
            words = [] if token.chinese else alike.containing(self.base, token.text)
            wider = wider or bool(words)
            some = [one(token, begins=True), *(quoted(word) for word in words)]
            parts.append(f"({' OR '.join(some)})")
        return " AND ".join(parts) if wider else ""


__all__ = ["FEW", "Filters", "found", "listed"]

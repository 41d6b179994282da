"""How often the search finds the thing that was meant: `python -m tests.searching.measuring`.

The queries were written from the names in the graph before the search was made: whole names, short
forms, parts, gaps, misspelt and traditional ones, pinyin and identifiers. Where several things are
meant they are separated by `|`.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.searching import opened
from kg.settings import Settings
from kg.store import versions

#: Keys of the things that a search offers for a text, best first.
Offer = Callable[[str], Sequence[str]]
WITHIN = 5
_FILE = Path(__file__).with_name("queries.csv")


@dataclass(frozen=True)
class Typed:
    """What a reader types, the things meant, and how it differs from their names."""

    language: str
    query: str
    wanted: frozenset[str]
    kind: str


@cache
def typed() -> tuple[Typed, ...]:
    """The queries."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Typed(row["language"], row["query"], frozenset(row["wanted"].split("|")), row["kind"])
            for row in csv.DictReader(file)
        )


def missed(offer: Offer) -> dict[str, list[str]]:
    """The queries by language for which the thing meant is not among the first."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in typed():
        if not one.wanted & set(offer(one.query)[:WITHIN]):
            found[one.language].append(one.query)
    return found


def shares(offer: Offer) -> dict[str, float]:
    """The share of the queries by language that find what was meant among the first."""
    asked = Counter(one.language for one in typed())
    lost = missed(offer)
    return {language: 1 - len(lost[language]) / number for language, number in asked.items()}


if __name__ == "__main__":
    settings = Settings(home=Path(sys.argv[1] if len(sys.argv) > 1 else ".istc"))
    version = versions.current(settings.home)
    assert version is not None, "istc build"
    index = opened(settings.home, version)

    def offered(query: str) -> list[str]:
        """What the index of this home offers."""
        return [hit.key for hit in index.suggest(query, limit=WITHIN).hits]

    print(shares(offered), dict(missed(offered)))

"""Co-authorship of countries as a network in time, and with whom it is likely to grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from kg.analysis import partners
from kg.analysis.partners import Scored

if TYPE_CHECKING:
    import polars as pl

#: Years that are compared with as many before.
SPAN = 3


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


class Coauthorship:
    """Works that authors of two countries signed together, by year.

    Args:
        table: Columns fact, one, other, year, works; of several figures for a pair and year the
            largest counts.
        last: The last year that is known; by default that of the table.
    """

    def __init__(self, table: pl.DataFrame, last: int | None = None) -> None:
        import polars as pl

        known = table if last is None else table.filter(pl.col("year") <= last)
        self.last = int(str(known["year"].max())) if len(known) else 0
        self._facts: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._works: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for fact, one, other, year, works in known.sort("year", "works").rows():
            pair = _pair(one, other)
            self._works[pair][year] = works
            if year > self.last - 2 * SPAN:
                self._facts[pair].append(fact)

    def facts(self, one: str, other: str) -> list[str]:
        """The facts on a pair in the years that count."""
        return self._facts.get(_pair(one, other), [])

    def works(self, one: str, other: str, year: int | None = None) -> int:
        """Works of a pair in a year, by default the last."""
        some = self._works.get(_pair(one, other), {})
        return int(some.get(self.last if year is None else year, 0))

    @cached_property
    def network(self) -> dict[str, dict[str, float]]:
        """Works of the last years, faded."""
        return partners.adjacency(
            (one, other, works * partners.faded(year, self.last))
            for (one, other), some in self._works.items()
            for year, works in some.items()
            if year > self.last - SPAN
        )

    @cached_property
    def countries(self) -> list[str]:
        """All countries."""
        return sorted({country for pair in self._works for country in pair})

    @cached_property
    def standing(self) -> Mapping[str, float]:
        """Works with all others, faded."""
        return {one: sum(some.values()) for one, some in self.network.items()}

    def _trend(self, country: str, others: list[str]) -> dict[str, float]:
        """Share of the last years in the last and those before, 1/2 where nothing has changed."""
        found = {}
        for other in others:
            some = self._works.get(_pair(country, other), {})
            late = sum(n for year, n in some.items() if year > self.last - SPAN)
            early = sum(n for y, n in some.items() if self.last - 2 * SPAN < y <= self.last - SPAN)
            found[other] = late / (late + early) if late + early else 0.0
        return found

    def components(
        self, country: str, cover: Mapping[tuple[str, str], float]
    ) -> dict[str, dict[str, float]]:
        """The components of all other countries, from 0 to 1."""
        others = [other for other in self.countries if other != country]
        return {
            "past": partners.relative(self.network.get(country, {}), log=True),
            "neighbours": partners.relative(partners.second(self.network, [country]), log=True),
            "standing": partners.relative(self.standing, log=True),
            "trend": self._trend(country, others),
            "frameworks": {other: cover.get((country, other), 0.0) for other in others},
        }

    def likely(self, country: str, cover: Mapping[tuple[str, str], float]) -> list[Scored]:
        """All other countries, first those with which cooperation is likeliest to grow.

        Args:
            country: The country.
            cover: How well what is in force covers two countries.
        """
        parts = self.components(country, cover)
        if not self.network.get(country):
            return []
        return partners.scored(parts["frameworks"], parts, partners.weights("countries"))


__all__ = ["SPAN", "Coauthorship"]

"""Works that countries signed together, by pair and year, and those of each with all others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kg.analysis.rows import Data
from kg.namespaces import ID

if TYPE_CHECKING:
    import polars as pl

JOINT = f"{ID}indicator/co-authored-works"
OWN = f"{ID}indicator/works-with-other-countries"


@dataclass(frozen=True)
class Coauthoring:
    """Co-authorship of countries in some years.

    Attributes:
        joint: Columns one, other, year, works, fact; each pair in both directions. Of several
            figures for a pair and year the largest counts.
        own: Columns country, year, works, fact: works with any other country, each once.
        first: The first year; None without data.
        last: The last year; None without data.
    """

    joint: pl.DataFrame
    own: pl.DataFrame

    @cached_property
    def first(self) -> int | None:
        """The first year; None without data."""
        return int(str(self.joint["year"].min())) if len(self.joint) else None

    @cached_property
    def last(self) -> int | None:
        """The last year; None without data."""
        return int(str(self.joint["year"].max())) if len(self.joint) else None

    def in_year(self, year: int | None) -> Coauthoring:
        """That of one year."""
        import polars as pl

        return Coauthoring(
            self.joint.filter(pl.col("year").eq_missing(year)),
            self.own.filter(pl.col("year").eq_missing(year)),
        )

    def of(self, country: str) -> pl.DataFrame:
        """The joint works of a country: columns other, year, works, fact."""
        import polars as pl

        return self.joint.filter(pl.col("one") == country).drop("one")

    @cached_property
    def totals(self) -> dict[tuple[str, int], tuple[float, str]]:
        """(Country, year) → works with any other country, and the fact that says so."""
        return {(c, y): (w, f) for c, y, w, f in self.own.rows()}


def read(data: Data, first: int | None = None, last: int | None = None) -> Coauthoring:
    """Co-authorship from the graph.

    Args:
        data: The data.
        first: The first year; None for all.
        last: The last year; None for all.
    """
    import polars as pl

    def within(found: pl.DataFrame, indicator: str) -> pl.DataFrame:
        found = (
            found.filter(
                (pl.col("indicator") == indicator)
                & (pl.col("begin").dt.year() == pl.col("end").dt.year())
            )
            .with_columns(pl.col("begin").dt.year().alias("year"))
            .unique("fact", keep="first", maintain_order=True)
        )
        if first is not None:
            found = found.filter(pl.col("year") >= first)
        if last is not None:
            found = found.filter(pl.col("year") <= last)
        return found

    columns = ("year", pl.col("value").alias("works"), "fact")
    pairs = within(data.table("pairs"), JOINT)
    own = within(data.table("figures"), OWN)
    both = pl.concat(
        [
            pairs.select("one", "other", *columns),
            pairs.select(pl.col("other").alias("one"), pl.col("one").alias("other"), *columns),
        ]
    )
    return Coauthoring(
        _largest(both, "one", "other"),
        _largest(own.select(pl.col("about").alias("country"), *columns), "country"),
    )


def _largest(found: pl.DataFrame, *keys: str) -> pl.DataFrame:
    return found.sort(*keys, "year", "works", "fact").unique(
        [*keys, "year"], keep="last", maintain_order=True
    )


__all__ = ["JOINT", "OWN", "Coauthoring", "read"]

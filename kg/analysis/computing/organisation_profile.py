"""The profile of an organization: what it takes part in, with whom, where, in which fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kg.analysis import cooperation, measures
from kg.analysis.rows import Data, Row, Tables, Values, number, text, years

if TYPE_CHECKING:
    import polars as pl


def compute(data: Data, values: Values) -> Tables:
    """The tables of `organisation-profile.yaml`."""
    chosen = [one for one in (text(values, "organization"), text(values, "peer")) if one]
    if not chosen:
        return {}
    found = cooperation.during(cooperation.involvements(data), *years(values))
    profiles = [_Profile(data, found, one) for one in dict.fromkeys(chosen)]
    mine = profiles[0]
    return {
        "overview": [profile.overview() for profile in profiles],
        "partners": list(mine.partners(int(number(values, "top", 25)))),
        "countries": list(mine.countries()),
        "fields": list(mine.fields(data)),
        "by-year": [row for profile in profiles for row in profile.by_year()],
        "things": list(mine.things(data)),
    }


class _Profile:
    """One organization.

    Args:
        data: The data.
        found: All involvements.
        organization: Its IRI.
    """

    def __init__(self, data: Data, found: pl.DataFrame, organization: str) -> None:
        import polars as pl

        self.organization = organization
        self.found = found
        self.mine = found.filter(pl.col("agent") == organization)
        homes = dict(
            cooperation.nations(data)
            .filter(pl.col("agent") == organization)
            .select("agent", "country")
            .iter_rows()
        )
        self.home: str | None = homes.get(organization)
        # The rest of the network is needed only where it touches this one.
        near = found.join(self.mine.select("thing").unique(), on="thing", how="semi")
        self.sides = (
            cooperation.telling(near)
            .filter(pl.col("agent") != organization)
            .join(
                near.group_by("thing", "agent").agg(pl.col("fact").first()), on=["thing", "agent"]
            )
            .join(self.mine.group_by("thing").agg(pl.col("fact").first().alias("own")), on="thing")
        )

    def _grouped(self, *keys: str) -> pl.DataFrame:
        import polars as pl

        return (
            self.sides.group_by(*keys)
            .agg(
                pl.col("agent").n_unique().alias("partners"),
                pl.col("thing").n_unique().alias("things"),
                (1 / (pl.col("size") - 1)).sum().alias("weight"),
                pl.col("year").max().alias("last"),
                pl.col("fact").unique().sort().alias("facts"),
                pl.col("own").unique().sort().alias("owns"),
            )
            .sort("things", "weight", *keys, descending=[True, True, *(False for _ in keys)])
        )

    def overview(self) -> Row:
        """Its row beside the peer."""
        import polars as pl

        kinds = self.mine.unique("thing")
        outputs = kinds.filter(pl.col("kind") == cooperation.OUTPUT).height
        partners = self.sides.unique("agent")
        located = partners.drop_nulls("country")
        abroad = located.filter(pl.col("country") != self.home).height
        weights = self._grouped("country").drop_nulls("country")["weight"].to_list()
        return {
            "organization": self.organization,
            "country": self.home,
            "outputs": outputs,
            "activities": kinds.height - outputs,
            "partners": partners.height,
            "countries": located["country"].n_unique(),
            "abroad": measures.percent(abroad / located.height)
            if located.height and self.home
            else None,
            "hhi": measures.index(measures.hhi(weights)),
            "shannon": measures.index(measures.shannon(weights)),
            "evidence": self.mine["fact"].unique().sort().to_list(),
        }

    def partners(self, top: int) -> Iterator[Row]:
        """Those with whom it shares most."""
        import polars as pl

        ranked = self._grouped("agent", "country").head(top)
        sizes = dict(
            self.found.filter(pl.col("agent").is_in(ranked["agent"].to_list()))
            .group_by("agent")
            .agg(pl.col("thing").n_unique())
            .iter_rows()
        )
        own = self.mine["thing"].n_unique()
        for row in ranked.iter_rows(named=True):
            yield {
                "partner": row["agent"],
                "country": row["country"],
                "things": row["things"],
                "weight": measures.index(row["weight"]),
                "salton": measures.index(
                    measures.salton(row["things"], own, sizes.get(row["agent"], 0))
                ),
                "last": str(row["last"]) if row["last"] else None,
                "evidence": [*row["facts"], *row["owns"]],
            }

    def countries(self) -> Iterator[Row]:
        """Where its partners are."""
        for row in self._grouped("country").drop_nulls("country").iter_rows(named=True):
            yield {
                "country": row["country"],
                "partners": row["partners"],
                "things": row["things"],
                "evidence": row["facts"],
            }

    def _abroad(self) -> Sequence[str]:
        """Things that it shares with partners in other countries."""
        import polars as pl

        found = self.sides.drop_nulls("country").filter(pl.col("country") != self.home)
        return found["thing"].unique().to_list()

    def fields(self, data: Data) -> Iterator[Row]:
        """Fields, sectors and themes of what it takes part in."""
        import polars as pl

        abroad = self._abroad()
        found = (
            self.mine.unique("thing")
            .select("thing", pl.col("fact").alias("own"))
            .join(data.table("topics"), on="thing")
            .with_columns(pl.col("thing").is_in(abroad).alias("out"))
            .group_by("concept")
            .agg(
                pl.col("thing").n_unique().alias("things"),
                pl.col("thing").filter("out").n_unique().alias("abroad"),
                pl.col("fact").unique().sort().alias("facts"),
            )
            .sort("things", "concept", descending=[True, False])
        )
        for row in found.iter_rows(named=True):
            yield {
                "field": row["concept"],
                "things": row["things"],
                "abroad": row["abroad"],
                "evidence": row["facts"],
            }

    def by_year(self) -> Iterator[Row]:
        """What began in each year."""
        import polars as pl

        abroad = self._abroad()
        found = (
            self.mine.drop_nulls("year")
            .with_columns(pl.col("thing").is_in(abroad).alias("out"))
            .group_by("year")
            .agg(
                pl.col("thing").n_unique().alias("things"),
                pl.col("thing").filter("out").n_unique().alias("abroad"),
                pl.col("fact").unique().sort().alias("facts"),
            )
            .sort("year")
        )
        for row in found.iter_rows(named=True):
            yield {
                "organization": self.organization,
                "period": str(row["year"]),
                "things": row["things"],
                "abroad": row["abroad"],
                "evidence": row["facts"],
            }

    def things(self, data: Data) -> Iterator[Row]:
        """What it takes part in, the newest first."""
        import polars as pl

        sizes = dict(
            self.found.join(self.mine.select("thing").unique(), on="thing", how="semi")
            .group_by("thing")
            .agg(pl.col("agent").n_unique())
            .iter_rows()
        )
        ties = data.table("ties").select("fact", "one", "other").rows()
        partners = {fact: other if one == self.organization else one for fact, one, other in ties}
        found = (
            self.mine.group_by("thing", "kind", "role")
            .agg(pl.col("year").min(), pl.col("fact").unique().sort().alias("facts"))
            .sort("year", "thing", "role", descending=[True, False, False], nulls_last=True)
        )
        for row in found.iter_rows(named=True):
            # A tie that a source states as such has no name but that of the partner.
            yield {
                "thing": partners.get(row["thing"], row["thing"]),
                "kind": row["kind"],
                "role": row["role"],
                "period": str(row["year"]) if row["year"] else None,
                "participants": sizes.get(row["thing"]),
                "evidence": row["facts"],
            }


__all__ = ["compute"]

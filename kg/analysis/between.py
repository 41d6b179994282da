"""What two countries have between them: what their bodies do together, and what they signed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kg.analysis import cooperation
from kg.analysis.fields import Fields
from kg.analysis.rows import Data
from kg.namespaces import ISTC

if TYPE_CHECKING:
    import polars as pl

MECHANISM, INSTRUMENT = f"{ISTC}CooperationMechanism", f"{ISTC}CooperationInstrument"


@dataclass(frozen=True)
class Between:
    """Two countries and what ties them.

    Attributes:
        home: IRI of one.
        partner: IRI of the other.
        concepts: The field and all that is narrower; None for all fields.
        found: Involvements of the years, those without a year among them.
        topics: The projection `topics`.
    """

    home: str
    partner: str
    concepts: frozenset[str] | None
    found: pl.DataFrame
    topics: pl.DataFrame

    @cached_property
    def sides(self) -> pl.DataFrame:
        """Things in which agents of both countries take part, of any field.

        Returns:
            One row for each thing and agent of either country: columns thing, kind, agent, year,
            until, country, state (whether the agent is the country), size, facts.
        """
        import polars as pl

        told = cooperation.telling(self.found)
        both = told.filter(pl.col("country").is_in([self.home, self.partner]))
        for country in (self.home, self.partner):
            there = told.filter(pl.col("country") == country).select("thing").unique()
            both = both.join(there, on="thing", how="semi")
        return both.join(_facts(self.found), on=["thing", "agent"])

    @cached_property
    def things(self) -> pl.DataFrame:
        """The same, one row for each thing.

        Returns:
            Columns thing, kind, year, until (null while somebody goes on), size, home and
            partner (bodies of each country), facts, stated (whether it is a tie that a source
            states as such), fits (whether it is of the field; null where none of its fields is
            known; true when all fields are asked for).
        """
        import polars as pl

        def bodies(country: str) -> pl.Expr:
            here = (pl.col("country") == country) & ~pl.col("state")
            return pl.col("agent").filter(here).n_unique()

        going_on = pl.col("year").is_not_null() & pl.col("until").is_null()
        grouped = self.sides.group_by("thing", "kind", "size").agg(
            pl.col("year").min(),
            pl.when(~going_on.any()).then(pl.col("until").max()).alias("until"),
            bodies(self.home).alias("home"),
            bodies(self.partner).alias("partner"),
            pl.col("facts").explode().unique().sort(),
        )
        if self.concepts is None:
            fits = grouped.with_columns(pl.lit(value=True).alias("fits"))
        else:
            on = pl.col("concept").is_in(list(self.concepts)).any().alias("fits")
            known = self.topics.group_by("thing").agg(on)
            fits = grouped.join(known, on="thing", how="left")
        return fits.with_columns(
            pl.col("facts").list.contains(pl.col("thing")).alias("stated")
        ).sort("fits", "year", "thing", descending=[True, True, False], nulls_last=True)

    @cached_property
    def _fitting(self) -> pl.DataFrame:
        """The things that are of the field."""
        import polars as pl

        return self.things.filter(pl.col("fits").fill_null(value=False)).select("thing")

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """Who of both countries works together in the field.

        Where no body is named its country stands; the two countries alone are no pair.

        Returns:
            Columns one (of home), other (of the partner), things, weight, last, facts; the
            strongest first.
        """
        import polars as pl

        near = self.sides.join(self._fitting, on="thing", how="semi")
        names = {
            country: near.filter(pl.col("country") == country)
            for country in (self.home, self.partner)
        }
        ties = cooperation.pairs(self.found.join(near.select("thing").unique(), on="thing"))
        ties = ties.join(names[self.home].select(pl.col("agent").alias("one")).unique(), on="one")
        ties = ties.join(
            names[self.partner].select(pl.col("agent").alias("other")).unique(), on="other"
        )
        ours = names[self.home].select("thing", pl.col("agent").alias("one"), "facts")
        theirs = names[self.partner].select(
            "thing", pl.col("agent").alias("other"), pl.col("facts").alias("more")
        )
        said = (
            ours.join(theirs, on="thing")
            .group_by("one", "other")
            .agg(pl.concat_list("facts", "more").explode().unique().sort().alias("facts"))
        )
        alone = (pl.col("one") == self.home) & (pl.col("other") == self.partner)
        return (
            ties.filter(~alone)
            .join(said, on=["one", "other"])
            .sort(["weight", "things", "one", "other"], descending=[True, True, False, False])
        )

    @cached_property
    def strangers(self) -> pl.DataFrame:
        """Bodies of the partner that are active in the field, with nobody of home.

        Returns:
            Columns agent, things, position (among the bodies of the partner), facts.
        """
        import polars as pl

        field = self.found
        if self.concepts is not None:
            field = cooperation.about(field, self.topics, self.concepts)
        tied = self.sides.filter(pl.col("country") == self.partner).select("agent").unique()
        return (
            field.filter((pl.col("country") == self.partner) & ~pl.col("state"))
            .group_by("agent")
            .agg(
                pl.col("thing").n_unique().alias("things"),
                pl.col("fact").unique().sort().alias("facts"),
            )
            .with_columns(pl.col("things").rank("min", descending=True).alias("position"))
            .join(tied, on="agent", how="anti")
            .sort(["things", "agent"], descending=[True, False])
        )


def _facts(found: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return found.group_by("thing", "agent").agg(pl.col("fact").unique().sort().alias("facts"))


def read(
    data: Data, home: str, partner: str, field: str | None, first: int | None, last: int | None
) -> Between:
    """What two countries have between them.

    Args:
        data: The data.
        home: IRI of one country.
        partner: IRI of the other.
        field: IRI of a concept; None for all fields.
        first: The first year of begin; None for all.
        last: The last year of begin; None for all.
    """
    import polars as pl

    found = cooperation.involvements(data)
    if first is not None:
        found = found.filter(pl.col("year").is_null() | (pl.col("year") >= first))
    if last is not None:
        found = found.filter(pl.col("year").is_null() | (pl.col("year") <= last))
    concepts = Fields(data.table("concepts")).within([field]) if field else None
    return Between(home, partner, concepts, found, data.table("topics"))


def agreements(data: Data, home: str, partner: str) -> pl.DataFrame:
    """The instruments to which both countries, or bodies of them, are parties.

    Args:
        data: The data.
        home: IRI of one country.
        partner: IRI of the other.

    Returns:
        One row for each instrument, the latest first: columns agreement, kind, signed, in_force,
        expires, named (the first day for which a source names a party), parties (countries),
        disputed (the days of a party for which sources name several), facts.
    """
    import polars as pl

    homes = cooperation.nations(data).select("agent", "country")
    several = pl.col("named").drop_nulls().n_unique().over("agreement", "party") > 1
    party = (
        data.table("agreements")
        .join(homes, left_on="party", right_on="agent")
        .with_columns(several.alias("several"))
    )
    ours = pl.col("country").is_in([home, partner])
    return (
        party.group_by("agreement")
        .agg(
            pl.col("kind").drop_nulls().sort().first().fill_null(INSTRUMENT),
            pl.col("signed", "in_force", "expires").min(),
            pl.col("named").filter(ours).min(),
            pl.col("country").n_unique().alias("parties"),
            pl.col("country").filter(ours).n_unique().alias("both"),
            pl.col("named")
            .filter(ours & pl.col("several"))
            .drop_nulls()
            .unique()
            .sort()
            .alias("disputed"),
            pl.col("fact").filter(ours).unique().sort().alias("facts"),
        )
        .filter(pl.col("both") == 2)
        .with_columns(pl.coalesce("in_force", "signed", "named").alias("day"))
        .sort(["day", "agreement"], descending=[True, False], nulls_last=True)
        .drop("both")
    )


__all__ = ["INSTRUMENT", "MECHANISM", "Between", "agreements", "read"]

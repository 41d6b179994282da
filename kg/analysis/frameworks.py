"""What stands between countries in a year: agreements in force, programmes and bodies of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.analysis import cooperation
from kg.analysis.cooperation import OUTSIDE
from kg.analysis.rows import Data
from kg.namespaces import ISTC

if TYPE_CHECKING:
    import polars as pl

#: Kinds of things beside instruments under which countries cooperate.
_KINDS = tuple(
    ISTC + name
    for name in (
        "CooperationMechanism",
        "CooperationPlatform",
        "Initiative",
        "Organization",
        "Programme",
    )
)


def lasting(members: pl.DataFrame, year: int, *, whole: str | None = None) -> pl.DataFrame:
    """The memberships that stand in a year: neither begun after it nor ended before it.

    A period without a begin tells when its source speaks, so that its end ends nothing.

    Args:
        members: Memberships with the columns begin and end.
        year: The year.
        whole: Column of the body, in data that end all memberships with the data: the latest end
            of a body of which no membership is open is no end.
    """
    import polars as pl

    left = pl.col("end").dt.year()
    ended = pl.col("begin").is_not_null() & (left < year)
    if whole is not None:
        ended &= (left < left.max().over(whole)) | left.is_null().any().over(whole)
    later = pl.col("begin").dt.year() > year
    return members.filter(~(ended | later).fill_null(value=False))


def in_force(data: Data, year: int) -> pl.DataFrame:
    """What binds countries in a year.

    An instrument holds from its entry into force (else its signature, else the period for which a
    source states the party) until it expires; one without a day of expiry goes on. A membership
    that lasts as long as the data on its body goes on too.

    Args:
        data: The graph.
        year: The year.

    Returns:
        One row for each fact: columns thing, kind, country, since, until (years), parties
        (countries that are party to the thing in that year), fact.
    """
    import polars as pl

    homes = cooperation.nations(data).select("agent", "country")
    first = pl.coalesce("in_force", "signed", "named")
    instruments = (
        data.table("agreements")
        .join(homes, left_on="party", right_on="agent")
        .select(
            pl.col("agreement").alias("thing"),
            pl.coalesce("kind", pl.lit(f"{ISTC}CooperationInstrument")).alias("kind"),
            "country",
            first.dt.year().alias("since"),
            pl.col("expires").dt.year().alias("until"),
            "fact",
        )
        .filter(pl.col("since") <= year)
    )
    kinds = cooperation.things(data)
    memberships = (
        data.table("participations")
        .filter(~pl.col("role").is_in(OUTSIDE).fill_null(value=False))
        .join(homes, on="agent")
        .join(kinds.filter(pl.col("kind").is_in(_KINDS)), on="thing", suffix="_of")
        .filter(pl.col("agent") == pl.col("country"))
        .with_columns(
            pl.coalesce(pl.col("begin").dt.year(), "begin_of").alias("since"),
            pl.col("end").dt.year().alias("left"),
        )
        .with_columns(pl.col("left").max().over("thing").alias("latest"))
        .select(
            "thing",
            "kind",
            "country",
            "since",
            pl.when(pl.col("left") < pl.col("latest"))
            .then("left")
            .otherwise(pl.col("end_of"))
            .alias("until"),
            "fact",
        )
        .filter(pl.col("since").is_null() | (pl.col("since") <= year))
    )
    groups = (
        data.table("members")
        .join(homes, on="agent")
        .filter(pl.col("agent") == pl.col("country"))
        .select(
            pl.col("whole").alias("thing"),
            pl.lit(f"{ISTC}CountryGroup").alias("kind"),
            "country",
            pl.col("begin").dt.year().alias("since"),
            pl.col("end").dt.year().alias("until"),
            "fact",
        )
        .filter(pl.col("since").is_null() | (pl.col("since") <= year))
    )
    return (
        pl.concat([instruments, memberships, groups], how="vertical_relaxed")
        .filter(pl.col("until").is_null() | (pl.col("until") >= year))
        .with_columns(pl.col("country").n_unique().over("thing").alias("parties"))
        .filter(pl.col("parties") > 1)
        .sort("thing", "country", "fact")
    )


def shared(standing: pl.DataFrame, country: str) -> pl.DataFrame:
    """What stands between a country and each other one.

    Args:
        standing: What is in force, see `in_force`.
        country: The country.

    Returns:
        One row for each thing and other country: columns thing, kind, country (the other), since,
        until, parties, evidence (the facts of both sides).
    """
    import polars as pl

    own = (
        standing.filter(pl.col("country") == country)
        .group_by("thing")
        .agg(pl.col("fact").unique().sort().alias("ours"))
    )
    return (
        standing.filter(pl.col("country") != country)
        .group_by("thing", "kind", "country", "parties")
        .agg(pl.col("since").min(), pl.col("until").max(), pl.col("fact").unique().alias("theirs"))
        .join(own, on="thing")
        .with_columns(pl.concat_list("ours", "theirs").list.unique().list.sort().alias("evidence"))
        .drop("ours", "theirs")
        .sort("country", "parties", "thing")
    )


def cover(standing: pl.DataFrame) -> dict[tuple[str, str], float]:
    """How well cooperation of each two countries is covered, from 0 to below 1.

    A thing of two parties counts 1, one of n parties 1 / (n - 1): a convention that is open to the
    world says little on each pair. The sum x becomes x / (1 + x).
    """
    import polars as pl

    sides = standing.select("thing", "country", "parties").unique()
    found = (
        sides.rename({"country": "one"})
        .join(sides.select("thing", pl.col("country").alias("other")), on="thing")
        .filter(pl.col("one") != pl.col("other"))
        .group_by("one", "other")
        .agg((1 / (pl.col("parties") - 1)).sum().alias("sum"))
    )
    return {(one, other): x / (1 + x) for one, other, x in found.rows()}


__all__ = ["cover", "in_force", "lasting", "shared"]

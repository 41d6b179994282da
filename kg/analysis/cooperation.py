"""Who takes part in what with whom: works, projects, platforms and instruments as one table.

Two agents are tied by everything in which both take part. An instrument, mechanism or organization
with more than `OPEN` parties is open to the world and says nothing on each pair of them (the same
bound as in `kg/rules/inference/cooperates-with.rq`); of other things, those with more than `CROWD`
participants are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.analysis.rows import Data
from kg.namespaces import ISTC, VOCAB

if TYPE_CHECKING:
    import polars as pl

#: Parties above which an instrument, mechanism or organization ties nobody to anybody.
OPEN = 20
#: Participants above which any other thing ties nobody to anybody.
CROWD = 100
#: Classes of things with parties or members.
PACTS = tuple(
    ISTC + name for name in ("CooperationInstrument", "CooperationMechanism", "Organization")
)
OUTPUT, PROJECT = f"{ISTC}Output", f"{ISTC}Project"
#: Roles and relations of those who pay, own or watch: they are no partners of those who work.
OUTSIDE = (f"{ISTC}fundedBy", f"{VOCAB}role/funder", f"{VOCAB}role/observer")
#: Roles of those who belong to an organization.
MEMBERS = tuple(f"{VOCAB}role/{key}" for key in ("member", "associate-member", "observer"))
#: Roles and relations of those who lead.
LEADING = (
    f"{VOCAB}role/coordinator",
    f"{VOCAB}role/host",
    f"{ISTC}hostedBy",
    f"{ISTC}initiatedBy",
    f"{ISTC}establishedBy",
)
#: The kind of a thing that is of several: the first of these.
_KINDS = tuple(
    ISTC + name
    for name in (
        "Output",
        "Project",
        "ResearchFacility",
        "CooperationPlatform",
        "Programme",
        "CooperationInstrument",
        "CooperationMechanism",
        "Initiative",
        "Event",
        "Cooperation",
        "Organization",
    )
)


def nations(data: Data) -> pl.DataFrame:
    """The country of each agent, one row each; a country is its own.

    Returns:
        Columns agent, country, state (whether the agent is a country or an area of one, and no
        body).
    """
    import polars as pl

    return (
        data.table("places")
        .filter("country")
        .group_by("agent")
        .agg(
            pl.col("place").sort().first().alias("country"),
            (~pl.col("body").any()).alias("state"),
        )
        .sort("agent")
    )


def things(data: Data) -> pl.DataFrame:
    """What can be taken part in, one row each: columns thing, kind, begin, end (years)."""
    import polars as pl

    order = {kind: number for number, kind in enumerate(_KINDS)}
    return (
        data.table("things")
        .with_columns(pl.col("kind").replace_strict(order, default=len(order)).alias("order"))
        .sort("thing", "order")
        .group_by("thing", maintain_order=True)
        .agg(
            pl.col("kind").first(),
            pl.col("begin").min().dt.year().alias("begin"),
            pl.col("end").max().dt.year().alias("end"),
        )
    )


def involvements(data: Data) -> pl.DataFrame:
    """Who takes part in what.

    A tie that a source states as such counts as one thing in which two take part: the fact. Where
    an organization takes part, its country does not count beside it. People are left out.

    Returns:
        One row for each fact: columns fact, thing, kind, agent, role, year (of its begin; null
        when unknown), until (year of its end; null when unknown), country (of the agent) and state
        (whether the agent is a country).
    """
    import polars as pl

    # A period without a begin tells when its source speaks, and no end.
    left = pl.when(pl.col("begin").is_not_null()).then(pl.col("end").dt.year())

    works = data.table("works").select(
        "fact",
        pl.col("work").alias("thing"),
        "agent",
        pl.lit(f"{ISTC}producedBy").alias("role"),
        pl.col("year").cast(pl.Int32),
        pl.col("year").cast(pl.Int32).alias("until"),
    )
    said = data.table("ties")
    ties = pl.concat(
        said.select(
            "fact",
            pl.col("fact").alias("thing"),
            pl.col(side).alias("agent"),
            pl.lit(f"{ISTC}cooperatesWith").alias("role"),
            pl.col("begin").dt.year().alias("year"),
            left.alias("until"),
        )
        for side in ("one", "other")
    )
    parts = data.table("participations").select(
        "fact",
        "thing",
        "agent",
        "role",
        pl.col("begin").dt.year().alias("year"),
        left.alias("until"),
    )
    kinds, people = things(data), data.table("people").select(pl.col("person").alias("agent"))
    return (
        pl.concat([works, parts, ties])
        .join(people.unique(), on="agent", how="anti")
        .filter(~pl.col("role").is_in(OUTSIDE).fill_null(value=False))
        .join(kinds.select("thing", "kind", "begin", "end"), on="thing", how="left")
        .join(nations(data), on="agent", how="left")
        .with_columns(
            pl.coalesce("year", "begin").alias("year"),
            pl.coalesce("until", "end").alias("until"),
            pl.coalesce("kind", pl.lit(f"{ISTC}Cooperation")).alias("kind"),
            pl.col("state").fill_null(value=False),
        )
        .with_columns((~pl.col("state")).any().over("thing", "country").alias("named"))
        .filter(~(pl.col("state") & pl.col("named")))
        .select("fact", "thing", "kind", "agent", "role", "year", "until", "country", "state")
        .sort("thing", "agent", "fact")
    )


def about(found: pl.DataFrame, topics: pl.DataFrame, concepts: frozenset[str]) -> pl.DataFrame:
    """The involvements in things about any of some concepts.

    Args:
        found: Involvements.
        topics: The projection `topics`.
        concepts: The concepts.
    """
    import polars as pl

    on = topics.filter(pl.col("concept").is_in(list(concepts))).select("thing").unique()
    return found.join(on, on="thing", how="semi")


def during(found: pl.DataFrame, first: int | None, last: int | None) -> pl.DataFrame:
    """The involvements that begin in some years; all when both ends are open."""
    import polars as pl

    if first is not None:
        found = found.filter(pl.col("year") >= first)
    if last is not None:
        found = found.filter(pl.col("year") <= last)
    return found


def telling(found: pl.DataFrame) -> pl.DataFrame:
    """The involvements in things that tie those who take part, each agent once for each thing.

    Returns:
        Columns thing, kind, agent, year, until, country, state, size (participants of the thing).
    """
    import polars as pl

    once = found.unique(["thing", "agent"], keep="first", maintain_order=True)
    return (
        once.with_columns(pl.len().over("thing").alias("size"))
        .filter(pl.when(pl.col("kind").is_in(PACTS)).then(OPEN).otherwise(CROWD) >= pl.col("size"))
        .filter(pl.col("size") > 1)
        .drop("fact", "role")
    )


def pairs(found: pl.DataFrame) -> pl.DataFrame:
    """Who is tied to whom.

    Args:
        found: Involvements.

    Returns:
        One row for each ordered pair: columns one, other, things (number in which both take
        part), weight (the sum of 1 / (participants - 1), so that a thing counts once for each of
        those who take part; Newman 2001), last (year).
    """
    import polars as pl

    sides = telling(found).select("thing", "agent", "year", "size")
    return (
        sides.rename({"agent": "one"})
        .join(sides.select("thing", pl.col("agent").alias("other")), on="thing")
        .filter(pl.col("one") != pl.col("other"))
        .group_by("one", "other")
        .agg(
            pl.len().alias("things"),
            (1 / (pl.col("size") - 1)).sum().alias("weight"),
            pl.col("year").max().alias("last"),
        )
        .sort("one", "other")
    )


__all__ = [
    "CROWD",
    "LEADING",
    "MEMBERS",
    "OPEN",
    "OUTPUT",
    "OUTSIDE",
    "PACTS",
    "PROJECT",
    "about",
    "during",
    "involvements",
    "nations",
    "pairs",
    "telling",
    "things",
]

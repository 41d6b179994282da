"""The profile of a field: its countries, organizations, ties and years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kg.analysis import cooperation, measures
from kg.analysis.fields import Fields
from kg.analysis.rows import Data, Row, Tables, Values, number, text, years

if TYPE_CHECKING:
    import polars as pl


def compute(data: Data, values: Values) -> Tables:
    """The tables of `field-profile.yaml`."""
    concept = text(values, "sector") or text(values, "field")
    if concept is None:
        return {}
    everything = cooperation.during(cooperation.involvements(data), *years(values))
    within = Fields(data.table("concepts")).within([concept])
    found = cooperation.about(everything, data.table("topics"), within)
    # What has a field at all is the world against which a country is measured.
    topical = everything.join(data.table("topics").select("thing").unique(), on="thing", how="semi")
    top, country = int(number(values, "top", 25)), text(values, "country")
    joint = international(found)
    return {
        "countries": list(_countries(found, topical, joint, country, top)),
        "organizations": list(_organizations(found, joint, country, top)),
        "pairs": list(_pairs(found, country, top)),
        "by-year": list(_by_year(found, joint)),
    }


def international(found: pl.DataFrame) -> list[str]:
    """Things with participants of two countries or more."""
    import polars as pl

    sizes = found.drop_nulls("country").group_by("thing").agg(pl.col("country").n_unique())
    return sizes.filter(pl.col("country") > 1)["thing"].to_list()


def _counted(found: pl.DataFrame, joint: list[str], *keys: str) -> pl.DataFrame:
    import polars as pl

    return (
        found.with_columns(pl.col("thing").is_in(joint).alias("out"))
        .group_by(*keys)
        .agg(
            pl.col("thing").n_unique().alias("things"),
            pl.col("thing").filter("out").n_unique().alias("joint"),
            pl.col("fact").unique().sort().alias("facts"),
        )
        .sort("things", *keys, descending=[True, *(False for _ in keys)])
    )


def _countries(
    found: pl.DataFrame, world: pl.DataFrame, joint: list[str], country: str | None, top: int
) -> Iterator[Row]:
    import polars as pl

    ranked = _counted(found.drop_nulls("country"), joint, "country")
    own = dict(world.group_by("country").agg(pl.col("thing").n_unique()).iter_rows())
    field, whole = found["thing"].n_unique(), world["thing"].n_unique()
    for place, row in enumerate(ranked.iter_rows(named=True)):
        if place >= top and row["country"] != country:
            continue
        numbers = (row["things"], own.get(row["country"], 0), field, whole)
        yield {
            "country": row["country"],
            "things": row["things"],
            "joint": row["joint"],
            "share": measures.percent(row["things"] / field),
            "activity": measures.index(measures.activity_index(*numbers)),
            "specialisation": measures.index(measures.relative_specialisation(*numbers)),
            "evidence": row["facts"],
        }


def _organizations(
    found: pl.DataFrame, joint: list[str], country: str | None, top: int
) -> Iterator[Row]:
    import polars as pl

    bodies = found.filter(~pl.col("state"))
    if country is not None:
        bodies = bodies.filter(pl.col("country") == country)
    for row in _counted(bodies, joint, "agent", "country").head(top).iter_rows(named=True):
        yield {
            "organization": row["agent"],
            "country": row["country"],
            "things": row["things"],
            "joint": row["joint"],
            "evidence": row["facts"],
        }


def _pairs(found: pl.DataFrame, country: str | None, top: int) -> Iterator[Row]:
    import polars as pl

    sides = (
        cooperation.telling(found)
        .drop_nulls("country")
        .join(found.group_by("thing", "agent").agg(pl.col("fact").first()), on=["thing", "agent"])
        .group_by("thing", "country")
        .agg(pl.col("fact").sort().first())
    )
    own = dict(sides.group_by("country").agg(pl.col("thing").n_unique()).iter_rows())
    both = sides.join(sides, on="thing", suffix="_2").filter(
        pl.col("country") < pl.col("country_2")
    )
    if country is not None:
        both = both.filter((pl.col("country") == country) | (pl.col("country_2") == country))
    ranked = (
        both.group_by("country", "country_2")
        .agg(
            pl.col("thing").n_unique().alias("things"),
            pl.col("fact").append(pl.col("fact_2")).unique().sort().alias("facts"),
        )
        .sort("things", "country", "country_2", descending=[True, False, False])
    )
    for row in ranked.head(top).iter_rows(named=True):
        one, other = row["country"], row["country_2"]
        if other == country:
            one, other = other, one
        yield {
            "one": one,
            "other": other,
            "things": row["things"],
            "salton": measures.index(measures.salton(row["things"], own[one], own[other])),
            "evidence": row["facts"],
        }


def _by_year(found: pl.DataFrame, joint: list[str]) -> Iterator[Row]:
    for row in _counted(found.drop_nulls("year"), joint, "year").sort("year").iter_rows(named=True):
        yield {
            "period": str(row["year"]),
            "things": row["things"],
            "joint": row["joint"],
            "evidence": row["facts"],
        }


__all__ = ["compute", "international"]

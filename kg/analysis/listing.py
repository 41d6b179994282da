"""The entities and cooperations of a register one by one, each with the facts that list it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kg.analysis.registering import Register, Side
from kg.analysis.rows import Row


def entities(register: Register) -> Iterator[Row]:
    """Each selected entity with the number of its cooperations, who has most first."""
    side, cooperations = register.entities, register.cooperations
    years = register.spans.group_by("entity")
    worked = cooperations.units.group_by("entity").agg(number=pl.col("unit").n_unique())
    of = cooperations.units.select("unit", "entity").unique()
    abroad = cooperations.traits["country"].join(of, on="unit").group_by("entity")
    facts = pl.concat([trait.select("unit", "fact") for trait in side.traits.values()])
    rows = side.units.select("entity").unique()
    for more in (
        *(_first(side, name).rename({"unit": "entity"}) for name in ("place", "carrier")),
        worked,
        abroad.agg(countries=pl.col("value").n_unique()),
        years.agg(first=pl.col("year").min(), last=pl.col("year").max()),
        facts.group_by(entity="unit").agg(records=pl.col("fact").unique()),
    ):
        rows = rows.join(more, on="entity", how="left")
    rows = rows.with_columns(pl.col("number", "countries").fill_null(0), *_texts("first", "last"))
    yield from rows.sort(["number", "entity"], descending=[True, False]).iter_rows(named=True)


def cooperations(register: Register) -> Iterator[Row]:
    """Each selected cooperation, the latest first."""
    side = register.cooperations
    several = side.traits["country"].group_by("unit").agg(countries=pl.col("value").n_unique())
    listed = side.units.select("unit", "entity", "fact", first="begin", last="end")
    rows = listed.sort("unit", "fact").unique("unit", keep="first")
    for more in (
        *(_first(side, name) for name in ("partner", "country", "partner_kind", "mode", "sector")),
        several,
    ):
        rows = rows.join(more, on="unit", how="left")
    rows = rows.sort(["first", "unit"], descending=[True, False], nulls_last=True)
    rows = rows.rename({"unit": "cooperation", "fact": "records"})
    yield from rows.with_columns(_texts("first", "last")).iter_rows(named=True)


def _first(side: Side, dimension: str) -> pl.DataFrame:
    """The value of each along a dimension; of several the first in the order of their keys."""
    return side.traits[dimension].group_by("unit").agg(pl.col("value").min().alias(dimension))


def _texts(*years: str) -> list[pl.Expr]:
    return [pl.col(year).cast(pl.String()) for year in years]


__all__ = ["cooperations", "entities"]

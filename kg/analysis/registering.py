"""A register of cooperation as columns: what is selected, counted by what, active in which years.

A register lists entities (place, carrier, sector) and their cooperations (partner, country, kind
of partner, mode, sector, years). Each has values along dimensions and counts once under each of
them; but several modes or kinds of partner count as “two or more”, as in the paper on Beijing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from kg.analysis.rows import Data, Values, text, years
from kg.namespaces import ISTC, VOCAB

#: Dimensions of entities, and the property that gives their values.
OF_ENTITIES = {"place": "locatedIn", "carrier": "entityType", "sector": "sector"}
#: Dimensions of cooperations; continents follow from countries.
OF_COOPERATIONS = {
    "partner": "cooperationPartner",
    "country": "partnerCountry",
    "partner_kind": "partnerType",
    "mode": "cooperationMode",
    "sector": "sector",
}
#: What counts under one value only, and the concept for several.
_MIXED = {
    "partner_kind": f"{VOCAB}partner-type/mixed",
    "mode": f"{VOCAB}cooperation-mode/mixed",
}


@dataclass(frozen=True)
class Side:
    """The entities or the cooperations of a register.

    Attributes:
        units: One row for each and the fact that lists it: unit, entity, register, fact, begin,
            end (years, null where open or not given).
        traits: Dimension → rows of unit, value, fact.
    """

    units: pl.DataFrame
    traits: Mapping[str, pl.DataFrame]

    @cached_property
    def number(self) -> int:
        """How many there are."""
        return self.units["unit"].n_unique()

    def only(self, units: pl.DataFrame) -> Side:
        """Those that stand in a column `unit`."""
        return Side(
            self.units.join(units, on="unit", how="semi"),
            {name: t.join(units, on="unit", how="semi") for name, t in self.traits.items()},
        )

    def having(self, dimension: str, values: set[str] | None) -> Side:
        """Those with one of these values; all where None is asked for."""
        if values is None:
            return self
        return self.only(self.traits[dimension].filter(pl.col("value").is_in(list(values))))

    def within(self, begin: int | None, end: int | None) -> Side:
        """Those that are active in a year of a range; without years only in no range at all."""
        if begin is None and end is None:
            return self
        dated = pl.col("begin").is_not_null() | pl.col("end").is_not_null()
        kept = self.units.filter(
            dated
            & (pl.lit(end is None) | (pl.col("begin").fill_null(0) <= (end or 0)))
            & (pl.lit(begin is None) | (pl.col("end").fill_null(9999) >= (begin or 0)))
        )
        return self.only(kept)

    def counted(self, dimension: str) -> pl.DataFrame:
        """Each value of a dimension: how many have it (`number`), and their `facts`."""
        return (
            self.traits[dimension]
            .group_by("value")
            .agg(pl.col("unit").n_unique().alias("number"), pl.col("fact").unique().alias("facts"))
            .sort(["number", "value"], descending=[True, False])
        )

    def crossed(self, one: str, other: str) -> pl.DataFrame:
        """Each pair of values of two dimensions: `one`, `other`, `number`, `facts`."""
        pairs = self.traits[one].join(self.traits[other], on="unit", suffix="_other")
        return (
            pairs.group_by(pl.col("value").alias("one"), pl.col("value_other").alias("other"))
            .agg(pl.col("unit").n_unique().alias("number"), pl.col("fact").unique().alias("facts"))
            .sort(["other", "number", "one"], descending=[False, True, False])
        )


@dataclass(frozen=True)
class Register:
    """What is selected of all registers.

    Attributes:
        entities: The entities.
        cooperations: The cooperations.
        spans: Rows of entity and year in which it is active, over all years, of the selection.
        last: Last year that the registers know of; None where they name none.
        areas: Place → areas that it is part of, and itself.
        whole: Whether nothing is left out.
    """

    entities: Side
    cooperations: Side
    spans: pl.DataFrame
    last: int | None
    areas: Mapping[str, set[str]]
    whole: bool

    def inside(self, area: str) -> pl.DataFrame:
        """Rows of unit, value, fact of the entities whose place is an area or part of it."""
        places = [place for place, wholes in self.areas.items() if area in wholes]
        return self.entities.traits["place"].filter(pl.col("value").is_in([area, *places]))


def read(data: Data, values: Values) -> Register:
    """The registers of the graph, as far as they are selected.

    Args:
        data: The graph; tables `register`, `register-cooperations`, `continents`, `areas`.
        values: `register`, `place`, `carrier`, `sector`, `country`, `continent`, `partner_kind`,
            `mode`: IRIs; `years`: a range.
    """
    areas = _areas(data)
    entities, cooperations = _entities(data), _cooperations(data)
    chosen = {name: text(values, name) for name in (*OF_ENTITIES, *OF_COOPERATIONS, "continent")}
    register, place, sector = text(values, "register"), chosen["place"], chosen["sector"]
    begin, end = years(values)
    last = _last(entities, cooperations)
    if register is not None:
        entities, cooperations = (
            side.only(side.units.filter(pl.col("register") == register))
            for side in (entities, cooperations)
        )
    inherited = _with_sectors(cooperations, entities)
    wide = entities.having("place", _parts(place, areas)).having("carrier", _one(chosen["carrier"]))
    worked = inherited.only(
        inherited.units.join(wide.units.select(entity="unit"), on="entity", how="semi")
    ).having("sector", _one(sector))
    partial = False
    for name in ("country", "continent", "partner_kind", "mode"):
        worked = worked.having(name, _one(chosen[name]))
        partial = partial or chosen[name] is not None
    listed = wide.having("sector", _one(sector))
    if partial:
        listed = listed.only(worked.units.select(unit="entity"))
    spans = _spans(listed, worked if partial else inherited, last)
    active = spans.filter(_between(begin, end))
    return Register(
        listed if begin is None and end is None else listed.only(active.select(unit="entity")),
        worked.within(begin, end),
        spans,
        last,
        areas,
        not any(chosen.values()) and begin is None and end is None,
    )


def _between(begin: int | None, end: int | None) -> pl.Expr:
    year = pl.col("year")
    return year.is_between(begin or year.min(), end or year.max())


def _one(value: str | None) -> set[str] | None:
    return None if value is None else {value}


def _parts(area: str | None, areas: Mapping[str, set[str]]) -> set[str] | None:
    if area is None:
        return None
    return {area, *(place for place, wholes in areas.items() if area in wholes)}


def _areas(data: Data) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for place, area in data.table("areas").iter_rows():
        found.setdefault(place, {place}).add(area)
    return found


def _traits(rows: pl.DataFrame, dimensions: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    return {
        name: rows.filter(pl.col("property") == ISTC + local).select("unit", "value", "fact")
        for name, local in dimensions.items()
    }


def _entities(data: Data) -> Side:
    rows = data.table("register").with_columns(unit=pl.col("entity"))
    listing = rows.filter(pl.col("property") == ISTC + OF_ENTITIES["carrier"])
    columns = ("unit", "entity", "register", "fact", "begin", "end")
    return Side(listing.select(columns).unique(), _traits(rows, OF_ENTITIES))


def _cooperations(data: Data) -> Side:
    rows = data.table("register-cooperations").with_columns(unit=pl.col("cooperation"))
    traits = _traits(rows, OF_COOPERATIONS)
    for name, several in _MIXED.items():
        count = pl.col("value").n_unique().over("unit")
        folded = pl.when(count > 1).then(pl.lit(several)).otherwise(pl.col("value"))
        traits[name] = traits[name].with_columns(value=folded).unique()
    continents = data.table("continents").select(value="country", continent="continent").unique()
    traits["continent"] = (
        traits["country"]
        .join(continents, on="value")
        .select("unit", value="continent", fact="fact")
        .unique()
    )
    columns = ("unit", "entity", "register", "fact", "begin", "end")
    return Side(rows.select(columns).unique(), traits)


def _with_sectors(cooperations: Side, entities: Side) -> Side:
    """Cooperations without a sector of their own have those of their entities."""
    own = cooperations.traits["sector"]
    without = cooperations.units.join(own, on="unit", how="anti")
    inherited = without.join(
        entities.traits["sector"].select(entity="unit", value="value"), on="entity"
    )
    both = pl.concat([own, inherited.select("unit", "value", "fact")]).unique()
    return Side(cooperations.units, {**cooperations.traits, "sector": both})


def _last(*sides: Side) -> int | None:
    found = [
        year
        for side in sides
        for column in ("begin", "end")
        for year in [side.units[column].max()]
        if isinstance(year, int)
    ]
    return max(found, default=None)


def _spans(entities: Side, cooperations: Side, last: int | None) -> pl.DataFrame:
    """Years in which entities are active: those of the register, else those of cooperations."""
    dated = pl.col("begin").is_not_null() | pl.col("end").is_not_null()
    own = entities.units.filter(dated)
    other = cooperations.units.filter(dated).join(own, on="entity", how="anti")
    other = other.join(entities.units, on="entity", how="semi")
    rows = pl.concat([own.select("entity", "begin", "end"), other.select("entity", "begin", "end")])
    if last is None or rows.is_empty():
        return pl.DataFrame(schema={"entity": pl.String(), "year": pl.Int64()})
    end = pl.col("end").fill_null(pl.lit(last))
    begin = pl.col("begin").fill_null(pl.col("end"))
    return (
        rows.select("entity", year=pl.int_ranges(begin, end + 1, dtype=pl.Int64))
        .explode("year")
        .drop_nulls()
        .unique()
        .sort("year", "entity")
    )


__all__ = ["OF_COOPERATIONS", "OF_ENTITIES", "Register", "Side", "read"]

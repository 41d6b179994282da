"""A composite index of countries with visible weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg import resources
from kg.analysis import coauthoring, measures
from kg.analysis.coauthoring import Coauthoring
from kg.analysis.composite import Composite, ordered
from kg.analysis.cooperation import MEMBERS
from kg.analysis.networks import Network
from kg.analysis.results import printed
from kg.analysis.rows import Data, Row, Tables, Values, number, text
from kg.entries import Bilingual
from kg.namespaces import ID

if TYPE_CHECKING:
    import polars as pl

#: Years over which growth is measured, and back to which a figure counts as current.
SPAN = 5


@dataclass(frozen=True)
class _Value:
    """A value of an indicator.

    Attributes:
        value: The value, higher is better.
        shown: As readers see it.
        year: Its year.
        facts: The facts behind it.
    """

    value: float
    shown: str
    year: int | None
    facts: list[str]


_Found = dict[str, _Value]


def compute(data: Data, values: Values) -> Tables:
    """The tables of `composite.yaml`."""
    year = int(text(values, "year") or 2023)
    read = _Reading(data, year)
    known = {name: of(read) for name, of in INDICATORS.items()}
    weights = {name: number(values, name) for name in INDICATORS}
    composite = Composite(
        {name: {unit: v.value for unit, v in found.items()} for name, found in known.items()},
        weights,
        text(values, "scale") or "min-max",
    )
    index = composite.index()
    order = list(ordered(index))
    shown = order[: int(number(values, "top", 40))]
    country = text(values, "country")
    if country in index and country not in shown:
        shown.append(country)
    return {
        "ranking": list(_ranking(composite, known, index, shown)),
        "contributions": list(_contributions(composite, known, shown)),
        "left-out": list(_left_out(composite, known, index, shown)),
        "weights": list(_weights(composite, known)),
    }


class _Reading:
    """What the indicators are computed from, up to a year."""

    def __init__(self, data: Data, year: int) -> None:
        import polars as pl

        self.data, self.year = data, year
        self.works: Coauthoring = coauthoring.read(data, last=year)
        self.figures: pl.DataFrame = (
            data.table("figures")
            .filter(
                pl.col("about").str.starts_with(f"{ID}country/")
                & (pl.col("begin").dt.year() == pl.col("end").dt.year())
                & (pl.col("begin").dt.year() <= year)
                & (pl.col("begin").dt.year() > year - 2 * SPAN)
            )
            .with_columns(pl.col("begin").dt.year().alias("year"))
            .sort("indicator", "about", "year", "document", "fact")
        )

    def latest(self, indicator: str) -> _Found:
        """The latest figure of each country."""
        import polars as pl

        found = self.figures.filter(pl.col("indicator") == f"{ID}indicator/{indicator}")
        last = found.unique("about", keep="last", maintain_order=True)
        return {
            row["about"]: _Value(
                row["value"], printed(row["value"]) or "", row["year"], [row["fact"]]
            )
            for row in last.iter_rows(named=True)
        }


# --- indicators -----------------------------------------------------------------------------------


def _joint_works(read: _Reading) -> _Found:
    last = read.works.last
    return {
        country: _Value(math.log10(works), printed(works) or "", year, [fact])
        for (country, year), (works, fact) in read.works.totals.items()
        if year == last and works > 0
    }


def _growth(read: _Reading) -> _Found:
    last = read.works.last
    found: _Found = {}
    for (country, year), (works, fact) in read.works.totals.items():
        before, earlier = read.works.totals.get((country, year - SPAN), (0.0, ""))
        grown = measures.growth(before, works, SPAN)
        # Growth from a handful of works says nothing.
        if year == last and grown is not None and before >= 100:
            found[country] = _Value(grown, f"{100 * grown:.1f} %", year, [fact, earlier])
    return found


def _diversity(read: _Reading) -> _Found:
    now = read.works.in_year(read.works.last)
    found: _Found = {}
    for (country,), some in now.joint.group_by("one", maintain_order=True):
        spread = measures.shannon(some["works"].to_list())
        if spread is not None:
            facts = some.sort("works", descending=True)["fact"].to_list()[:20]
            found[str(country)] = _Value(spread, printed(spread) or "", read.works.last, facts)
    return found


def _position(read: _Reading) -> _Found:
    import polars as pl

    now = read.works.in_year(read.works.last)
    ties = now.joint.filter(pl.col("one") < pl.col("other"))
    network = Network(ties.select("one", "other", "works").rows())
    return {
        name: _Value(
            at.eigenvector,
            printed(at.eigenvector) or "",
            read.works.last,
            [fact for fact in [now.totals.get((name, read.works.last or 0), (0, ""))[1]] if fact],
        )
        for name, at in network.positions().items()
    }


def _memberships(read: _Reading) -> _Found:
    import polars as pl

    current = (pl.col("end").is_null() | (pl.col("end").dt.year() >= read.year - 2 * SPAN)) & (
        pl.col("begin").is_null() | (pl.col("begin").dt.year() <= read.year)
    )
    found = (
        read.data.table("participations")
        .filter(pl.col("role").is_in(MEMBERS[:2]) & current)
        .filter(pl.col("agent").str.starts_with(f"{ID}country/"))
        .group_by("agent")
        .agg(pl.col("thing").n_unique().alias("number"), pl.col("fact").unique().sort())
    )
    return {
        agent: _Value(float(count), str(count), None, facts) for agent, count, facts in found.rows()
    }


def _receipts(read: _Reading) -> _Found:
    gdp = read.latest("gdp")
    return {
        country: _Value(
            received.value / gdp[country].value,
            f"{100 * received.value / gdp[country].value:.3f} %",
            received.year,
            [*received.facts, *gdp[country].facts],
        )
        for country, received in read.latest("ip-receipts").items()
        if country in gdp and gdp[country].value > 0
    }


#: Parameter → computation; names and rules stand in `kg/analysis/composite.csv`.
INDICATORS: Mapping[str, Callable[[_Reading], _Found]] = {
    "joint-works": _joint_works,
    "growth": _growth,
    "diversity": _diversity,
    "position": _position,
    "rd-intensity": lambda read: read.latest("rd-intensity"),
    "researchers": lambda read: read.latest("researchers-per-million"),
    "memberships": _memberships,
    "receipts": _receipts,
}


@cache
def _words() -> dict[str, dict[str, Bilingual]]:
    """Indicator → its name and its rule in both languages."""
    reader = resources.rows("kg", "analysis", "composite.csv")
    return {
        row["key"]: {
            part: {tag: row[f"{part}_{tag}"] for tag in ("zh", "en")} for part in ("name", "rule")
        }
        for row in reader
    }


# --- tables ---------------------------------------------------------------------------------------


def _facts(known: Mapping[str, _Found], used: list[str], unit: str) -> list[str]:
    return [fact for name in used if unit in known[name] for fact in known[name][unit].facts[:3]]


def _ranking(
    composite: Composite,
    known: Mapping[str, _Found],
    index: Mapping[str, float | None],
    shown: list[str],
) -> Iterator[Row]:
    positions, bands = measures.ranks(index), composite.bands()
    for unit in shown:
        yield {
            "country": unit,
            "score": measures.index(index[unit]),
            "position": positions[unit],
            "best": bands[unit][0],
            "worst": bands[unit][1],
            "missing": sum(unit not in known[name] for name in composite.used),
            "evidence": _facts(known, composite.used, unit),
        }


def _contributions(
    composite: Composite, known: Mapping[str, _Found], shown: list[str]
) -> Iterator[Row]:
    scores = composite.scores()
    for unit in shown:
        for name in composite.used:
            value = known[name].get(unit)
            if value is None:
                continue
            yield {
                "country": unit,
                "indicator": _words()[name]["name"],
                "score": measures.index(scores[name][unit]),
                "value": value.shown,
                "period": str(value.year) if value.year else None,
                "evidence": value.facts,
            }


def _left_out(
    composite: Composite,
    known: Mapping[str, _Found],
    index: Mapping[str, float | None],
    shown: list[str],
) -> Iterator[Row]:
    positions = measures.ranks(index)
    for name in composite.used if len(composite.used) > 1 else ():
        others = composite.without(name)
        for unit in shown:
            if unit in others:
                yield {
                    "country": unit,
                    "indicator": _words()[name]["name"],
                    "position": others[unit],
                    "change": positions[unit] - others[unit],
                    "evidence": known[name][unit].facts if unit in known[name] else [],
                }


def _weights(composite: Composite, known: Mapping[str, _Found]) -> Iterator[Row]:
    whole = sum(composite.weights[name] for name in composite.used)
    for name in INDICATORS:
        weight = composite.weights[name]
        yield {
            "indicator": _words()[name]["name"],
            "weight": weight,
            "share": measures.percent(weight / whole) if whole else None,
            "countries": len(known[name]),
            "rule": _words()[name]["rule"],
            "evidence": [],
        }


__all__ = ["INDICATORS", "compute"]

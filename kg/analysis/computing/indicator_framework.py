"""The framework of indicators, and the values that the graph has of them for a country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kg.analysis import coauthoring, measures
from kg.analysis.computing.country_profile import span
from kg.analysis.networks import Network
from kg.analysis.rows import Data, Row, Tables, Values, text
from kg.citing import text_of
from kg.entries import Bilingual
from kg.namespaces import ID, ISTC, VOCAB

if TYPE_CHECKING:
    import polars as pl

#: Categories in the order of a chain of effects.
ORDER = ("input", "activity", "output", "outcome", "position", "openness")
#: Indicators of a statistical office that answer those of the framework, where data are loaded.
OFFICIAL = {
    "rd-intensity": "rd-intensity",
    "researchers": "researchers-per-million",
    "funds-from-abroad": "rd-funded-from-abroad",
    "joint-works": "works-with-other-countries",
}
#: Facts that a computed value names at most.
_NAMED = 20


def compute(data: Data, values: Values) -> Tables:
    """The tables of `indicator-framework.yaml`."""
    import polars as pl

    found = data.table("evaluation")
    category = text(values, "category")
    if category is not None:
        found = found.filter(pl.col("category") == category)
    country = text(values, "country")
    rows = sorted(found.iter_rows(named=True), key=_place)
    return {
        "indicators": list(_indicators(rows, _texts(data))),
        "values": list(_values(data, rows, country)) if country else [],
    }


def _place(row: Mapping[str, str]) -> tuple[int, str, str]:
    key = row["category"].removeprefix(f"{VOCAB}indicator-category/")
    place = ORDER.index(key) if key in ORDER else len(ORDER)
    return place, row["indicator"], row["measured"] or ""


def _texts(data: Data) -> Mapping[tuple[str, str], Bilingual]:
    found: dict[tuple[str, str], Bilingual] = defaultdict(dict)
    for row in data.select("evaluation-texts"):
        key = (text_of(row["indicator"]), text_of(row["property"]).removeprefix(ISTC))
        found[key][getattr(row["text"], "language", None) or "en"] = text_of(row["text"])
    return found


def _indicators(
    rows: list[dict[str, str]], texts: Mapping[tuple[str, str], Bilingual]
) -> Iterator[Row]:
    for row in {row["indicator"]: row for row in rows}.values():
        indicator = row["indicator"]
        yield {
            "category": row["category"],
            "indicator": indicator,
            "definition": texts[indicator, "countingRule"],
            "formula": texts[indicator, "formula"],
            "unit": row["unit"],
            "direction": row["direction"],
            "weakness": texts[indicator, "knownWeakness"],
            "document": row["document"],
            "place": row["place"],
        }


def _values(data: Data, rows: list[dict[str, str]], country: str) -> Iterator[Row]:
    import polars as pl

    figures = data.table("figures").filter(pl.col("about") == country)
    computed = _computed(data, country)
    said: set[str] = set()
    for row in rows:
        start: Row = {"category": row["category"], "indicator": row["indicator"]}
        key = row["indicator"].removeprefix(f"{ID}indicator/eval-")
        if key not in said:
            said.add(key)
            official = f"{ID}indicator/{OFFICIAL[key]}" if key in OFFICIAL else None
            yield from _latest(figures, official, start)
            if key in computed:
                yield {**start, "unit": row["unit"], **computed[key]}
        yield from _latest(figures, row["measured"], start)


def _latest(figures: pl.DataFrame, indicator: str | None, start: Row) -> Iterator[Row]:
    import polars as pl

    known = figures.filter(pl.col("indicator").eq_missing(indicator))
    for row in known.sort("end", "begin", "fact", nulls_last=False).tail(1).iter_rows(named=True):
        yield {
            **start,
            "measured": indicator,
            "value": row["value"],
            "unit": row["unit"],
            "period": span(row["begin"], row["end"]),
            "evidence": [row["fact"]],
        }


def _computed(data: Data, country: str) -> dict[str, Row]:
    """Values of the network of co-authorship, by key of the indicator."""
    import polars as pl

    works = coauthoring.read(data)
    last, first = works.last, works.first
    if last is None or first is None:
        return {}
    now = works.in_year(last)
    mine = now.of(country).sort("works", "other", descending=[True, False])
    parts = mine["works"].to_list()
    facts = mine["fact"].to_list()[:_NAMED]
    total, fact = works.totals.get((country, last), (0.0, ""))
    before, earlier = works.totals.get((country, first), (0.0, ""))
    grown = measures.growth(before, total, last - first)
    ties = now.joint.filter(pl.col("one") < pl.col("other")).select("one", "other", "works")
    at = Network(ties.rows()).positions().get(country)
    found: dict[str, float | int | None] = {
        "partners": len(parts) or None,
        "concentration": measures.hhi(parts),
        "diversity": measures.shannon(parts),
    }
    if at is not None:
        found |= {
            "betweenness": at.betweenness,
            "eigenvector": at.eigenvector,
            "core": at.core,
        }
    rows: dict[str, Row] = {
        key: {"value": value, "period": str(last), "evidence": facts}
        for key, value in found.items()
        if value is not None
    }
    if grown is not None:
        rows["growth"] = {
            "value": 100 * grown,
            "period": f"{first}/{last}",
            "evidence": [fact, earlier],
        }
    return rows


__all__ = ["OFFICIAL", "ORDER", "compute"]

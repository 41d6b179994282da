"""What if: a country or an organization leaves something, or it ends; what is touched?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from kg.analysis.rows import Data, Row, Tables, Values, number, text
from kg.analysis.scenarios import Scenario, shape
from kg.entries import Bilingual

#: Ties that are listed at most.
_SHOWN = 1000
_FATES: Mapping[str, Bilingual] = {
    "ends": {"zh": "随之终止", "en": "ends with it"},
    "rests": {"zh": "另有依托", "en": "rests on something else too"},
    "empty": {"zh": "再无参与方", "en": "nobody is left"},
    "single": {"zh": "只剩一方", "en": "one side is left"},
    "goes-on": {"zh": "继续，少了参与方", "en": "goes on with fewer"},
    "same": {"zh": "不受影响", "en": "not touched"},
    "alone": {"zh": "断开，别无联系", "en": "cut, no other link"},
    "linked": {"zh": "另有联系", "en": "another link is left"},
    "isolated": {"zh": "在图谱中不再有任何联系", "en": "no link is left in the graph"},
    "stays": {"zh": "仍有其他联系", "en": "has other links"},
}
_FIGURES: Mapping[str, Bilingual] = {
    "members": {"zh": "参与方（含下属事项）", "en": "Participants, with all below"},
    "below": {"zh": "下属与依托的事项", "en": "Things below it or resting on it"},
    "ties": {"zh": "所涉合作关系（对）", "en": "Ties touched (pairs)"},
    "agents": {"zh": "全网：有联系的主体", "en": "Whole network: agents with a link"},
    "things": {"zh": "全网：有参与方的事项", "en": "Whole network: things with a participant"},
    "components": {"zh": "全网：连通分支", "en": "Whole network: components"},
    "largest": {
        "zh": "全网：最大分支的主体",
        "en": "Whole network: agents of the largest component",
    },
}


def compute(data: Data, values: Values) -> Tables:
    """See `kg.analysis.rows.Compute`."""
    thing = text(values, "thing")
    if thing is None:
        return {}
    data.progress("reading the links")
    year = int(number(values, "year", date.today().year))
    scenario = Scenario(data, thing, text(values, "leaver"), year)
    data.progress("looking for other links")
    return {
        "figures": list(_figures(scenario)),
        "ties": list(_ties(scenario)),
        "things": list(_things(scenario)),
        "agents": list(_agents(scenario)),
    }


def _figures(scenario: Scenario) -> Iterator[Row]:
    """What there is before and after."""
    here = scenario.links.filter(pl.col("thing").is_in(list(scenario.below)))
    after = here.join(scenario.cut, on=["thing", "agent", "fact"], how="anti")
    ties = scenario.ties
    whole, rest = shape(scenario.links), shape(scenario.kept)
    below = scenario.below - {scenario.thing}
    facts = scenario.cut["fact"].unique().sort().to_list()
    parts = scenario.rests["fact"].unique().sort().to_list()
    for name, before, then, evidence in (
        ("members", here["agent"].n_unique(), after["agent"].n_unique(), facts),
        ("below", len(below), len(below - scenario.ended), parts),
        ("ties", len(ties), int((ties["left"] > 0).sum()), facts),
        ("agents", whole.agents, rest.agents, facts),
        ("things", whole.things, rest.things, facts),
        ("components", whole.components, rest.components, facts),
        ("largest", whole.largest, rest.largest, facts),
    ):
        yield {
            "figure": dict(_FIGURES[name]),
            "before": before,
            "after": then,
            "change": then - before,
            "evidence": evidence,
        }


def _ties(scenario: Scenario) -> Iterator[Row]:
    """Pairs that lose a link, those with no other first."""
    for row in scenario.ties.head(_SHOWN).iter_rows(named=True):
        yield {
            "one": row["one"],
            "other": row["other"],
            "lost": row["lost"],
            "left": row["left"],
            "through": row["through"],
            "fate": dict(_FATES["linked" if row["left"] else "alone"]),
            "evidence": [*row["facts"], *(row["kept"] or [])],
        }


def _things(scenario: Scenario) -> Iterator[Row]:
    """The thing and all that is below it, with who takes part before and after."""
    columns = ["thing", "agent", "fact"]
    here = scenario.links.filter(pl.col("thing").is_in(list(scenario.below)))
    after = here.join(scenario.cut, on=columns, how="anti")

    def counted(frame: pl.DataFrame) -> dict[str, int]:
        grouped = frame.group_by("thing").agg(pl.col("agent").n_unique())
        return dict(grouped.iter_rows())

    before, then = counted(here), counted(after)
    facts = dict(here.group_by("thing").agg(pl.col("fact").unique().sort()).iter_rows())
    rests = {
        row["part"]: row
        for row in scenario.rests.group_by("part", maintain_order=True)
        .agg(pl.col("relation").first(), pl.col("whole").first(), pl.col("fact"))
        .iter_rows(named=True)
    }
    rows: list[Row] = []
    for thing in scenario.below:
        row = rests.get(thing, {})
        rows.append(
            {
                "thing": thing,
                "relation": row.get("relation"),
                "whole": row.get("whole"),
                "before": before.get(thing, 0),
                "after": 0 if thing in scenario.ended else then.get(thing, 0),
                "elsewhere": next(iter(scenario.otherwise.get(thing, ())), None),
                "fate": dict(
                    _FATES[_fate(scenario, thing, before.get(thing, 0), then.get(thing, 0))]
                ),
                "evidence": [*row.get("fact", []), *facts.get(thing, [])],
            }
        )
    yield from sorted(rows, key=lambda r: (r["thing"] != scenario.thing, str(r["thing"])))


def _fate(scenario: Scenario, thing: str, before: int, after: int) -> str:
    if thing in scenario.ended:
        return "ends"
    if scenario.leaver is None:
        return "rests"
    if before == after:
        return "same"
    return {0: "empty", 1: "single"}.get(after, "goes-on")


def _agents(scenario: Scenario) -> Iterator[Row]:
    """Who loses links, and what is left to them."""
    lost = scenario.cut.group_by("agent").agg(
        lost=pl.col("thing").n_unique(), facts=pl.col("fact").unique().sort()
    )
    left = scenario.kept.group_by("agent").agg(left=pl.col("thing").n_unique())
    pairs = scenario.ties.select("one", "other", "left")
    both = pl.concat([pairs.select("left", agent="one"), pairs.select("left", agent="other")])
    ties = both.group_by("agent").agg(ties=pl.len(), alone=(pl.col("left") == 0).sum())
    found = (
        ties.join(lost, on="agent", how="full", coalesce=True)
        .join(left, on="agent", how="left")
        .with_columns(pl.col("lost", "left", "ties", "alone").fill_null(0))
        .sort(["alone", "ties", "agent"], descending=[True, True, False])
    )
    for row in found.iter_rows(named=True):
        yield {
            "agent": row["agent"],
            "lost": row["lost"],
            "left": row["left"],
            "ties": row["ties"],
            "alone": row["alone"],
            "fate": dict(_FATES["stays" if row["left"] else "isolated"]),
            "evidence": row["facts"] or [],
        }

"""What documents and data sets state on two countries: figures, words, policies, differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg import resources
from kg.analysis import coauthoring, cooperation, frameworks
from kg.analysis.rows import Data, Row, key
from kg.citing import text_of
from kg.namespaces import ID, ISTC, VOCAB

if TYPE_CHECKING:
    import polars as pl

#: Outcomes of comparisons.
AGREE, CONFLICT = (f"{VOCAB}comparison-outcome/{key}" for key in ("agree", "conflict"))
_ISSUED = (f"{ISTC}issuedBy", f"{ISTC}issued")
#: A body in the partner country that is merely related, such as an international one, is no tie.
_RELATED = f"{ISTC}relatedTo"
#: What the figures of a series have in common: a rank in Europe is another one than that of all.
_SERIES = (
    "about", "counterpart", "indicator", "category", "unit", "area", "population", "document",
)  # fmt: skip
#: How a policy belongs to an initiative.
_SERVES = (f"{ISTC}implements", f"{ISTC}partOf")


class Stating:
    """What is stated on two countries.

    Args:
        data: The data.
        home: IRI of one country.
        partner: IRI of the other.
        first: The first year of figures; None for all.
        last: The last year; None for all.
    """

    def __init__(
        self, data: Data, home: str, partner: str, first: int | None, last: int | None
    ) -> None:
        self._data, self._home, self._partner = data, home, partner
        self._first, self._last = first, last
        self._homes = dict(cooperation.nations(data).select("agent", "country").iter_rows())

    def _opposite(self, about: str, counterpart: str | None) -> bool:
        """Whether one is of one country, and the other one the other country."""
        ends = {self._homes.get(about), self._homes.get(counterpart or "")}
        return ends == {self._home, self._partner}

    def figures(self) -> Iterator[Row]:
        """Figures of one side with the other, the latest of each series first."""
        both = [NamedNode(self._home), NamedNode(self._partner)]
        told: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for found in self._data.select("stated-between", side=both):
            said = told[text_of(found["fact"])]
            for name, term in found.items():
                said[name].add(text_of(term))
        latest: dict[tuple[str, ...], dict[str, str]] = {}
        for said in told.values():
            # A figure of several categories or documents comes with each of them.
            row = {name: min(values) for name, values in said.items()}
            if not self._opposite(row["about"], row["counterpart"]) or not self._within(row):
                continue
            series = tuple(" ".join(sorted(said.get(name, ()))) for name in _SERIES)
            before = latest.get(series)
            if before is None or _order(before) < _order(row):
                latest[series] = row
        for row in sorted(latest.values(), key=_order, reverse=True):
            yield {
                "about": row["about"],
                "counterpart": row["counterpart"],
                "indicator": row["indicator"],
                "scope": row.get("population") or row.get("area"),
                "category": row.get("category"),
                "value": row["value"],
                "unit": row.get("unit"),
                "wording": row.get("wording"),
                "period": row.get("period"),
                "evidence": [row["fact"]],
            }

    def _within(self, row: dict[str, str]) -> bool:
        end = row.get("end", "")[:4]
        if not end:
            return True
        return (self._first or 0) <= int(end) and (self._last or 9999) >= int(end)

    def statements(self) -> Iterator[Row]:
        """What documents say of the partner in words."""
        texts: dict[str, dict[str, str]] = defaultdict(dict)
        kinds: dict[str, str] = {}
        for row in self._data.select("statements-about", thing=NamedNode(self._partner)):
            fact, statement = text_of(row["fact"]), row["statement"]
            kinds[fact] = text_of(row["kind"])
            texts[fact][getattr(statement, "language", None) or "en"] = text_of(statement)
        for fact in sorted(texts):
            yield {"statement": texts[fact], "kind": kinds[fact], "evidence": [fact]}

    # --- policies ---------------------------------------------------------------------------------

    @cached_property
    def _groups(self) -> dict[str, list[str]]:
        """Groups that the partner belongs to in the last year → the facts that say so."""
        import polars as pl

        found: dict[str, list[str]] = defaultdict(list)
        year = self._last or date.today().year
        members = frameworks.lasting(self._data.table("members"), year)
        members = members.filter(pl.col("agent") == self._partner)
        for fact, whole in members.select("fact", "whole").rows():
            found[whole].append(fact)
        areas: dict[str, list[str]] = defaultdict(list)
        for place, area in self._data.table("areas").rows():
            areas[place].append(area)
        todo = list(found)
        while todo:
            group = todo.pop()
            for area in areas.get(group, ()):
                if area not in found:
                    found[area] = found[group]
                    todo.append(area)
        return found

    def _initiatives(self, agreements: pl.DataFrame) -> dict[str, list[str]]:
        """Initiatives in which the partner takes part by a group or document → the facts."""
        import polars as pl

        found: dict[str, list[str]] = {}
        for row in resources.rows("kg", "analysis", "initiatives.csv"):
            signed = agreements.filter(pl.col("kind") == ISTC + row["through"])["facts"]
            facts = [fact for some in signed for fact in some]
            facts = facts or self._groups.get(ID + row["through"], [])
            if facts:
                found.setdefault(ID + row["initiative"], facts)
        return found

    def policies(self, agreements: pl.DataFrame) -> Iterator[Row]:
        """Policies that a fact ties to the partner, the latest first.

        Args:
            agreements: Instruments of both, see `kg.analysis.between.agreements`.
        """
        import polars as pl

        table = self._data.table("policies")
        issued = table.filter(pl.col("relation").is_in(_ISSUED)).group_by("policy")
        days = dict(issued.agg(pl.col("begin").min()).iter_rows())
        serving = self._initiatives(agreements)
        rows: list[tuple[str, Row]] = []
        columns = ("fact", "policy", "relation", "other")
        for fact, policy, relation, other in table.select(*columns).unique().sort(columns).rows():
            if other in self._groups:
                through = self._groups[other]
            elif other in serving and relation in _SERVES:
                through = serving[other]
            elif other == self._partner or (
                self._homes.get(other) == self._partner and relation != _RELATED
            ):
                through = []
            else:
                continue
            day = str(days.get(policy) or "")[:4]
            rows.append(
                (
                    day,
                    {
                        "policy": policy,
                        "relation": relation,
                        "named": other,
                        "date": day or None,
                        "evidence": [fact, *through],
                    },
                )
            )
        seen: set[tuple[object, ...]] = set()
        for _, row in sorted(rows, key=lambda one: (one[0], str(one[1]["policy"])), reverse=True):
            told = (row["policy"], row["relation"], row["named"])
            if told not in seen:
                seen.add(told)
                yield row

    # --- differences ------------------------------------------------------------------------------

    def differences(self) -> Iterator[Row]:
        """Figures on the two for which documents differ."""
        yield from self._compared()
        yield from self._recounted()

    def _compared(self) -> Iterator[Row]:
        import polars as pl

        table = self._data.table("comparisons").filter(pl.col("outcome") != AGREE)
        pairs = table.select("about", "counterpart").unique().rows()
        ours = [(a, c) for a, c in pairs if self._opposite(a, c)]
        if not ours:
            return
        wanted = pl.DataFrame(ours, schema=["about", "counterpart"], orient="row")
        sets = table.join(wanted, on=["about", "counterpart"]).select("set").unique()
        for (_,), some in (
            table.join(sets, on="set").sort("set", "fact").group_by(["set"], maintain_order=True)
        ):
            told = "；".join(some["wording"].drop_nulls().unique(maintain_order=True))
            yield {
                "matter": some["indicator"][0],
                "period": next(iter(some["period"].drop_nulls().to_list()), None),
                "values": {"zh": told, "en": told.replace("；", "; ")},
                "outcome": some["outcome"][0],
                "evidence": some["fact"].unique(maintain_order=True).to_list(),
            }

    def _recounted(self) -> Iterator[Row]:
        """Years for which the data have several figures of joint works."""
        import polars as pl

        sides = [self._home, self._partner]
        found = (
            self._data.table("pairs")
            .filter(
                (pl.col("indicator") == coauthoring.JOINT)
                & pl.col("one").is_in(sides)
                & pl.col("other").is_in(sides)
            )
            .group_by("begin", "end")
            .agg(pl.col("value").unique().sort(), pl.col("fact").unique().sort())
            .filter(pl.col("value").list.len() > 1)
            .sort("begin")
        )
        for row in found.to_dicts():
            told = [f"{value:,.0f}" for value in row["value"]]
            yield {
                "matter": coauthoring.JOINT,
                "period": str(row["begin"])[:4],
                "values": {"zh": "；".join(told), "en": "; ".join(told)},
                "outcome": CONFLICT,
                "evidence": row["fact"],
            }


def _order(row: dict[str, str]) -> tuple[str, str]:
    return (row.get("end", ""), key(row["fact"]))


__all__ = ["AGREE", "CONFLICT", "Stating"]

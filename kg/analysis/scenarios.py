"""What is touched when somebody leaves a programme, a platform or an agreement, or when it ends.

Agents are linked through things that they share: programmes, projects, platforms, agreements,
organizations that they are members of, works that they sign. Two agents have a tie where they share
a thing, or where a source states that they cooperate. A scenario takes links away; what is left is
compared with what was there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from kg.analysis import cooperation, frameworks
from kg.analysis.rows import Data

#: Both sides of a tie.
_PAIR = ["one", "other"]


@dataclass(frozen=True)
class Scenario:
    """A scenario on the data of a version.

    Attributes:
        data: What is read.
        thing: IRI of the programme, platform, agreement or organization.
        leaver: IRI of who leaves it; None when the thing itself ends.
        year: The year in which that happens: memberships that have ended by then count no more.
    """

    data: Data
    thing: str
    leaver: str | None
    year: int

    @cached_property
    def links(self) -> pl.DataFrame:
        """All links of organizations and countries: columns thing, agent, fact, work."""
        records = self.data.table("participations")
        belongs = pl.col("role").is_in(cooperation.MEMBERS).fill_null(value=False)
        standing = frameworks.lasting(records.filter(belongs), self.year, whole="thing")
        taking_part = pl.concat([records.filter(~belongs), standing]).with_columns(
            work=pl.lit(False)
        )
        members = frameworks.lasting(self.data.table("members"), self.year).select(
            "agent", "fact", thing="whole", work=pl.lit(False)
        )
        works = self.data.table("works").select("agent", "fact", thing="work", work=pl.lit(True))
        shown = ["thing", "agent", "fact", "work"]
        people = self.data.table("people").select(agent="person").unique()
        found = pl.concat([frame.select(shown) for frame in (taking_part, members, works)])
        return found.join(people, on="agent", how="anti", maintain_order="left").unique(
            maintain_order=True
        )

    @cached_property
    def rests(self) -> pl.DataFrame:
        """What is below the thing: columns part, whole, relation, fact."""
        parts = self.data.table("parts")
        found: list[pl.DataFrame] = []
        seen, ends = {self.thing}, {self.thing}
        while ends:
            below = parts.filter(pl.col("whole").is_in(list(ends)))
            found.append(below)
            ends = set(below["part"]) - seen
            seen |= ends
        return pl.concat(found).unique(maintain_order=True)

    @cached_property
    def below(self) -> set[str]:
        """The thing and all that is below it."""
        return {self.thing, *self.rests["part"]}

    @cached_property
    def otherwise(self) -> dict[str, list[str]]:
        """What is below the thing and also rests on something else, with that."""
        wholes: dict[str, set[str]] = defaultdict(set)
        rows = self.data.table("parts").filter(pl.col("part").is_in(list(self.below)))
        for part, whole in rows.select("part", "whole").iter_rows():
            wholes[part].add(whole)
        staying: dict[str, list[str]] = {}
        changed = True
        while changed:
            changed = False
            for part in sorted(self.below - {self.thing} - staying.keys()):
                others = {
                    whole for whole in wholes[part] if whole not in self.below or whole in staying
                }
                if others:
                    staying[part] = sorted(others)
                    changed = True
        return staying

    @cached_property
    def ended(self) -> set[str]:
        """What ends with the thing, itself among it; nothing when somebody leaves."""
        return set() if self.leaver else self.below - self.otherwise.keys()

    @cached_property
    def leaving(self) -> set[str]:
        """Who leaves: the leaver, and where it is a country its organizations; else nobody."""
        if self.leaver is None:
            return set()
        homes = self.data.table("places").filter(
            pl.col("country") & (pl.col("place") == self.leaver)
        )
        return {self.leaver, *homes["agent"]}

    @cached_property
    def cut(self) -> pl.DataFrame:
        """The links that the scenario takes away, as `links`."""
        if self.leaver is None:
            return self.links.filter(pl.col("thing").is_in(list(self.ended)))
        return self.links.filter(
            pl.col("thing").is_in(list(self.below)) & pl.col("agent").is_in(list(self.leaving))
        )

    @cached_property
    def kept(self) -> pl.DataFrame:
        """The links that are left, as `links`."""
        return self.links.join(self.cut, on=["thing", "agent", "fact"], how="anti")

    @cached_property
    def ties(self) -> pl.DataFrame:
        """Ties that are touched: columns one, other, lost, left, through, facts, kept.

        `lost` counts the shared things that go, `left` those that stay, with statements that the
        two cooperate; `through` is one of those that stay. `facts` are behind what goes, `kept`
        behind what stays.
        """
        there = self.links.filter(pl.col("thing").is_in(list(self.cut["thing"].unique())))
        one = self.cut.select("thing", one="agent", first="fact")
        other = there.select("thing", other="agent", second="fact")
        pairs = one.join(other, on="thing").filter(pl.col("one") != pl.col("other"))
        if self.leaver is None:
            pairs = pairs.filter(pl.col("one") < pl.col("other"))
        else:
            pairs = pairs.filter(~pl.col("other").is_in(list(self.leaving)))
        gone = pairs.group_by(_PAIR).agg(
            lost=pl.col("thing").n_unique(),
            facts=pl.concat([pl.col("first"), pl.col("second")]).unique().sort(),
        )
        return (
            gone.join(self._staying(gone), on=_PAIR, how="left")
            .with_columns(pl.col("left").fill_null(0))
            .sort(["left", "lost", "one", "other"], descending=[False, True, False, False])
        )

    def _staying(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Shared things and statements that stay, of some pairs."""
        wanted = pairs.select(_PAIR)
        kept = self.kept
        one = kept.join(wanted.select(agent="one").unique(), on="agent", how="semi")
        other = kept.join(wanted.select(agent="other").unique(), on="agent", how="semi")
        shared = (
            one.select("thing", "work", one="agent", first="fact")
            .join(other.select("thing", other="agent", second="fact"), on="thing")
            .join(wanted, on=_PAIR, how="semi")
        )
        stated = self.data.table("ties").select("one", "other", first="fact")
        stated = pl.concat([stated, stated.select(one="other", other="one", first="first")]).join(
            wanted, on=_PAIR, how="semi"
        )
        rows = pl.concat(
            [
                shared.select(*_PAIR, "work", "first", "second", through="thing", counted="thing"),
                stated.select(
                    *_PAIR,
                    "first",
                    work=pl.lit(False),
                    second=pl.lit(None, pl.String),
                    through=pl.lit(None, pl.String),
                    counted=pl.lit("stated"),
                ).select(*_PAIR, "work", "first", "second", "through", "counted"),
            ]
        ).sort(["work", "through"], nulls_last=True)
        return rows.group_by(_PAIR, maintain_order=True).agg(
            left=pl.col("counted").n_unique(),
            through=pl.col("through").first(),
            kept=pl.concat([pl.col("first"), pl.col("second")]).drop_nulls().unique().sort(),
        )


@dataclass(frozen=True)
class Shape:
    """The shape of a network of agents and what they share.

    Attributes:
        agents: Agents with a link.
        things: Things that somebody is linked to.
        components: Parts that hang together.
        largest: Agents of the largest of them.
    """

    agents: int
    things: int
    components: int
    largest: int


def shape(links: pl.DataFrame) -> Shape:
    """The shape of the network of some links.

    Args:
        links: Columns thing and agent.
    """
    import igraph

    edges = links.select("thing", "agent").unique()
    if edges.is_empty():
        return Shape(0, 0, 0, 0)
    agents = {name: at for at, name in enumerate(edges["agent"].unique(maintain_order=True))}
    things = {
        name: len(agents) + at for at, name in enumerate(edges["thing"].unique(maintain_order=True))
    }
    graph = igraph.Graph(
        n=len(agents) + len(things),
        edges=[(agents[agent], things[thing]) for thing, agent in edges.iter_rows()],
    )
    parts = graph.connected_components()
    largest = max(sum(member < len(agents) for member in part) for part in parts)
    return Shape(len(agents), len(things), len(parts), largest)


__all__ = ["Scenario", "Shape", "shape"]

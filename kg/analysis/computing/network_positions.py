"""Positions in networks of countries or organizations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kg.analysis import coauthoring, cooperation, measures
from kg.analysis.networks import Network, Position
from kg.analysis.rows import Data, Row, Tables, Values, number, text, years

#: Facts that a tie or node names at most.
_NAMED = 50


@dataclass(frozen=True)
class _Ties:
    """Weighted ties with the facts behind them.

    Attributes:
        weights: Pair, in order → weight.
        facts: Pair → facts.
    """

    weights: dict[tuple[str, str], float] = field(default_factory=dict)
    facts: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def least(self, weight: float) -> _Ties:
        """The ties that are not below a weight."""
        return _Ties({p: w for p, w in self.weights.items() if w >= weight}, self.facts)

    def strongest(self) -> list[tuple[str, str]]:
        """The pairs, the strongest first."""
        return sorted(self.weights, key=lambda pair: (-self.weights[pair], pair))


def compute(data: Data, values: Values) -> Tables:
    """The tables of `network-positions.yaml`."""
    first, last = years(values)
    if text(values, "network") == "organizations":
        ties = _organizations(data, first, last)
    else:
        ties = _countries(data, first, last, salton=text(values, "weight") == "salton")
    ties = ties.least(number(values, "least"))
    data.progress("computing positions")
    network = Network((one, other, weight) for (one, other), weight in ties.weights.items())
    positions = network.positions()
    top = int(number(values, "top", 50))
    return {
        "overview": list(_overview(network, positions, ties)),
        "positions": list(_positions(positions, ties, top)),
        "communities": list(_communities(network, positions, ties)),
        "ties": [_tie(pair, ties) for pair in ties.strongest()[:top]],
        "bridges": [_tie(pair, ties) for pair in network.bridges()[:top]],
    }


# --- ties -----------------------------------------------------------------------------------------


def _countries(data: Data, first: int | None, last: int | None, *, salton: bool) -> _Ties:
    import polars as pl

    works = coauthoring.read(data, first, last)
    if salton:
        works = works.in_year(works.last)
    found = _Ties()
    for one, other, year, joint, fact in works.joint.filter(pl.col("one") < pl.col("other")).rows():
        weight: float | None = joint
        if salton:
            mine, theirs = (works.totals.get((c, year), (0.0, ""))[0] for c in (one, other))
            weight = measures.salton(joint, mine, theirs)
        if weight:
            pair = (one, other)
            found.weights[pair] = found.weights.get(pair, 0.0) + weight
            found.facts.setdefault(pair, []).append(fact)
    return found


def _organizations(data: Data, first: int | None, last: int | None) -> _Ties:
    import polars as pl

    involved = cooperation.during(cooperation.involvements(data), first, last)
    bodies = involved.filter(~pl.col("state"))
    facts = bodies.group_by("thing", "agent").agg(pl.col("fact").sort().first())
    sides = cooperation.telling(bodies).join(facts, on=["thing", "agent"])
    pairs = (
        sides.select("thing", "size", pl.col("agent").alias("one"), pl.col("fact").alias("f1"))
        .join(
            sides.select("thing", pl.col("agent").alias("other"), pl.col("fact").alias("f2")),
            on="thing",
        )
        .filter(pl.col("one") < pl.col("other"))
        .group_by("one", "other")
        .agg(
            (1 / (pl.col("size") - 1)).sum().alias("weight"),
            pl.col("f1").append(pl.col("f2")).unique().sort().alias("facts"),
        )
    )
    found = _Ties()
    for one, other, weight, some in pairs.rows():
        found.weights[one, other] = weight
        found.facts[one, other] = some[:_NAMED]
    return found


# --- tables ---------------------------------------------------------------------------------------


def _overview(network: Network, positions: Mapping[str, Position], ties: _Ties) -> Iterator[Row]:
    count = len(network.names)
    if not count:
        return
    components = network.components()
    groups = {name: position.community for name, position in positions.items()}
    yield {
        "nodes": count,
        "ties": network.ties,
        "density": measures.percent(2 * network.ties / (count * (count - 1)))
        if count > 1
        else None,
        "components": len(components),
        "largest": measures.percent(len(components[0]) / count),
        "communities": len(set(groups.values())),
        "modularity": measures.index(network.modularity(groups)),
        "evidence": [f for pair in ties.strongest()[:_NAMED] for f in ties.facts[pair][:1]],
    }


def _positions(positions: Mapping[str, Position], ties: _Ties, top: int) -> Iterator[Row]:
    ranked = sorted(positions, key=lambda name: (-positions[name].strength, name))[:top]
    facts: dict[str, list[str]] = defaultdict(list)
    wanted = set(ranked)
    for pair in ties.strongest():
        for name in pair:
            if name in wanted and len(facts[name]) < _NAMED:
                facts[name].extend(ties.facts[pair][: _NAMED - len(facts[name])])
    for name in ranked:
        at = positions[name]
        yield {
            "node": name,
            "strength": at.strength,
            "degree": at.degree,
            "betweenness": measures.index(at.betweenness),
            "eigenvector": measures.index(at.eigenvector),
            "core": at.core,
            "community": at.community,
            "evidence": facts[name],
        }


def _communities(network: Network, positions: Mapping[str, Position], ties: _Ties) -> Iterator[Row]:
    members: dict[int, list[str]] = defaultdict(list)
    for name in sorted(positions, key=lambda n: (-positions[n].strength, n)):
        members[positions[name].community].append(name)
    inner: dict[int, float] = defaultdict(float)
    facts: dict[int, list[str]] = defaultdict(list)
    for pair in ties.strongest():
        one, other = (positions[name].community for name in pair)
        if one == other:
            inner[one] += 2 * ties.weights[pair]
            if len(facts[one]) < _NAMED:
                facts[one].extend(ties.facts[pair][:1])
    for group in sorted(members):
        names = members[group]
        total = sum(positions[name].strength for name in names)
        first, second, third = (*names, None, None)[:3]
        yield {
            "community": str(group),
            "members": len(names),
            "inner": measures.percent(inner[group] / total) if total else None,
            "first": first,
            "second": second,
            "third": third,
            "evidence": facts[group],
        }


def _tie(pair: tuple[str, str], ties: _Ties) -> Row:
    return {
        "one": pair[0],
        "other": pair[1],
        "weight": ties.weights[pair],
        "evidence": ties.facts[pair][:_NAMED],
    }


__all__ = ["compute"]

"""How likely it is that two will work together: components that can be explained, and their sum.

Each component lies between 0 and 1. Those that count something are divided by the largest among
the candidates of one seeker, after a logarithm where counts are skewed. The score is the mean of
the components weighted by `weights.csv`; how often it is right stands in docs/matching.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from kg import resources
from kg.analysis.fields import Fields, Profile, shares
from kg.entries import Bilingual

#: Factor by which a tie loses weight with each year; one without a year counts as five years old.
FADES = 0.8
_UNDATED = 5

#: Agent → other agent → weight.
Adjacency = Mapping[str, Mapping[str, float]]


@cache
def _components() -> tuple[dict[str, str], ...]:
    return tuple(resources.rows("kg", "analysis", "weights.csv"))


def weights(level: str) -> dict[str, float]:
    """The weights of the components, by name.

    Args:
        level: `organisations` or `countries`.
    """
    return {row["component"]: float(row[level]) for row in _components() if float(row[level])}


def says(component: str) -> Bilingual:
    """What speaks for a candidate in which a component is high."""
    return next(
        {"zh": row["zh"], "en": row["en"]} for row in _components() if row["component"] == component
    )


def faded(year: int | None, now: int) -> float:
    """What a tie of a year counts now."""
    return float(FADES ** (_UNDATED if year is None else max(now - year, 0)))


def adjacency(pairs: Iterable[tuple[str, str, float]]) -> dict[str, dict[str, float]]:
    """Weights of unordered pairs, added up, in both directions."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one, other, weight in pairs:
        found[one][other] += weight
        found[other][one] += weight
    return {one: dict(some) for one, some in found.items()}


def second(network: Adjacency, seekers: Collection[str]) -> dict[str, float]:
    """Weighted resource allocation (Zhou, Lü and Zhang 2009): what reaches others in two steps.

    Each neighbour of a seeker shares the weight of its tie among its own neighbours by theirs.

    Returns:
        Agent → sum over the neighbours in common; seekers are left out.
    """
    found: dict[str, float] = defaultdict(float)
    first: dict[str, float] = defaultdict(float)
    for seeker in seekers:
        for between, weight in network.get(seeker, {}).items():
            if between not in seekers:
                first[between] += weight
    for between, weight in first.items():
        some = network[between]
        whole = sum(some.values())
        for other, further in some.items():
            if other not in seekers:
                found[other] += weight * further / whole
    return dict(found)


def in_common(network: Adjacency, seekers: Collection[str]) -> dict[str, int]:
    """Agent → number of neighbours that it has in common with the seekers."""
    first = {other for seeker in seekers for other in network.get(seeker, {})} - set(seekers)
    found: dict[str, int] = defaultdict(int)
    for between in first:
        for other in network[between]:
            if other not in seekers:
                found[other] += 1
    return dict(found)


def relative(counts: Mapping[str, float], *, log: bool = False) -> dict[str, float]:
    """Counts divided by the largest, after the logarithm of one more when asked."""
    values = {name: math.log1p(n) if log else n for name, n in counts.items()}
    most = max(values.values(), default=0)
    return {name: value / most for name, value in values.items()} if most > 0 else {}


@dataclass(frozen=True)
class Scored:
    """A candidate with its score.

    Attributes:
        name: IRI of the candidate.
        score: From 0 to 1.
        components: Name of a component → from 0 to 1.
    """

    name: str
    score: float
    components: dict[str, float]


def scored(
    candidates: Iterable[str],
    components: Mapping[str, Mapping[str, float]],
    weight: Mapping[str, float],
) -> list[Scored]:
    """Candidates, the best first.

    Args:
        candidates: Their names.
        components: Component → candidate → value; what is missing is 0.
        weight: Component → weight.
    """
    whole = sum(weight.values())
    found = []
    for name in candidates:
        own = {part: components.get(part, {}).get(name, 0.0) for part in weight}
        score = sum(weight[part] * value for part, value in own.items()) / whole
        found.append(Scored(name, score, own))
    return sorted(found, key=lambda one: (-one.score, one.name))


@dataclass(frozen=True)
class Ground:
    """What is known of all agents.

    Attributes:
        network: Who has worked with whom, faded with time.
        things: Agent → number of things it takes part in.
        topics: Agent → concept → number of things on it.
        homes: Agent → country.
        fields: The classifications.
        cover: Two countries → how well what is in force covers their cooperation.
    """

    network: Adjacency
    things: Mapping[str, int]
    topics: Mapping[str, Mapping[str, float]]
    homes: Mapping[str, str]
    fields: Fields
    cover: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def profile(self, agents: Iterable[str]) -> dict[str, float]:
        """The shares of concepts in what agents take part in."""
        counts: dict[str, float] = defaultdict(float)
        for agent in agents:
            for concept, n in self.topics.get(agent, {}).items():
                counts[concept] += n
        return shares(counts)

    def components(
        self, seekers: Collection[str], candidates: Collection[str], wanted: Collection[str] = ()
    ) -> dict[str, dict[str, float]]:
        """The components of candidates for those who seek.

        Args:
            seekers: Agents that seek together: one body, or all of a country.
            candidates: Agents, none of them a seeker.
            wanted: Concepts of what is sought; the profile of the seekers when there is none.

        Returns:
            Component → candidate → from 0 to 1.
        """
        own = self.profile(seekers)
        countries = {self.homes[s] for s in seekers if s in self.homes}
        past: dict[str, float] = defaultdict(float)
        for seeker in seekers:
            for other, weight in self.network.get(seeker, {}).items():
                past[other] += weight
        known = set(candidates)
        within = self.fields.within(wanted) if wanted else frozenset(own)
        return {
            "field": {c: self._fit(wanted, own, c) for c in known},
            "past": relative({c: past[c] for c in known if c in past}, log=True),
            "neighbours": relative(
                {c: n for c, n in second(self.network, seekers).items() if c in known}
            ),
            "complement": self._complement(seekers, known, within),
            "standing": relative(
                {c: self._weight(c, within if wanted else None) for c in known}, log=True
            ),
            "frameworks": {c: self._cover(countries, self.homes.get(c, "")) for c in known},
        }

    def _cover(self, countries: Collection[str], country: str) -> float:
        return max((self.cover.get((own, country), 0.0) for own in countries), default=0.0)

    def _fit(self, wanted: Collection[str], own: Profile, candidate: str) -> float:
        profile = shares(self.topics.get(candidate, {}))
        if wanted:
            return self.fields.fit(wanted, profile)
        return self.fields.alike(own, profile)

    def _weight(self, agent: str, within: frozenset[str] | None) -> float:
        """Things that an agent takes part in, or those within concepts."""
        if within is None:
            return self.things.get(agent, 0)
        return sum(n for c, n in self.topics.get(agent, {}).items() if c in within)

    def _complement(
        self, seekers: Collection[str], candidates: Collection[str], within: frozenset[str]
    ) -> dict[str, float]:
        """Where candidates are stronger than the seekers: the sum over the concepts, relative."""
        most: dict[str, float] = defaultdict(float)
        for agent in (*seekers, *candidates):
            for concept, n in self.topics.get(agent, {}).items():
                if concept in within:
                    most[concept] = max(most[concept], n)
        ours: dict[str, float] = defaultdict(float)
        for seeker in seekers:
            for concept, n in self.topics.get(seeker, {}).items():
                ours[concept] = max(ours[concept], n)
        ahead = {
            candidate: sum(
                max(0.0, (n - ours[concept]) / most[concept])
                for concept, n in self.topics.get(candidate, {}).items()
                if concept in most
            )
            for candidate in candidates
        }
        return relative(ahead)


__all__ = [
    "FADES",
    "Adjacency",
    "Ground",
    "Scored",
    "adjacency",
    "faded",
    "in_common",
    "relative",
    "says",
    "scored",
    "second",
    "weights",
]

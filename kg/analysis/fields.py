"""Fields of knowledge and industry as trees of concepts: what is within a field, how near two are.

Likeness is that of Wu and Palmer (1994): twice the depth of the nearest common broader concept,
divided by the sum of both depths. The scheme itself has depth 0, its top concepts depth 1, so that
concepts under different tops have nothing in common. A concept that matches one of another scheme
stands for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: Concept → share, in all 1.
Profile = Mapping[str, float]


class Fields:
    """All classification schemes of the graph.

    Args:
        concepts: The projection `concepts`.
    """

    def __init__(self, concepts: pl.DataFrame) -> None:
        self._broader: dict[str, list[str]] = defaultdict(list)
        self._matches: dict[str, set[str]] = defaultdict(set)
        for concept, broader, match in concepts.select("concept", "broader", "match").rows():
            if broader is not None and broader not in self._broader[concept]:
                self._broader[concept].append(broader)
            if match is not None:
                self._matches[concept].add(match)
                self._matches[match].add(concept)
        self.above = lru_cache(maxsize=100_000)(self._above)
        self.likeness = lru_cache(maxsize=1_000_000)(self._likeness)

    def _above(self, concept: str) -> Mapping[str, int]:
        """A concept and what is broader, each with the steps that lead to it."""
        found = {concept: 0}
        todo = [concept]
        while todo:
            narrow = todo.pop(0)
            for broader in self._broader.get(narrow, ()):
                if broader not in found:
                    found[broader] = found[narrow] + 1
                    todo.append(broader)
        return found

    @cached_property
    def _narrower(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for concept, some in self._broader.items():
            for broader in some:
                found[broader].append(concept)
        return found

    def within(self, concepts: Iterable[str]) -> frozenset[str]:
        """Concepts, what is narrower, and what matches either in other schemes."""
        found: set[str] = set()
        todo = list(concepts)
        while todo:
            concept = todo.pop()
            if concept not in found:
                found.add(concept)
                todo += self._narrower.get(concept, ())
                todo += self._matches.get(concept, ())
        return frozenset(found)

    def depth(self, concept: str) -> int:
        """Steps from the scheme: 1 for a top concept."""
        return max(self.above(concept).values()) + 1

    def _likeness(self, one: str, other: str) -> float:
        ones, others = ({c, *self._matches.get(c, ())} for c in (one, other))
        return max(self._near(a, b) for a in ones for b in others)

    def _near(self, one: str, other: str) -> float:
        if one == other:
            return 1.0
        shared = self.above(one).keys() & self.above(other).keys()
        if not shared:
            return 0.0
        common = max(self.depth(concept) for concept in shared)
        return 2 * common / (self.depth(one) + self.depth(other))

    def fit(self, sought: Iterable[str], profile: Profile) -> float:
        """How well a profile fits what is sought: the likeness to it, weighted by the shares.

        Args:
            sought: Concepts that are sought; each share counts by the nearest of them.
            profile: The profile.

        Returns:
            From 0 to 1; 0 when either is empty.
        """
        wanted = tuple(sought)
        if not wanted:
            return 0.0
        return sum(
            share * max(self.likeness(concept, want) for want in wanted)
            for concept, share in profile.items()
        )

    def alike(self, one: Profile, other: Profile) -> float:
        """The likeness of two profiles: that of their concepts, weighted by both shares."""
        return sum(a * b * self.likeness(x, y) for x, a in one.items() for y, b in other.items())


def shares(counts: Mapping[str, float]) -> dict[str, float]:
    """Counts as shares of their sum."""
    whole = sum(counts.values())
    return {concept: n / whole for concept, n in counts.items()} if whole else {}


__all__ = ["Fields", "Profile", "shares"]

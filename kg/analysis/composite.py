"""Composite indices: scores from weighted indicators, and how far their order can be moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.analysis import measures

#: By how much a weight is changed to see whether the order holds.
CHANGE = 0.25
#: The share of the weight that a unit may lack.
LACKING = 1 / 3
SCALES = ("min-max", "z-score", "rank")


@dataclass(frozen=True)
class Composite:
    """Units with values of weighted indicators.

    Attributes:
        values: Indicator → unit → value; higher is better.
        weights: Indicator → weight, 0 leaves it out.
        scale: How values are put on one scale, one of SCALES.
    """

    values: Mapping[str, Mapping[str, float]]
    weights: Mapping[str, float]
    scale: str = "min-max"

    @property
    def used(self) -> list[str]:
        """The indicators that have a weight."""
        return [name for name in self.values if self.weights.get(name, 0) > 0]

    @property
    def units(self) -> list[str]:
        """The units that lack no more than a third of the weight."""
        whole = sum(self.weights[name] for name in self.used)
        known: dict[str, float] = {}
        for name in self.used:
            for unit in self.values[name]:
                known[unit] = known.get(unit, 0.0) + self.weights[name]
        least = whole * (1 - LACKING) - 1e-9
        return sorted(unit for unit, weight in known.items() if weight >= least > 0)

    def scores(self, scale: str | None = None) -> dict[str, dict[str, float]]:
        """Indicator → unit → value on the scale, over the units that count."""
        units = set(self.units)
        return {
            name: measures.normalised(
                {u: v for u, v in self.values[name].items() if u in units}, scale or self.scale
            )
            for name in self.used
        }

    def index(
        self, weights: Mapping[str, float] | None = None, scale: str | None = None
    ) -> dict[str, float | None]:
        """Unit → weighted mean of its scores.

        Args:
            weights: Other weights than its own.
            scale: Another scale than its own.
        """
        given = self.weights if weights is None else weights
        scores = self.scores(scale)
        return {
            unit: measures.weighted(
                [scores[name].get(unit) for name in self.used],
                [given.get(name, 0) for name in self.used],
            )
            for unit in self.units
        }

    def without(self, name: str) -> dict[str, int]:
        """Positions when an indicator is left out."""
        return measures.ranks(self.index({**self.weights, name: 0}))

    def bands(self) -> dict[str, tuple[int, int]]:
        """Unit → best and worst position when weights, indicators and scale are moved."""
        own = measures.ranks(self.index())
        seen = [own, *self._moved()]
        return {
            unit: (
                min(ranks[unit] for ranks in seen if unit in ranks),
                max(ranks[unit] for ranks in seen if unit in ranks),
            )
            for unit in own
        }

    def _moved(self) -> Iterator[dict[str, int]]:
        for name in self.used:
            for factor in (1 - CHANGE, 1 + CHANGE):
                changed = {**self.weights, name: self.weights[name] * factor}
                yield measures.ranks(self.index(changed))
            if len(self.used) > 1:
                yield self.without(name)
        for scale in SCALES:
            if scale != self.scale:
                yield measures.ranks(self.index(scale=scale))


def ordered(index: Mapping[str, float | None]) -> Sequence[str]:
    """Units by score, the highest first."""
    known = {unit: score for unit, score in index.items() if score is not None}
    return sorted(known, key=lambda unit: (-known[unit], unit))


__all__ = ["CHANGE", "LACKING", "SCALES", "Composite", "ordered"]

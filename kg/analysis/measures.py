"""Measures of cooperation, as the field defines them; numbers in, numbers out.

A measure that is not defined for its input (nothing to share, no time between two years) is None,
never zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K")


def salton(joint: float, one: float, other: float) -> float | None:
    """Salton's cosine of two partners: their joint works against the mean of their own.

    Args:
        joint: Works of both.
        one: Works of the first.
        other: Works of the second.

    Returns:
        joint / √(one · other), 0 to 1 (Salton and McGill 1983); None when one of them has none.
    """
    return joint / math.sqrt(one * other) if one > 0 and other > 0 else None


def jaccard(joint: float, one: float, other: float) -> float | None:
    """Jaccard's index of two partners: their joint works in the works of either.

    Args:
        joint: Works of both.
        one: Works of the first.
        other: Works of the second.

    Returns:
        joint / (one + other − joint), 0 to 1 (Jaccard 1901); None when there are no works.
    """
    union = one + other - joint
    return joint / union if union > 0 else None


def activity_index(part: float, own: float, field: float, world: float) -> float | None:
    """Activity index, or Balassa's index of revealed advantage: own share against that of all.

    Args:
        part: Works of the actor in the field, or with the partner.
        own: All works of the actor.
        field: Works of all in the field, or of the partner.
        world: All works.

    Returns:
        (part / own) / (field / world): 1 is as expected (Balassa 1965, Frame 1977, Schubert and
        Braun 1986); None when a share is not defined.
    """
    if own <= 0 or field <= 0 or world <= 0:
        return None
    return (part / own) / (field / world)


def relative_specialisation(part: float, own: float, field: float, world: float) -> float | None:
    """Relative specialisation index: the activity index between −1 and 1.

    Args: As for `activity_index`.

    Returns:
        (AI − 1) / (AI + 1): 0 is as expected (Glänzel 2000); None where AI is not defined.
    """
    found = activity_index(part, own, field, world)
    return None if found is None else (found - 1) / (found + 1)


def shares(parts: Iterable[float]) -> list[float]:
    """Each part in the sum of all; nothing when the sum is zero."""
    found = [float(part) for part in parts]
    total = math.fsum(found)
    return [part / total for part in found] if total > 0 else []


def hhi(parts: Iterable[float]) -> float | None:
    """Herfindahl–Hirschman index of concentration.

    Args:
        parts: Amounts; they need not sum to one.

    Returns:
        Σ share², 1/n to 1 (Hirschman 1964); 10,000 times as much where shares are percentages.
    """
    found = shares(parts)
    return math.fsum(share * share for share in found) if found else None


def simpson(parts: Iterable[float]) -> float | None:
    """Simpson's diversity, 1 − HHI: that two drawn at random differ (Simpson 1949)."""
    found = hhi(parts)
    return None if found is None else 1 - found


def shannon(parts: Iterable[float]) -> float | None:
    """Shannon's diversity −Σ share · ln share, in nats (Shannon 1948)."""
    found = shares(parts)
    return -math.fsum(s * math.log(s) for s in found if s > 0) + 0.0 if found else None


def top_share(parts: Iterable[float], number: int) -> float | None:
    """Concentration ratio CR-k: the share of the largest parts.

    Args:
        parts: Amounts.
        number: How many of the largest.
    """
    found = sorted(shares(parts), reverse=True)
    return math.fsum(found[:number]) if found else None


def growth(first: float, last: float, steps: float) -> float | None:
    """Compound growth in one step.

    Args:
        first: The value at the begin.
        last: The value at the end.
        steps: Steps between them, e.g. years.

    Returns:
        (last / first)^(1 / steps) − 1; None without a positive begin, or without time.
    """
    if first <= 0 or last < 0 or steps <= 0:
        return None
    return float((last / first) ** (1 / steps) - 1)


def normalised(values: Mapping[K, float], method: str = "min-max") -> dict[K, float]:
    """Values on one scale (OECD and JRC, Handbook on Constructing Composite Indicators, 2008).

    Args:
        values: Values by unit.
        method: `min-max`: 0 is the least, 1 the greatest; `z-score`: distance from the mean in
            standard deviations of the population; `rank`: 0 is the last, 1 the first, ties share
            the mean of their places.

    Returns:
        The values; where all are alike 0.5, in z-scores 0.
    """
    if not values:
        return {}
    numbers = list(values.values())
    low, high = min(numbers), max(numbers)
    if method == "z-score":
        mean = math.fsum(numbers) / len(numbers)
        spread = math.sqrt(math.fsum((n - mean) ** 2 for n in numbers) / len(numbers))
        return {key: (value - mean) / spread if spread else 0.0 for key, value in values.items()}
    if low == high:
        return dict.fromkeys(values, 0.5)
    if method == "rank":
        ordered = sorted(numbers)
        place = {n: (ordered.index(n) + len(ordered) - ordered[::-1].index(n) - 1) / 2
                 for n in set(numbers)}  # fmt: skip
        return {key: place[value] / (len(ordered) - 1) for key, value in values.items()}
    return {key: (value - low) / (high - low) for key, value in values.items()}


def weighted(scores: Sequence[float | None], weights: Sequence[float]) -> float | None:
    """Weighted mean of the scores that there are; weights of missing ones count for nothing."""
    pairs = [(s, w) for s, w in zip(scores, weights, strict=True) if s is not None and w > 0]
    total = math.fsum(w for _, w in pairs)
    return math.fsum(s * w for s, w in pairs) / total if total else None


def ranks(scores: Mapping[K, float | None]) -> dict[K, int]:
    """Positions, 1 for the highest score; equal scores share the better position."""
    known = [score for score in scores.values() if score is not None]
    return {
        key: 1 + sum(other > score for other in known)
        for key, score in scores.items()
        if score is not None
    }


def percent(part: float | None) -> float | None:
    """A share or a rate as it is shown: in percent, with two decimals."""
    return None if part is None else round(100 * part, 2)


def index(value: float | None) -> float | None:
    """An index as it is shown: with four significant digits, which the counts behind it bear."""
    return None if value is None else float(f"{value:.4g}")


__all__ = [
    "activity_index",
    "growth",
    "hhi",
    "index",
    "jaccard",
    "normalised",
    "percent",
    "ranks",
    "relative_specialisation",
    "salton",
    "shannon",
    "shares",
    "simpson",
    "top_share",
    "weighted",
]

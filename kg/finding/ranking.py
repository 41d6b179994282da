"""Ranking of texts by the words they share with a query: BM25F over weighted fields.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), section 3.6.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

_K1 = 1.2
_B = 0.5


class Ranking:
    """Texts with fields, ready to be searched.

    Args:
        texts: For each text the words of its fields.
        weights: Weight of each field.
    """

    def __init__(
        self, texts: Sequence[Mapping[str, Iterable[str]]], weights: Mapping[str, float]
    ) -> None:
        counted = [{name: Counter(text[name]) for name in weights} for text in texts]
        means = {
            name: max(1.0, sum(c[name].total() for c in counted) / max(1, len(counted)))
            for name in weights
        }
        self._found: dict[str, dict[int, float]] = defaultdict(dict)
        for number, fields in enumerate(counted):
            for name, weight in weights.items():
                length = 1 - _B + _B * fields[name].total() / means[name]
                for word, times in fields[name].items():
                    known = self._found[word]
                    known[number] = known.get(number, 0.0) + weight * times / length
        self._size = len(counted)

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a word; that of the rarest for an unknown one."""
        holding = len(self._found.get(word, ()))
        return math.log(1 + (self._size - holding + 0.5) / (holding + 0.5))

    def scores(self, query: Mapping[str, float]) -> dict[int, dict[str, float]]:
        """What each word of a query gives to each text.

        Args:
            query: Words with their weights, at most 1.

        Returns:
            Number of a text → word → score; texts without any word are left out.
        """
        scored: dict[int, dict[str, float]] = defaultdict(dict)
        for word, weight in query.items():
            rarity = self.rarity(word)
            for number, amount in self._found.get(word, {}).items():
                scored[number][word] = weight * rarity * amount * (_K1 + 1) / (_K1 + amount)
        return scored


__all__ = ["Ranking"]

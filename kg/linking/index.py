"""The things of a graph, found by what a candidate shares with them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from kg.linking.countries import Countries
from kg.linking.known import Known
from kg.linking.normalising import Form, Normaliser
from kg.linking.scoring import Described

#: Things of which no more are compared by telling words, and words that too many things have.
_NEAR, _COMMON = 12, 400


class Index:
    """Identifiers, names, abbreviations and words of things.

    Args:
        things: What is there.
        codes: Codes of ISO 3166-1 → key of the country.
    """

    def __init__(self, things: Iterable[Known], codes: Mapping[str, str]) -> None:
        known = list(things)
        self.countries = Countries(known, codes)
        self.things: dict[str, Described] = {}
        self._normaliser = Normaliser(self.countries.said)
        self._by_identifier: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._common: Counter[str] = Counter()
        for thing in known:
            self._add(thing)
        self.rarity = lru_cache(maxsize=None)(self._rarity_of)

    def _add(self, thing: Known) -> None:
        described = Described(
            self.forms(thing.names),
            self.forms(thing.others),
            thing.identifiers,
            thing.countries,
            thing,
        )
        self.things[thing.key] = described
        for identifier in thing.identifiers:
            self._by_identifier[identifier].append(thing.key)
        forms = (*described.names, *described.others)
        for key in dict.fromkeys(k for f in forms for k in (*f.keys, *f.bare_keys)):
            self._by_name[key].append(thing.key)
        words = dict.fromkeys(w for f in forms for w in f.parts)
        self._common.update(words.keys())
        for word in words:
            self._by_word[word].append(thing.key)

    def forms(self, names: Iterable[str]) -> tuple[Form, ...]:
        """Names in the forms in which they are compared."""
        forms = (form for name in names for form in self._normaliser.forms(name))
        return tuple({(f.words, f.code): f for f in reversed(list(forms))}.values())

    def _rarity_of(self, word: str) -> float:
        return math.log(1 + len(self.things) / (1 + self._common[word]))

    def near(self, described: Described, families: frozenset[str]) -> list[str]:
        """Keys of the things with which a candidate is compared.

        Args:
            described: The candidate.
            families: First parts of the keys of what it may be.
        """
        found: dict[str, None] = {}
        for identifier in sorted(described.identifiers):
            found.update(dict.fromkeys(self._by_identifier.get(identifier, ())))
        for form in described.names:
            for key in (*form.keys, *form.bare_keys):
                found.update(dict.fromkeys(self._by_name.get(key, ())))
        full = [key for form in described.full for key in (*form.keys, *form.bare_keys)]
        if not any(key in self._by_name for key in full):
            # Neither an abbreviation nor an identifier says that no name is alike.
            found.update(dict.fromkeys(self._alike(described)))
        return [key for key in found if key.partition("/")[0] in families]

    def _alike(self, described: Described) -> list[str]:
        """Keys of the things whose names share the most telling words."""
        shared: Counter[str] = Counter()
        for word in {w for form in described.names for w in form.parts}:
            holders = self._by_word.get(word, ())
            if len(holders) <= _COMMON:
                rarity = self.rarity(word)
                for key in holders:
                    shared[key] += rarity  # type: ignore[assignment]
        return [key for key, _ in shared.most_common(_NEAR)]


__all__ = ["Index"]

"""Finds what a candidate is: a thing that is there, perhaps one, or something new.

Only things that share an identifier, a name, an abbreviation or a telling word with a candidate
are compared with it, so that a hundred thousand candidates stay quick.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from kg.citing import Selecting
from kg.finding.words import chinese
from kg.importing.data_sets import Candidate
from kg.linking.countries import Countries
from kg.linking.known import FAMILIES, Known, codes, plain_identifier, read
from kg.linking.normalising import Form, Normaliser
from kg.linking.scoring import Described, Feature, Scored, score

#: From this score on a match is sure, when nothing else fits as well.
SURE = 0.90
#: From this score on somebody should look.
DOUBTFUL = 0.68
#: By so much a sure match must be better than the next one.
MARGIN = 0.05
#: Things of which no more are compared by telling words, and words that too many things have.
_NEAR, _COMMON = 12, 400
#: Options that a doubtful match offers.
_OPTIONS = 5


class Outcome(StrEnum):
    """What becomes of a candidate."""

    LINKED = "linked"
    DOUBTFUL = "open"
    NEW = "new"


@dataclass(frozen=True)
class Match:
    """What a candidate was found to be.

    Attributes:
        candidate: The candidate.
        outcome: Linked to the best option, open, or new.
        options: The things that it may be, best first.
        features: Reasons that concern no single thing.
    """

    candidate: Candidate
    outcome: Outcome
    options: tuple[Scored, ...] = ()
    features: tuple[Feature, ...] = ()

    @property
    def key(self) -> str:
        """Key of the thing that it is: one that exists when it is linked, else its own."""
        linked = self.outcome is Outcome.LINKED
        return self.options[0].key if linked else self.candidate.key

    @property
    def score(self) -> float:
        """Score of the best option; 0 without one."""
        return self.options[0].score if self.options else 0.0


@dataclass(frozen=True)
class Decided:
    """What people have decided: key of a candidate → key of a thing.

    Attributes:
        accepted: Candidates and what they are.
        rejected: Candidates and what they are not.
    """

    accepted: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Linker:
    """Links candidates to things; implements `kg.importing.data_sets.Linking`.

    Args:
        things: What is there.
        codes: Codes of ISO 3166-1 → key of the country.
        decided: What people have decided.
    """

    def __init__(
        self, things: Iterable[Known], codes: Mapping[str, str], decided: Decided | None = None
    ) -> None:
        known = list(things)
        self.countries = Countries(known, codes)
        self._decided = decided or Decided()
        self._normaliser = Normaliser(self.countries.said)
        self._things: dict[str, Described] = {}
        self._by_identifier: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._common: Counter[str] = Counter()
        for thing in known:
            self._add(thing)
        self._rarity = lru_cache(maxsize=None)(self._rarity_of)
        self._matches: dict[str, Match] = {}
        self._unknown: dict[str, Match] = {}

    @property
    def matches(self) -> list[Match]:
        """All matches since the beginning that are not new, in the order of asking."""
        found = [*self._matches.values(), *self._unknown.values()]
        return [match for match in found if match.outcome is not Outcome.NEW]

    def _add(self, thing: Known) -> None:
        described = Described(
            self._forms(thing.names),
            self._forms(thing.others),
            thing.identifiers,
            thing.countries,
            thing,
        )
        self._things[thing.key] = described
        for identifier in thing.identifiers:
            self._by_identifier[identifier].append(thing.key)
        forms = (*described.names, *described.others)
        for key in dict.fromkeys(k for f in forms for k in (*f.keys, *f.bare_keys)):
            self._by_name[key].append(thing.key)
        words = dict.fromkeys(w for f in forms for w in _parts(f))
        self._common.update(words.keys())
        for word in words:
            self._by_word[word].append(thing.key)

    def _forms(self, names: Iterable[str]) -> tuple[Form, ...]:
        forms = (form for name in names for form in self._normaliser.forms(name))
        return tuple({(f.words, f.code): f for f in reversed(list(forms))}.values())

    def _rarity_of(self, word: str) -> float:
        return math.log(1 + len(self._things) / (1 + self._common[word]))

    def label(self, key: str) -> str:
        """A name of a thing, the English one where there is one; empty for what is not there."""
        thing = self._things.get(key)
        names = thing.known.names if thing is not None and thing.known is not None else ()
        return next((n for n in names if n.isascii()), names[0] if names else "")

    def key(self, candidate: Candidate) -> str:
        """The key of the thing that a candidate is: one that exists, or its own."""
        return self.match(candidate).key

    def country(self, code_or_name: str) -> str | None:
        """The key of a country by ISO code or by name, as its publisher writes it.

        A name that is not certain gives None and waits for a decision.
        """
        text = " ".join(code_or_name.split())
        if not text:
            return None
        found = self.countries.find(text)
        if found is not None:
            return found
        candidate = Candidate("country", f"name/{text}", {}, (text,))
        if text not in self._unknown:
            self._unknown[text] = self._not_a_country(candidate)
        match = self._unknown[text]
        return match.key if match.outcome is Outcome.LINKED else None

    def _not_a_country(self, candidate: Candidate) -> Match:
        accepted = self._decided.accepted.get(candidate.key)
        if accepted is not None:
            return _by_person(candidate, accepted)
        past = self.countries.past(candidate.names[0])
        if past is None:
            return self._judged(candidate, (), (Feature("unknown-country", 0.0),))
        options = tuple(
            Scored(key, 0.5, (Feature("former", 0.5, past.zh if _zh(candidate) else past.en),))
            for key in past.now
            if key in self._things
        )
        return self._judged(candidate, options[:_OPTIONS], ())

    def _judged(
        self, candidate: Candidate, options: tuple[Scored, ...], features: tuple[Feature, ...]
    ) -> Match:
        """An open match; new where a person has said that it is none of these."""
        rejected = self._decided.rejected.get(candidate.key, frozenset())
        left = tuple(option for option in options if option.key not in rejected)
        said = (options and not left) or (not options and "" in rejected)
        return Match(candidate, Outcome.NEW if said else Outcome.DOUBTFUL, left, features)

    def match(self, candidate: Candidate) -> Match:
        """What a candidate is, with the score and its reasons.

        Args:
            candidate: What comes in.

        Returns:
            The match; the same for the same key.
        """
        found = self._matches.get(candidate.key)
        if found is None:
            found = self._matches[candidate.key] = self._match(candidate)
        return found

    def _match(self, candidate: Candidate) -> Match:
        accepted = self._decided.accepted.get(candidate.key)
        if accepted is not None:
            return _by_person(candidate, accepted)
        rejected = self._decided.rejected.get(candidate.key, frozenset())
        described = Described(
            self._forms(candidate.names),
            (),
            frozenset(plain_identifier(s, v) for s, v in candidate.identifiers.items()),
            frozenset(filter(None, [candidate.country])),
        )
        families = FAMILIES.get(candidate.kind, frozenset({candidate.kind}))
        scored = sorted(
            (
                score(described, self._things[key], self._rarity, candidate.kind)
                for key in self._near(described, families)
                if key != candidate.key and key not in rejected
            ),
            key=lambda s: (-s.score, s.key),
        )
        options = tuple(s for s in scored if s.score >= DOUBTFUL)[:_OPTIONS]
        if not options:
            return Match(candidate, Outcome.NEW)
        alone = len(options) == 1 or options[0].score - options[1].score >= MARGIN
        if options[0].score >= SURE and alone:
            return Match(candidate, Outcome.LINKED, options)
        others = ", ".join(s.key for s in options[1:] if options[0].score - s.score < MARGIN)
        features = (Feature("several", 0.0, others),) if others else ()
        return Match(candidate, Outcome.DOUBTFUL, options, features)

    def _near(self, described: Described, families: frozenset[str]) -> list[str]:
        """Keys of the things with which a candidate is compared."""
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
        for word in {w for form in described.names for w in _parts(form)}:
            holders = self._by_word.get(word, ())
            if len(holders) <= _COMMON:
                rarity = self._rarity(word)
                for key in holders:
                    shared[key] += rarity  # type: ignore[assignment]
        return [key for key, _ in shared.most_common(_NEAR)]


def build(engine: Selecting, decided: Decided | None = None) -> Linker:
    """A linker on the names and identifiers of a graph.

    Args:
        engine: Where to ask: an engine on a data version, or `Whole` of a store.
        decided: What people have decided; see `kg.linking.decisions.decided`.

    Returns:
        The linker.
    """
    return Linker(read(engine), codes(engine), decided)


def _by_person(candidate: Candidate, key: str) -> Match:
    return Match(candidate, Outcome.LINKED, (Scored(key, 1.0, (Feature("decided", 1.0),)),))


def _zh(candidate: Candidate) -> bool:
    return any(chinese(c) for c in candidate.names[0])


def _parts(form: Form) -> tuple[str, ...]:
    """Words by which like names are sought: of Chinese pairs of characters."""
    if not form.chinese:
        return form.words
    letters = form.words[0]
    return tuple(letters[at : at + 2] for at in range(len(letters) - 1))


__all__ = ["DOUBTFUL", "MARGIN", "SURE", "Decided", "Linker", "Match", "Outcome", "build"]

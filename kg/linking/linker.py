"""Finds what a candidate is: a thing that is there, perhaps one, or something new.

Only things that share an identifier, a name, an abbreviation or a telling word with a candidate
are compared with it, so that a hundred thousand candidates stay quick.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from kg.citing import Selecting
from kg.finding.words import chinese
from kg.linking.candidates import Candidate
from kg.linking.countries import Countries
from kg.linking.index import Index
from kg.linking.kept import made
from kg.linking.known import FAMILIES, plain_identifier
from kg.linking.scoring import Described, Feature, Scored, score

#: From this score on a match is sure, when nothing else fits as well.
SURE = 0.90
#: From this score on somebody should look.
DOUBTFUL = 0.68
#: By so much a sure match must be better than the next one.
MARGIN = 0.05
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
    """Links candidates to things; implements `kg.linking.candidates.Linking`.

    Args:
        index: Makes the index of what is there, when it is asked for first: much of what comes in
            has nothing to be linked.
        decided: What people have decided.
        there: Says whether the thing of a key will still be there when the import is.
    """

    def __init__(
        self,
        index: Callable[[], Index],
        decided: Decided | None = None,
        there: Callable[[str], bool] = lambda _key: True,
    ) -> None:
        self._made = index
        self._there = there
        self.decided = decided or Decided()
        self._matches: dict[str, Match] = {}
        self._unknown: dict[str, Match] = {}
        self._new: set[str] = set()

    @cached_property
    def _index(self) -> Index:
        return self._made()

    def close(self) -> None:
        """Give the index back."""
        if "_index" in self.__dict__:
            self._index.close()

    @property
    def countries(self) -> Countries:
        """Finds countries by codes and names."""
        return self._index.countries

    @property
    def matches(self) -> list[Match]:
        """All matches since the beginning that are not new, in the order of asking."""
        return [
            *self._matches.values(),
            *(match for match in self._unknown.values() if match.outcome is not Outcome.NEW),
        ]

    def label(self, key: str) -> str:
        """A name of a thing, the English one where there is one; empty for what is not there."""
        thing = self._index.known(key)
        names = thing.names if thing is not None else ()
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
        accepted = self.decided.accepted.get(candidate.key)
        if accepted is not None:
            return _by_person(candidate, accepted)
        past = self.countries.past(candidate.names[0])
        if past is None:
            return self._judged(candidate, (), (Feature("unknown-country", 0.0),))
        options = tuple(
            Scored(key, 0.5, (Feature("former", 0.5, past.zh if _zh(candidate) else past.en),))
            for key in past.now
            if self._index.known(key) is not None
        )
        return self._judged(candidate, options[:_OPTIONS], ())

    def _judged(
        self, candidate: Candidate, options: tuple[Scored, ...], features: tuple[Feature, ...]
    ) -> Match:
        """An open match; new where a person has said that it is none of these."""
        rejected = self.decided.rejected.get(candidate.key, frozenset())
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
        if candidate.key in self._new:
            return Match(candidate, Outcome.NEW)
        found = self._matches.get(candidate.key)
        if found is None:
            found = self._match(candidate)
            if found.outcome is Outcome.NEW:
                # Most are new; their keys are enough.
                self._new.add(candidate.key)
            else:
                self._matches[candidate.key] = found
        return found

    def named(self, text: str) -> Match:
        """What a name alone means: a country, an organization or a person that is there.

        A name that is not sure means nothing, and nothing waits for a decision.

        Args:
            text: The name, as a cell has it.

        Returns:
            The match under the key `name/…`; where it is not linked, its options are those that
            may be meant.
        """
        candidate = Candidate("country", f"name/{text}", {}, (text,))
        country = self.countries.find(text)
        if country is not None:
            return Match(candidate, Outcome.LINKED, (Scored(country, 1.0),))
        for kind in ("org", "person"):
            candidate = replace(candidate, kind=kind)
            found = self._match(candidate)
            if found.outcome is not Outcome.NEW:
                break
        if found.outcome is Outcome.LINKED:
            self._matches.setdefault(candidate.key, found)
        return found

    def _match(self, candidate: Candidate) -> Match:
        accepted = self.decided.accepted.get(candidate.key)
        if accepted is not None:
            return _by_person(candidate, accepted)
        rejected = self.decided.rejected.get(candidate.key, frozenset())
        described = Described(
            self._index.forms(candidate.names),
            (),
            frozenset(plain_identifier(s, v) for s, v in candidate.identifiers.items()),
            frozenset(filter(None, [candidate.country])),
        )
        families = FAMILIES.get(candidate.kind, frozenset({candidate.kind}))
        scored = sorted(
            (
                score(described, thing, self._index.rarity, candidate.kind)
                for key in self._index.near(described, families)
                if key != candidate.key and key not in rejected and self._there(key)
                if (thing := self._index.described(key)) is not None
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


def build(engine: Selecting, decided: Decided | None = None) -> Linker:
    """A linker on the names and identifiers of a graph.

    Args:
        engine: Where to ask: an engine on a data version, or `Whole` of a store.
        decided: What people have decided; see `kg.linking.links.decided`.

    Returns:
        The linker.
    """
    # Who asks may change the graph afterwards.
    index = made(engine)
    return Linker(lambda: index, decided)


def _by_person(candidate: Candidate, key: str) -> Match:
    return Match(candidate, Outcome.LINKED, (Scored(key, 1.0, (Feature("decided", 1.0),)),))


def _zh(candidate: Candidate) -> bool:
    return any(chinese(c) for c in candidate.names[0])


__all__ = ["DOUBTFUL", "MARGIN", "SURE", "Decided", "Linker", "Match", "Outcome", "build"]

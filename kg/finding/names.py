"""Recognising things and concepts by the names and codes that they have in the graph."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kg import resources
from kg.catalogue import Bilingual
from kg.finding.words import chinese, folded, is_empty, latin, plain, stem, words
from kg.namespaces import ISTC

LABEL, ALTERNATIVE, CODE = range(3)
#: How alike a misspelt word and a known one must be, and from how many letters on one is sought.
_ALIKE = 0.8
_CORRECTED_FROM = 5
#: Share of the words of a name, weighted by rarity, that describe its thing without naming it.
_DESCRIBED = 0.7
_COUNTRY = ISTC + "Country"


@dataclass(frozen=True, eq=False)
class Thing:
    """A thing or concept that a parameter may have as its value.

    Attributes:
        iri: Its IRI.
        key: Its short key, e.g. `country/SGP`.
        label: Its name.
        names: All its names and codes, each with LABEL, ALTERNATIVE or CODE.
        kinds: IRIs of its classes and schemes.
        described: Labels of its narrowest class.
    """

    iri: str
    key: str
    label: Bilingual
    names: tuple[tuple[str, int], ...]
    kinds: frozenset[str]
    described: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Mention:
    """A name found in a text.

    Attributes:
        start: Where it begins.
        end: Where it ends.
        text: As it stands there.
        things: What it may name, most likely first.
        strength: 1 for a name as the graph has it; less for a misspelt or paraphrased one.
    """

    start: int
    end: int
    text: str
    things: tuple[Thing, ...]
    strength: float = 1.0

    @property
    def capitals(self) -> bool:
        """Whether it is a code or abbreviation, which is not an English word as well."""
        return self.text.isascii() and self.text.isupper()


@dataclass(frozen=True)
class _Entry:
    order: tuple[int, str]
    name: str
    thing: Thing
    capitals: bool


class Names:
    """The names of things, ready to be found in texts.

    Args:
        things: The things.
        ordinary: English words, in lower case, that are names only where they are in capitals.
    """

    def __init__(self, things: Iterable[Thing], ordinary: Iterable[str]) -> None:
        self._ordinary = frozenset(ordinary)
        self.things = {thing.key: thing for thing in things}
        self._written: dict[str, list[_Entry]] = defaultdict(list)
        self._spelt: dict[tuple[str, ...], list[_Entry]] = defaultdict(list)
        self._blurred: dict[str, set[str]] = defaultdict(set)
        self._parts: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._wholes: dict[tuple[str, str], frozenset[str]] = {}
        for thing in self.things.values():
            for name, rank in thing.names:
                self._add(thing, plain(name), rank)
        for alias, key in aliases():
            if key in self.things:
                self._add(self.things[key], plain(alias), ALTERNATIVE)
        for entries in (*self._written.values(), *self._spelt.values()):
            entries.sort(key=lambda entry: entry.order)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for name in self._written:
            self._lengths[name[:2]].add(len(name))
        self._longest = max((len(name) for name in self._spelt), default=0)
        self._letters = {word for name in self._spelt for word in name}
        self._rare = Counter(part for whole in self._wholes.values() for part in whole)
        known = {w for t in self.things.values() for n, _ in t.names for w, *_ in latin(plain(n))}
        self._known = sorted({folded(w) for w in known} | self._ordinary)

    def _add(self, thing: Thing, name: str, rank: int) -> None:
        low = folded(name)
        single = latin(name)
        code = len(single) == 1 and name.isupper() and name.isascii() and len(name) <= 5
        capitals = rank == CODE or (code and (is_empty(low) or low in self._ordinary))
        entry = _Entry((rank, thing.key), low, thing, capitals)
        if any(chinese(c) for c in low):
            if len(low) == 1:
                return
            self._written[low].append(entry)
            least = 3 if _COUNTRY in thing.kinds else 4
            if least <= len(low) <= 12 and rank == LABEL and all(chinese(c) for c in low):
                for at in range(len(low)):
                    self._blurred[low[:at] + "*" + low[at + 1 :]].add(low)
        elif single and (capitals or not all(is_empty(folded(word)) for word, *_ in single)):
            self._spelt[tuple(stem(folded(word)) for word, *_ in single)].append(entry)
        parts = frozenset(word.stem for word in words(name))
        if rank != CODE and len(parts) > 1:
            self._wholes[thing.key, name] = parts
            for part in parts:
                self._parts[part].add((thing.key, name))

    def corrected(self, text: str) -> str:
        """A text in which misspelt English words are replaced by the known ones they resemble.

        Args:
            text: A text from `plain`.

        Returns:
            The text; words that resemble nothing stay.
        """
        parts, at = [], 0
        for word, start, end in latin(text):
            low = folded(word)
            if len(low) < _CORRECTED_FROM or not low.isalpha() or self._knows(low):
                continue
            found = process.extractOne(
                low,
                self._known,
                scorer=OSA.normalized_similarity,
                processor=None,
                score_cutoff=_ALIKE,
            )
            if found is not None and found[0][0] == low[0]:
                parts += [text[at:start], found[0]]
                at = end
        return "".join([*parts, text[at:]])

    def _knows(self, low: str) -> bool:
        return is_empty(low) or low in self._ordinary or stem(low) in self._letters

    def find(self, text: str, blurred: bool = True) -> list[Mention]:
        """The names in a text, longest first where they overlap, in the order of the text.

        Args:
            text: A text from `plain`.
            blurred: Whether to look for Chinese names with one wrong character as well.

        Returns:
            The mentions.
        """
        found = [*self._found_written(text), *self._found_spelt(text)]
        certain = _longest(found)
        unsure = self._found_blurred(text, certain) if blurred else []
        return sorted([*certain, *unsure], key=lambda m: m.start)

    def _found_written(self, text: str) -> Iterator[Mention]:
        low = folded(text)
        for start in range(len(low)):
            for length in self._lengths.get(low[start : start + 2], ()):
                name = low[start : start + length]
                entries = self._written.get(name)
                if entries and len(name) == length and _whole(low, start, start + length):
                    yield _mention(text, start, start + length, entries)

    def _found_spelt(self, text: str) -> Iterator[Mention]:
        spelt = latin(text)
        stems = [stem(folded(word)) for word, *_ in spelt]
        shouted = len(spelt) > 3 and text.isupper()
        for first in range(len(spelt)):
            for last in range(first, min(len(spelt), first + self._longest)):
                entries = self._spelt.get(tuple(stems[first : last + 1]))
                if not entries:
                    continue
                start, end = spelt[first][1], spelt[last][2]
                capital = text[start:end].isupper() and not shouted
                fitting = [e for e in entries if capital or not e.capitals]
                # “developing” and “developed” have one stem: the name as written comes first.
                low = folded(text[start:end])
                same = [e for e in fitting if e.name == low]
                if fitting:
                    yield _mention(text, start, end, same or fitting)

    def _found_blurred(self, text: str, taken: list[Mention]) -> list[Mention]:
        low, found = folded(text), []
        for start in range(len(low)):
            for length in range(3, min(12, len(low) - start) + 1):
                name = low[start : start + length]
                if not all(chinese(c) for c in name):
                    break
                if any(m.start < start + length and start < m.end for m in taken):
                    continue
                for at in range(length):
                    near = self._blurred.get(name[:at] + "*" + name[at + 1 :], ())
                    pairs = {name[max(0, at - 1) : at + 1], name[at : at + 2]}
                    if len(near) == 1 and not any(len(p) == 2 and p in self._rare for p in pairs):
                        entries = self._written[next(iter(near))]
                        mention = _mention(text, start, start + length, entries)
                        strength = 1 - 1 / length
                        found.append(
                            Mention(start, start + length, mention.text, mention.things, strength)
                        )
        return _longest(found)

    def described(self, asked: Mapping[str, float]) -> dict[str, float]:
        """Things whose names share most of their words with a query.

        Args:
            asked: Words of the query.

        Returns:
            Key of a thing → the share of the words of its name, from 0.7 to 1.
        """
        candidates: set[tuple[str, str]] = set()
        for word in asked:
            candidates |= self._parts.get(word, set())
        found: dict[str, float] = {}
        for key, name in sorted(candidates):
            whole = self._wholes[key, name]
            total = sum(self._rarity(part) for part in whole)
            shared = sum(self._rarity(part) for part in whole if part in asked)
            if shared >= _DESCRIBED * total and sum(part in asked for part in whole) > 1:
                found[key] = max(found.get(key, 0.0), shared / total)
        return found

    def _rarity(self, part: str) -> float:
        return math.log(1 + len(self._wholes) / (1 + self._rare[part]))


def _mention(text: str, start: int, end: int, entries: Iterable[_Entry]) -> Mention:
    best = sorted(entries, key=lambda entry: entry.order)
    rank = best[0].order[0]
    # A code counts only where nothing has the word as its name.
    things = dict.fromkeys(e.thing for e in best if e.order[0] < CODE or rank == CODE)
    return Mention(start, end, text[start:end], tuple(things))


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no Latin word is cut at either end."""
    cut = (text[start - 1 : start] + text[start], text[end - 1] + text[end : end + 1])
    return not any(len(c) == 2 and c.isascii() and c.isalnum() for c in cut)


def _longest(found: list[Mention]) -> list[Mention]:
    taken: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start - m.end, -m.strength, m.start)):
        if not any(mention.start < m.end and m.start < mention.end for m in taken):
            taken.append(mention)
    return sorted(taken, key=lambda m: m.start)


def aliases() -> list[tuple[str, str]]:
    """Colloquial names that the graph does not hold, each with the key of its thing."""
    table = resources.rows("kg", "finding", "aliases.csv")
    return [(alias, row["key"]) for row in table for alias in row["written"].split("|")]


__all__ = ["ALTERNATIVE", "CODE", "LABEL", "Mention", "Names", "Thing", "aliases"]

"""The finder: words of a query against words of questions, names against parameters."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from kg.catalogue import Bilingual, Parameter, Question
from kg.finding.names import Mention, Names, Thing
from kg.finding.ranking import Ranking
from kg.finding.results import Found, Recognised, Suggestion
from kg.finding.words import LONGEST, folded, latin, plain, synonyms, words
from kg.namespaces import ISTC

_WEIGHTS = {"title": 3.0, "keywords": 3.0, "theme": 1.0, "rationale": 0.7, "labels": 0.7}
#: What a word with the same meaning counts, and a word for the kind of a thing that is named.
_SYNONYM, _KIND = 0.6, 0.3
#: What a filled parameter adds, and how it falls with the size of the class of its values.
_FILLED, _FALL = 10.0, 0.1
#: What is left of the score when a name finds no place, and when a question is about a place that
#: the query does not name; what a word counts that is also the value of a parameter.
_UNUSED, _ELSEWHERE, _TWICE = 0.9, 0.85, 0.5
#: How much of the score hangs on the share of the query that a question accounts for.
_COVER = 0.35
#: Below this score, or this share of the query understood, nothing fits.
_LEAST, _UNDERSTOOD = 2.0, 0.3
#: Suggestions that are this much weaker than the best are left out.
_WEAK = 0.3
#: What this share of the questions speaks of (China, Beijing) is seldom meant as a filter.
_USUAL, _SLIGHT = 0.08, 0.3
_WORLD = "group/world"
_PLACES = {ISTC + name for name in ("Place", "GeopoliticalEntity", "CountryGroup")}
_Span = tuple[int, int]
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


@dataclass(frozen=True)
class _Reading:
    """A query: names with their words and those of their kinds, words and words alike."""

    query: str
    mentions: tuple[Mention, ...]
    words: dict[Mention, frozenset[str]]
    kinds: dict[Mention, frozenset[str]]
    own: Mapping[str, Sequence[_Span]]
    alike: Mapping[str, Sequence[_Span]]
    asked: dict[str, float]
    described: Mapping[str, float]
    whole: frozenset[int]
    keys: frozenset[str]


@dataclass(frozen=True)
class _Value:
    parameter: Parameter
    value: str
    label: Bilingual
    mention: Mention | None
    thing: Thing | None
    gain: float


class Finder:
    """Finds questions; made once for each data version.

    Args:
        catalogue: The questions.
        things: What their parameters may have as values.
    """

    def __init__(self, catalogue: Sequence[Question], things: Sequence[Thing]) -> None:
        self._questions = list(catalogue)
        texts = [_fields(question) for question in self._questions]
        self._ranking = Ranking(
            [{n: [w.stem for t in ts for w in words(t)] for n, ts in f.items()} for f in texts],
            _WEIGHTS,
        )
        ordinary = {
            folded(word)
            for text in chain((t for f in texts for ts in f.values() for t in ts), *synonyms())
            for word, *_ in latin(text)
        }
        self._names = Names(things, ordinary - {folded(n) for n in _acronyms(texts)})
        self._sizes: dict[str, int] = defaultdict(int)
        for thing in things:
            for kind in thing.kinds:
                self._sizes[kind] += 1
        self._titled = [
            frozenset(
                thing.key
                for title in question.title.values()
                for mention in self._names.find(plain(title), blurred=False)
                for thing in mention.things
            )
            for question in self._questions
        ]
        counts: dict[str, int] = defaultdict(int)
        for fields in texts:
            told = [*fields["title"], *fields["rationale"]]
            for key in {
                t.key for text in told for m in self._names.find(text, False) for t in m.things
            }:
                counts[key] += 1
        self._usual = {
            key
            for key, count in counts.items()
            if count >= _USUAL * len(texts) and _PLACES & self._names.things[key].kinds
        }
        self._usual.add(_WORLD)
        # A country or group that most questions are about without saying so.
        self._vantage = {
            key
            for key in self._usual
            if ISTC + "AdministrativeArea" not in self._names.things[key].kinds
        }
        self._placed = [
            frozenset(
                k for k in keys - self._vantage if ISTC + "Place" in self._names.things[k].kinds
            )
            for keys in self._titled
        ]
        self._kinds = {(p.type, p.of): kind_of(p) for q in catalogue for p in q.parameters}
        self._groups = _by_word(synonyms())

    def find(self, text: str, limit: int = 5) -> Found:
        """The questions that a text may mean.

        Args:
            text: Anything in Chinese or English; what is longer than 200 characters is cut.
            limit: Number of suggestions at most.

        Returns:
            The suggestions with what was recognised, and the nearest themes.
        """
        read = self._read(text)
        scores = self._ranking.scores(read.asked)
        ranked = sorted(
            (self._suggestion(at, read, scores.get(at, {})) for at in range(len(self._questions))),
            key=lambda pair: (-pair[0].score, pair[0].question.id),
        )[:limit]
        best = ranked[0][0].score if ranked else 0.0
        # One of the good ones must have understood enough.
        understood = max((share for s, share in ranked if s.score >= best / 2), default=0.0)
        fits = best >= _LEAST and understood >= _UNDERSTOOD
        near = [s.question.theme for s, _ in ranked if s.score > 0]
        return Found(
            read.query,
            tuple(s for s, _ in ranked if fits and s.score >= best * _WEAK),
            tuple(_recognised(mention, mention.things[0]) for mention in read.mentions),
            tuple({theme["en"]: theme for theme in near}.values()),
        )

    def _read(self, text: str) -> _Reading:
        query = self._names.corrected(plain(text, LONGEST))
        mentions = tuple(self._names.find(query))
        own: dict[str, list[_Span]] = defaultdict(list)
        codes = [m for m in mentions if m.capitals]
        for word in words(query):
            if not any(m.start <= word.start < m.end for m in codes):
                own[word.stem].append((word.start, word.end))
        asked = dict.fromkeys(own, 1.0)
        alike = self._alike(query, own)
        for other in alike:
            asked.setdefault(other, _SYNONYM)
        described = self._names.described(asked)
        kinds = {m: _stems(m.things[0].described) - asked.keys() for m in mentions}
        for kind in sorted(set().union(*kinds.values())):
            asked[kind] = _KIND
        return _Reading(
            query,
            mentions,
            {m: _stems([m.text]) for m in mentions},
            kinds,
            own,
            alike,
            asked,
            described,
            frozenset(at for word in words(query) for at in range(word.start, word.end)),
            frozenset(thing.key for mention in mentions for thing in mention.things),
        )

    def _alike(self, query: str, own: Mapping[str, Sequence[_Span]]) -> dict[str, list[_Span]]:
        """Words that mean the same as words of the query, with the places of those."""
        low = folded(query)
        found: dict[str, list[_Span]] = defaultdict(list)
        for written, stems, others in self._groups:
            if stems is None:
                at = low.find(written)
                here = [(at, at + len(written))] if at >= 0 else []
            else:
                whole = bool(stems) and stems <= own.keys()
                here = [place for one in stems for place in own[one]] if whole else []
            for other in others if here else ():
                found[other] += here
        return found

    def _suggestion(
        self, number: int, read: _Reading, scores: Mapping[str, float]
    ) -> tuple[Suggestion, float]:
        """A question as a suggestion, and the share of the query that it accounts for."""
        question = self._questions[number]
        values = self._values(number, read) if scores or read.mentions or read.described else []
        used = {v.mention for v in values if v.mention is not None}
        # A name that is the value of a parameter counts less as words, its kind not at all.
        named = {word for m in used for word in read.words[m]}
        kinds = {word for m in used for word in read.kinds[m]}
        score = sum(
            amount * (_TWICE if word in named else 1)
            for word, amount in scores.items()
            if word not in kinds
        )
        score += sum(v.gain for v in values)
        score *= _UNUSED ** sum(
            m not in used
            and not any(t.key in self._titled[number] | self._vantage for t in m.things)
            and not read.words[m] & scores.keys()
            for m in read.mentions
        )
        score *= _ELSEWHERE ** bool(self._placed[number] - read.keys)
        spans = [s for word in scores for s in (*read.own.get(word, ()), *read.alike.get(word, ()))]
        seen = {at for start, end in spans for at in range(start, end)}
        seen.update(at for mention in used for at in range(mention.start, mention.end))
        share = len(seen & read.whole) / len(read.whole) if read.whole else float(bool(used))
        score *= _COVER * share + 1 - _COVER
        suggestion = Suggestion(
            question,
            {v.parameter.name: v.value for v in values},
            {v.parameter.name: v.label for v in values},
            round(score, 4),
            tuple(_recognised(v.mention, v.thing) for v in values if v.thing is not None),
            _runs(read.query, spans),
        )
        return suggestion, share

    def _values(self, number: int, read: _Reading) -> list[_Value]:
        found: list[_Value] = []
        years = sorted(_YEAR.findall(read.query))
        free = list(read.mentions)
        for parameter in self._questions[number].parameters:
            kind = self._kinds[parameter.type, parameter.of]
            value = None
            if kind is not None:
                value = self._named(number, parameter, kind, free)
                value = value or self._paraphrased(parameter, kind, read.described)
            elif years and "year" in (parameter.type, parameter.of):
                value = _in_years(parameter, years)
            if value is not None:
                found.append(value)
                free = [m for m in free if m is not value.mention]
        return found

    def _named(
        self, number: int, parameter: Parameter, kind: str, mentions: Sequence[Mention]
    ) -> _Value | None:
        """The first thing named that the parameter takes; what is usual only if nothing else is."""
        fitting = [
            (m, t)
            for m in mentions
            for t in m.things
            if kind in t.kinds and t.key not in self._placed[number]
        ]
        if not fitting:
            return None
        mention, thing = min(fitting, key=lambda pair: pair[1].key in self._usual)
        telling = 1.0 if mention.capitals else self._telling(mention.text)
        gain = _FILLED * mention.strength * telling * self._narrow(kind)
        if thing.key in self._usual:
            gain *= _SLIGHT
        return _Value(parameter, thing.key, thing.label, mention, thing, gain)

    def _paraphrased(
        self, parameter: Parameter, kind: str, described: Mapping[str, float]
    ) -> _Value | None:
        fitting = [
            (share, key)
            for key, share in described.items()
            if kind in self._names.things[key].kinds
        ]
        if not fitting:
            return None
        share, key = min(fitting, key=lambda pair: (-pair[0], pair[1]))
        thing = self._names.things[key]
        gain = _FILLED * share * self._narrow(kind) / 2
        return _Value(parameter, key, thing.label, None, thing, gain)

    def _telling(self, text: str) -> float:
        """How much a name says: little for one that is a word of many questions."""
        rarities = [self._ranking.rarity(word.stem) for word in words(text)]
        return max(rarities) / self._ranking.rarity("") if rarities else 1.0

    def _narrow(self, kind: str) -> float:
        """1 for classes of few members, less for large ones, which take almost any name."""
        size = self._sizes[kind]
        return 1.0 if size < 10 else (10 / size) ** _FALL


def _in_years(parameter: Parameter, years: Sequence[str]) -> _Value | None:
    value = f"{years[0]}..{years[-1]}" if parameter.type == "range" else years[0]
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and int(years[0]) < low) or (high is not None and int(years[-1]) > high):
        return None
    return _Value(parameter, value, {"zh": value, "en": value}, None, None, _FILLED / 2)


def _recognised(mention: Mention | None, thing: Thing) -> Recognised:
    text = mention.text if mention is not None else ""
    return Recognised(text, thing.key, thing.iri, thing.label)


def _stems(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word.stem for text in texts for word in words(plain(text)))


def _runs(query: str, places: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The words at these places; what touches or overlaps is one."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if runs and start < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return tuple(dict.fromkeys(query[start:end] for start, end in runs))


def _fields(question: Question) -> dict[str, list[str]]:
    labels = [*(p.label for p in question.parameters), *(c.label for c in question.columns)]
    fields = {
        "title": question.title.values(),
        "keywords": [word for some in question.keywords.values() for word in some],
        "theme": question.theme.values(),
        "rationale": question.rationale.values(),
        "labels": [text for label in labels for text in label.values()],
    }
    return {name: [plain(text) for text in texts] for name, texts in fields.items()}


def _acronyms(texts: Sequence[Mapping[str, Sequence[str]]]) -> set[str]:
    """Words that the questions themselves write in capitals only."""
    written = {w for f in texts for ts in f.values() for t in ts for w, *_ in latin(t)}
    return {w for w in written if w.isupper() and w.lower() not in written}


def _by_word(
    groups: Sequence[Sequence[str]],
) -> list[tuple[str, frozenset[str] | None, tuple[str, ...]]]:
    """For each word: its writing, its stems (None for Chinese), and the stems of its group."""
    found = []
    for group in groups:
        stems = {word: frozenset(w.stem for w in words(word)) for word in group}
        others = tuple(sorted(set().union(*stems.values())))
        for word in group:
            found.append((folded(word), None if not word.isascii() else stems[word], others))
    return found


def kind_of(parameter: Parameter) -> str | None:
    """IRI of the class or scheme that the values of a parameter belong to.

    None for numbers, and for terms of the ontology: their names are words of every question.
    """
    return None if ":" in parameter.of else parameter.kind


__all__ = ["Finder", "kind_of"]

"""Why a thing was found: the name of it that fits best, and which parts of the name fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kg.finding.words import is_empty
from kg.searching.folding import Aligned, compact
from kg.searching.form import IDENTIFIER
from kg.searching.matching import Query
from kg.searching.results import Match

#: Sort, language and text of a name.
Name = tuple[int, str, str]
_Spans = tuple[tuple[int, int], ...]


def best(
    query: Query, how: str, names: Sequence[Name], meant: Mapping[str, Mapping[str, float]]
) -> Match:
    """The name that tells a reader why a thing was found.

    Args:
        query: What was typed.
        how: How the thing was found, see `results.HOW`.
        names: Its names, labels first.
        meant: For words that were misspelt the ones that may be meant.

    Returns:
        The match; without spans where no part of a name is what was typed.
    """
    rated = [(_rated(query, how, name, meant), at) for at, name in enumerate(names)]
    (_, spans), at = max(rated, key=lambda pair: (pair[0][0], -pair[1]))
    sort, language, text = names[at]
    return Match(how, text, "" if sort == IDENTIFIER else language, spans)


def _rated(
    query: Query, how: str, name: Name, meant: Mapping[str, Mapping[str, float]]
) -> tuple[float, _Spans]:
    """How well a name explains a match, and its parts that fit."""
    sort, _, text = name
    aligned = Aligned(text)
    if sort == IDENTIFIER:
        form = compact(text)
        if not query.compact or not form.startswith(query.compact):
            return 0.0, ()
        at = aligned.letters.rfind(query.compact)
        place = tuple(aligned.find(query.compact))[-1:] if at >= 0 else ()
        return (4.0 if form == query.compact else 3.0), place
    if query.compact and aligned.letters == query.compact:
        return 5.0, ((0, len(aligned.text)),)
    if query.compact and aligned.letters.startswith(query.compact):
        return 3.5, tuple(aligned.find(query.compact))[:1]
    whole = tuple(aligned.find(query.compact, word=True)) if query.spelt else ()
    if whole:
        return 3.2, whole
    spans: list[tuple[int, int]] = []
    score = 0.0
    for token in query.tokens:
        places = list(aligned.find(token.text, word=not token.chinese))
        places = places or list(aligned.find(token.text))
        worth = 1.0
        if not places and token.chinese:
            places, worth = _partly(aligned, token.text)
        if not places:
            near = sorted(meant.get(token.text, {}).items(), key=lambda pair: -pair[1])
            found = next(((w, v) for w, v in near if any(aligned.find(w, word=True))), None)
            if found is not None:
                places, worth = list(aligned.find(found[0], word=True)), found[1]
        score += worth * bool(places) * (0.2 if is_empty(token.text) else 1.0)
        spans += places if not is_empty(token.text) else []
    if not spans and how == "code":
        letters = _letters(aligned, query.run)
        return float(bool(letters)), _merged(letters)
    full = max(1.0, sum(0.2 if is_empty(t.text) else 1.0 for t in query.tokens))
    return 3 * score / full, _merged(spans)


def _partly(aligned: Aligned, run: str) -> tuple[list[tuple[int, int]], float]:
    """The longest pieces of a Chinese run that a name has, and their share of it."""
    found: list[tuple[int, int]] = []
    at = covered = 0
    while at < len(run):
        for end in range(len(run), at + 1, -1):
            places = list(aligned.find(run[at:end]))
            if places:
                found += places[:1]
                covered += end - at
                at = end
                break
        else:
            at += 1
    return found, covered / len(run)


def _letters(aligned: Aligned, run: str) -> list[tuple[int, int]]:
    """Where the characters of a short form stand in a name, one after the other."""
    found, at = [], 0
    for character in run:
        at = aligned.letters.find(character, at)
        if at < 0:
            return []
        place = aligned.place(at)
        found.append((place, place + 1))
        at += 1
    return found


def _merged(spans: Iterable[tuple[int, int]]) -> _Spans:
    """Spans in order; what touches or overlaps is one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


__all__ = ["Name", "best"]

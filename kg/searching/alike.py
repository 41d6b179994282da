"""Names that are nearly what was typed: misspelt words, a wrong character, words too many."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kg.finding.words import chinese, is_empty
from kg.searching import statements
from kg.searching.folding import Token, pairs, pieces
from kg.searching.matching import Query, quoted

#: Names that are looked at closely, known words that are compared with one that was typed, and
#: words that are taken for it.
_CANDIDATES, _COMPARED, _VARIANTS = 600, 80, 12
#: Words that have a piece inside them, at most.
_CONTAINING = 40
#: Share of what was typed that a name must account for.
_ENOUGH = 0.62
#: Names that account for so much less than the best one are left out.
_WEAKER = 0.2
#: What a Chinese run must be like, from 0 to 100.
_RUN_ALIKE = 66
#: From how many letters on a word is taken to be misspelt, and from how many on twice.
_ONCE, _TWICE = 4, 8


@dataclass
class _Group:
    """A word that was typed, and the known words that may be meant, with their likeness."""

    token: Token
    weight: float
    names: int
    words: dict[str, float] = field(default_factory=dict)


def containing(base: sqlite3.Connection, text: str) -> list[str]:
    """Words of the index that have a text inside them, not at their beginning.

    Args:
        base: The index.
        text: At least three letters.

    Returns:
        The words, usual ones first.
    """
    if len(text) < 3:
        return []
    inner = sorted({text[at : at + 3] for at in range(len(text) - 2)})
    values = {"pieces": json.dumps(inner), "text": text, "limit": _CONTAINING}
    found: list[str] = json.loads(base.execute(statements.CONTAINING, values).fetchone()[0])
    return found


def known(base: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """How many names have each of these words or pairs; those that none has are left out."""
    values = {"words": json.dumps(list(words))}
    return dict(json.loads(base.execute(statements.KNOWN, values).fetchone()[0]))


def variants(base: sqlite3.Connection, word: str) -> dict[str, float]:
    """Known words that a misspelt one may mean.

    Args:
        base: The index.
        word: A word in letters.

    Returns:
        Known word → likeness, from 0 to 1; the word itself too, if it is known.
    """
    if len(word) < _ONCE or not word.isalpha():
        return {}
    far = 2 if len(word) >= _TWICE else 1
    values = {
        "pieces": json.dumps(sorted(pieces(word))),
        "limit": _COMPARED,
        "shortest": len(word) - far,
        "longest": len(word) + far,
    }
    found = {
        other: 1 - distance / max(len(word), len(other))
        for other in json.loads(base.execute(statements.NEAR, values).fetchone()[0])
        if (distance := OSA.distance(word, other)) <= far
    }
    return dict(sorted(found.items(), key=lambda pair: -pair[1])[:_VARIANTS])


def alike(base: sqlite3.Connection, query: Query, names: int) -> list[tuple[int, float]]:
    """Names that account for most of what was typed.

    Args:
        base: The index.
        query: What was typed.
        names: How many names there are.

    Returns:
        Number of a name, and how much it is like what was typed, from 0 to 1; the best first.
    """
    groups = _groups(base, query, names)
    total = sum(group.weight for group in groups)
    if not total:
        return []
    found: dict[int, float] = {}
    for number, form in _candidates(base, groups):
        score = _score(groups, form) / total
        if score >= _ENOUGH:
            found[number] = score
    least = max(found.values(), default=0.0) - _WEAKER
    near = [pair for pair in found.items() if pair[1] >= least]
    return sorted(near, key=lambda pair: (-round(pair[1], 2), pair[0]))


def meant(base: sqlite3.Connection, query: Query) -> dict[str, Mapping[str, float]]:
    """For each word that was typed the known words that may be meant."""
    return {t.text: variants(base, t.text) for t in query.tokens if not t.chinese}


def _groups(base: sqlite3.Connection, query: Query, names: int) -> list[_Group]:
    telling = [t for t in query.tokens if t.chinese or not is_empty(t.text)]
    groups = []
    for token in telling or query.tokens:
        if token.chinese:
            words = dict.fromkeys(pairs(token.text), 1.0)
        else:
            words = {token.text: 1.0, **variants(base, token.text)}
        counts = known(base, list(words))
        words = {word: likeness for word, likeness in words.items() if word in counts}
        rarest = min(counts.values(), default=0)
        # What nobody has written weighs as much as what is rare.
        weight = log(2 + names / (1 + rarest)) * (len(token.text) / 2 if token.chinese else 1)
        groups.append(_Group(token, weight, sum(counts.values()), words))
        if token.chinese:
            groups[-1].words = dict(sorted(words.items(), key=lambda pair: counts[pair[0]]))
    return groups


def _candidates(base: sqlite3.Connection, groups: Sequence[_Group]) -> list[tuple[int, str]]:
    """Names with one of the words at least, those with rare ones first."""
    asked: list[str] = []
    for group in sorted(groups, key=lambda g: g.names):
        if group.token.chinese:
            asked += [quoted(word) for word in group.words]
        elif group.words:
            asked.append(" OR ".join(quoted(word) for word in group.words))
    found: dict[int, str] = {}
    if len(asked) > 1:
        # Who has two of the words is likelier than who has one.
        both = f"({asked[0]}) AND ({' OR '.join(asked[1:])})"
        asked.insert(0, both)
    for condition in asked:
        left = _CANDIDATES - len(found)
        if left <= 0:
            break
        values = {"condition": condition, "limit": max(left, _CANDIDATES // 4)}
        found.update(json.loads(base.execute(statements.FORMS, values).fetchone()[0]))
    return list(found.items())


def _score(groups: Sequence[_Group], form: str) -> float:
    """How much of what was typed a name accounts for, in the weights of the words."""
    words = set(form.split())
    runs = [word for word in words if chinese(word)]
    joined = "".join(word for word in form.split() if chinese(word))
    score = 0.0
    for group in groups:
        if not group.token.chinese:
            score += group.weight * max(
                (v for w, v in group.words.items() if w in words), default=0.0
            )
            continue
        wanted = group.token.text
        if len(joined) >= len(wanted) and len(wanted) > 2:
            near = fuzz.partial_ratio(wanted, joined)
        else:
            near = fuzz.ratio(wanted, joined)
        held = {p for run in runs for p in pairs(run)}
        covered = 100 * sum(p in held for p in pairs(wanted)) / len(pairs(wanted))
        near = max(near, covered)
        score += group.weight * (near / 100 if near >= _RUN_ALIKE else 0)
    return score


__all__ = ["alike", "containing", "known", "meant", "variants"]

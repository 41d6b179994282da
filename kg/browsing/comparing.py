"""Figures of several documents for one question: which are compared, and with what outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.asking import Selecting
from kg.citing import cited, text_of
from kg.description import Fact
from kg.figures import Names, fact, mentioned, rows_about, said

#: Ends of the IRIs of outcomes, the worst first.
_WORST = ("conflict", "compatible", "agree")


@dataclass(frozen=True)
class Compared:
    """Facts that are compared with each other: IRI of the outcome, IRIs of the facts."""

    outcome: str
    facts: tuple[str, ...]


def compared(engine: Selecting, facts: Iterable[str]) -> list[Compared]:
    """The comparisons that facts have a part in.

    Args:
        engine: Where to ask.
        facts: IRIs of the facts.

    Returns:
        Each with all of its facts; of several pairs the worst outcome counts.
    """
    group: dict[str, set[str]] = {}
    outcomes: dict[frozenset[str], str] = {}
    for row in rows_about(engine, "comparisons", "fact", dict.fromkeys(facts)):
        one, other = text_of(row["fact"]), text_of(row["other"])
        outcomes[frozenset((one, other))] = text_of(row["outcome"])
        whole = group.get(one, {one}) | group.get(other, {other})
        for member in whole:
            group[member] = whole
    found = []
    for members in {id(some): some for some in group.values()}.values():
        within = [outcome for pair, outcome in outcomes.items() if pair <= members]
        found.append(Compared(min(within, key=_severity), tuple(sorted(members))))
    return sorted(found, key=lambda one: (_severity(one.outcome), one.facts))


def _severity(outcome: str) -> int:
    end = outcome.rpartition("/")[2]
    return _WORST.index(end) if end in _WORST else len(_WORST)


def series(engine: Selecting, iri: str, language: str) -> tuple[Fact, ...]:
    """The other facts of the series of a fact.

    Args:
        engine: Where to ask.
        iri: IRI of the fact.
        language: Reader's language, for the order of lists.

    Returns:
        The facts in order of time.
    """
    others = [text_of(row["other"]) for row in rows_about(engine, "series", "fact", [iri])]
    content = said(engine, others)
    sources, located = cited(engine, content)
    names = Names(engine, language)
    names.learn(mentioned(content.values()), located)
    found = (fact(other, content[other], names, sources.get(other, ())) for other in content)
    return tuple(sorted(found, key=lambda one: (one.period or "", one.iri)))


__all__ = ["Compared", "compared", "series"]

"""Whether suggestions have an answer: those without rows fall and say which value has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kg import choosing
from kg.catalogue import Question
from kg.citing import Selecting
from kg.errors import LimitReached
from kg.finding.results import Found, Suggestion

#: How many rows a question has with values by parameter; None where that cannot be told.
Counting = Callable[[Question, Mapping[str, str]], int | None]

#: What is left of the score of a suggestion without rows: it falls below what fits nearly as well.
_EMPTY = 0.65


def counting(engine: Selecting) -> Counting:
    """How many rows a question has, as an engine answers it.

    Args:
        engine: Where to ask.

    Returns:
        A function of a question and its values, as keys; what is left out has its default.
    """

    def count(question: Question, values: Mapping[str, str]) -> int | None:
        terms = choosing.check(engine, question, values)[1]
        query = choosing.filled(question, terms)
        try:
            return len(engine.select(query))
        except LimitReached:
            return None

    return count


def checked(found: Found, count: Counting) -> Found:
    """Tell which suggestions have an answer.

    Args:
        found: What was found for a query.
        count: Counts rows; see `counting`.

    Returns:
        The same, each suggestion with its number of rows; those without rows fall below what fits
        nearly as well, and name the parameters whose values leave none.
    """
    told = [_told(suggestion, count) for suggestion in found.suggestions]
    return replace(found, suggestions=tuple(sorted(told, key=lambda s: (-s.score, s.question.id))))


def _told(suggestion: Suggestion, count: Counting) -> Suggestion:
    question, values = suggestion.question, suggestion.parameters
    rows = count(question, values)
    if rows != 0:
        return replace(suggestion, rows=rows)
    single = {name: {name: value} for name, value in values.items()} if len(values) > 1 else {}
    alone = tuple(name for name, one in single.items() if count(question, one) == 0)
    score = round(suggestion.score * _EMPTY, 4)
    return replace(suggestion, rows=0, score=score, without=alone or tuple(values))


__all__ = ["Counting", "checked", "counting"]

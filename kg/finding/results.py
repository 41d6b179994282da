"""What is found for a query: suggestions with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kg.catalogue import Bilingual, Question


@dataclass(frozen=True)
class Recognised:
    """A thing that a query names: the words that name it, its key, IRI and name."""

    text: str
    key: str
    iri: str
    label: Bilingual


@dataclass(frozen=True)
class Suggestion:
    """A question that may be meant.

    Attributes:
        question: The question.
        parameters: Values recognised in the query, by parameter; the others keep their defaults.
        labels: The names of these values.
        score: Higher is better; comparable within one query only.
        recognised: The things behind the values.
        words: The words of the query that the question shares.
        rows: Number of rows of the answer with these values; None where it has not been counted.
        without: The parameters whose values leave no rows.
    """

    question: Question
    parameters: dict[str, str]
    labels: dict[str, Bilingual]
    score: float
    recognised: tuple[Recognised, ...]
    words: tuple[str, ...]
    rows: int | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What was found for a query.

    Attributes:
        query: The query as it was read.
        suggestions: The questions, best first; empty when nothing fits.
        recognised: The things that the query names.
        themes: The themes nearest to the query.
    """

    query: str
    suggestions: tuple[Suggestion, ...]
    recognised: tuple[Recognised, ...]
    themes: tuple[Bilingual, ...]


def summary(found: Found) -> dict[str, Any]:
    """What was found, as values for JSON.

    Args:
        found: What was found.

    Returns:
        The query, the things it names, the suggestions with the reasons for them and whether they
        have an answer, and the themes.
    """
    return {
        "query": found.query,
        "recognised": [_thing(item) for item in found.recognised],
        "suggestions": [
            {
                "question": suggestion.question.id,
                "title": suggestion.question.title,
                "theme": suggestion.question.theme,
                "parameters": suggestion.parameters,
                "labels": suggestion.labels,
                "score": suggestion.score,
                "rows": suggestion.rows,
                "without": list(suggestion.without),
                "why": {
                    "recognised": [_thing(item) for item in suggestion.recognised],
                    "words": list(suggestion.words),
                },
            }
            for suggestion in found.suggestions
        ],
        "themes": list(found.themes),
    }


def _thing(item: Recognised) -> dict[str, Any]:
    return {"text": item.text, "key": item.key, "iri": item.iri, "label": item.label}


__all__ = ["Found", "Recognised", "Suggestion", "summary"]

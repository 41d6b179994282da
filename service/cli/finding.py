"""Questions in plain words on the command line: what may be meant, as commands ready to run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kg import catalogue
from kg.asking import pick
from kg.errors import NotFound
from kg.finding import Found, Suggestion, build, checked, counting, summary
from service.cli.output import write_json, write_table

if TYPE_CHECKING:
    from kg.citing import Selecting

#: What is said of a suggestion without an answer, before its values.
_NO_ROWS = {"zh": "没有数据：", "en": "no rows with "}
#: What is meant as an id: words joined by hyphens.
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


def words(first: str, others: Sequence[str]) -> str:
    """The plain words of a command line.

    Args:
        first: What stands where an id is expected.
        others: What follows.

    Returns:
        The words, joined; empty when the first is an id, or meant as one.
    """
    if _ID.fullmatch(first) or first in {question.id for question in catalogue.questions()}:
        return ""
    return " ".join([first, *others])


def find(engine: Selecting, text: str) -> Found:
    """The questions that a text may mean, each with its number of rows."""
    return checked(build(engine).find(text), counting(engine))


def ready(suggestion: Suggestion) -> str:
    """The command that answers a suggested question."""
    values = [f"{name}={value}" for name, value in suggestion.parameters.items()]
    return shlex.join(["istc", "ask", suggestion.question.id, *values])


def empty(suggestion: Suggestion, language: str) -> str:
    """Which values leave a suggested question without rows."""
    without = [pick(suggestion.labels[name], language) or "" for name in suggestion.without]
    return f"{_NO_ROWS[language]}{', '.join(without)}"


def show(found: Found, form: str, language: str) -> None:
    """Print the suggestions.

    Args:
        found: What was found.
        form: `json`, or anything else for people.
        language: Language of titles.

    Raises:
        NotFound: No question fits.
    """
    if form == "json":
        content = summary(found)
        for entry, suggestion in zip(content["suggestions"], found.suggestions, strict=True):
            entry["command"] = ready(suggestion)
        write_json(content)
        return
    if not found.suggestions:
        near = ", ".join(theme[language] for theme in found.themes)
        raise NotFound(
            f"No question fits “{found.query}”.",
            hint=(f"The nearest themes: {near}. " if near else "")
            + "Try other words, or list the questions with: istc ask",
        )
    for suggestion in found.suggestions:
        named = ", ".join(pick(label, language) or "" for label in suggestion.labels.values())
        click.echo(suggestion.question.title[language] + (f" [{named}]" if named else ""))
        click.echo(f"  {ready(suggestion)}")
        if suggestion.rows == 0:
            click.echo(f"  {empty(suggestion, language)}")


def everything(form: str, language: str) -> None:
    """List all questions."""
    found = catalogue.questions()
    if form == "json":
        write_json([{"id": q.id, "title": q.title, "theme": q.theme} for q in found])
        return
    write_table(
        ("id", "question", "parameters"),
        [(q.id, q.title[language], " ".join(p.name for p in q.parameters)) for q in found],
    )


__all__ = ["empty", "everything", "find", "ready", "show", "words"]

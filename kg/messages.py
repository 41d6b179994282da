"""What is wrong with a table, in Chinese and English: the sentences of `kg/messages.csv`.

A rule has a name; its sentence says what is wrong, its hint how to mend it, with named gaps.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from kg import resources
from kg.errors import InvalidTable

LANGUAGES = ("zh", "en")


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return {row["rule"]: row for row in resources.rows("kg", "messages.csv")}


def rules() -> tuple[str, ...]:
    """The names of all rules."""
    return tuple(_sentences())


def said(rule: str, language: str, **gaps: object) -> tuple[str, str]:
    """The sentence and the hint of a rule.

    Args:
        rule: Its name.
        language: `zh` or `en`.
        **gaps: What fills the gaps; a mapping is looked up by the language.

    Returns:
        What is wrong, and how to mend it.
    """
    words = _sentences()[rule]
    filled = {k: v[language] if isinstance(v, dict) else v for k, v in gaps.items()}
    hint = words["hint_en" if language == "en" else "hint_zh"]
    return words[language].format(**filled), hint.format(**filled)


def invalid_table(
    rule: str, where: str, *, place: dict[str, Any] | None = None, **gaps: object
) -> InvalidTable:
    """The error of a rule that a table breaks.

    Args:
        rule: Name of the rule.
        where: File, sheet, row and column.
        place: The same as members: `file`, `sheet`, `row`, `column`, `line`.
        **gaps: What fills the gaps.

    Returns:
        The error in English; its `extra` has the rule, the place and the sentences by language.
    """
    what, hint = said(rule, "en", **gaps)
    messages = {}
    for language in LANGUAGES:
        sentence, remedy = said(rule, language, **gaps)
        messages[language] = f"{sentence}{remedy}" if language == "zh" else f"{sentence} {remedy}"
    extra = {"rule": rule, "messages": messages, "place": place or {}}
    if "cell" in gaps:
        extra["value"] = str(gaps["cell"])
    return InvalidTable(what, where=where, hint=hint, extra=extra)

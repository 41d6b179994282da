"""Places in a document in the reader's language: “表2 行3” is “Table 2, row 3”.

The graph keeps a locator as it is printed. What the words of Chinese papers are in English stands
in `kg/locators.csv`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kg import resources


@lru_cache(maxsize=4096)
def located(locator: str, language: str) -> str:
    """A locator for a reader.

    Args:
        locator: Section, table or figure as printed.
        language: `zh` or `en`.

    Returns:
        The locator in English for readers of English where its words are known; else as printed.
    """
    if language == "en" and not locator.isascii():
        for printed, english in _wordings():
            found = printed.fullmatch(locator)
            if found is not None:
                return found.expand(english)
    return locator


@cache
def _wordings() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = resources.rows("kg", "locators.csv")
    return tuple((re.compile(row["printed"]), row["en"]) for row in rows)

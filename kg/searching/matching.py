"""What was typed as a row of ever wider conditions on the index: exact, beginning, words, inside.

Nothing that is typed is read as a language: FTS5 gets quoted letters and digits only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kg.searching.folding import Token, compact, pairs, tokens

#: Characters of a query that are looked at, and words.
LONGEST = 200
_WORDS = 16


@dataclass(frozen=True)
class Query:
    """What was typed.

    Attributes:
        text: As it was typed, without blanks around it.
    """

    text: str

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its words."""
        return tuple(tokens(self.text, LONGEST)[:_WORDS])

    @cached_property
    def compact(self) -> str:
        """Its letters and digits; of an identifier without the address of its resolver."""
        return compact(self.text[:LONGEST])

    @property
    def spelt(self) -> bool:
        """Whether it is written in letters only."""
        return bool(self.tokens) and not any(token.chinese for token in self.tokens)

    @property
    def run(self) -> str:
        """The Chinese characters, where it is nothing but one run of them."""
        only = self.tokens[0] if len(self.tokens) == 1 else None
        return only.text if only is not None and only.chinese else ""


def quoted(text: str) -> str:
    """A phrase of FTS5."""
    return f'"{text}"'


def one(token: Token, *, begins: bool) -> str:
    """The condition that a name has a word, or a word that begins so, or a run of characters."""
    if not token.chinese:
        return quoted(token.text) + ("*" if begins else "")
    # A character by itself is the beginning of a pair, or the last one of a run.
    return quoted(" ".join(pairs(token.text))) + ("*" if len(token.text) == 1 else "")


def phrase(found: Sequence[Token], *, begins: bool) -> str:
    """The condition that a name has these words one after the other."""
    parts: list[str] = []
    for token in found[:-1]:
        ended = token.chinese and len(token.text) > 1
        parts += [
            *(pairs(token.text) if token.chinese else [token.text]),
            *[token.text[-1]] * ended,
        ]
    last = found[-1]
    parts += pairs(last.text) if last.chinese else [last.text]
    open_ = begins if not last.chinese else len(last.text) == 1
    return quoted(" ".join(parts)) + ("*" if open_ else "")


def conditions(query: Query) -> Iterator[tuple[str, str]]:
    """Conditions of FTS5 for what was typed, narrow ones first.

    Args:
        query: What was typed, with at least one word.

    Yields:
        How names fit that meet the condition, see `results.HOW`, and the condition.
    """
    found = query.tokens
    yield "prefix", f"^ {phrase(found, begins=True)}"
    if any(not token.chinese for token in found):
        yield "words", phrase(found, begins=False)
    if len(found) > 1:
        yield "words", " AND ".join(one(token, begins=False) for token in found)
    if any(not token.chinese for token in found):
        yield "beginnings", " AND ".join(one(token, begins=True) for token in found)


__all__ = ["LONGEST", "Query", "conditions", "one", "phrase", "quoted"]

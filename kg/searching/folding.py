"""Texts brought to the form in which they are compared, and back to where a match stands in them.

Simplified and traditional characters, full and half width, case and accents make no difference, nor
do punctuation and blanks between words. Chinese is cut into overlapping pairs of characters, which
needs no dictionary and finds what stands inside of longer names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.finding.words import chinese, folded, is_empty, plain

#: Characters of a name that are looked at.
LONGEST_NAME = 600
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
#: Letters that have no accent to be left out.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
_APOSTROPHES = re.compile(r"['`´ʹʻʼ]")
#: Addresses under which identifiers are written out.
_RESOLVERS = re.compile(
    r"^(?:https?://)?(?:www\.|dx\.)?"
    r"(?:doi\.org/|ror\.org/|wikidata\.org/(?:entity|wiki)/|orcid\.org/|grid\.ac/institutes/|"
    r"isni\.org/(?:isni/)?|doi:\s*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Token:
    """A word in letters, or a run of Chinese characters."""

    text: str
    chinese: bool


def joined(found: Sequence[Token]) -> str:
    """The form in which a text is compared: its words in lower case, one blank between."""
    return " ".join(token.text for token in found)


def tokens(text: str, longest: int = LONGEST_NAME) -> list[Token]:
    """The words of a text in the form in which they are compared.

    Args:
        text: Any text.
        longest: Number of characters that are looked at.

    Returns:
        Its words in order; none where it has neither letters nor digits.
    """
    low = folded(plain(text, longest)).translate(_LETTERS)
    low = _DOTTED.sub(lambda found: found.group().replace(".", ""), low)
    low = _APOSTROPHES.sub("", low)
    return [Token(word, chinese(word)) for word in _TOKEN.findall(low)]


def compact(text: str) -> str:
    """A text without blanks and punctuation, so that “COVID-19” and “covid 19” are one.

    Args:
        text: Any text; the address of a resolver before an identifier is left out.

    Returns:
        Its letters and digits in the form in which they are compared.
    """
    return "".join(token.text for token in tokens(_RESOLVERS.sub("", text.strip())))


def pairs(run: str) -> list[str]:
    """Overlapping pairs of the characters of a Chinese run; a single one is itself."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def indexed(found: Sequence[Token]) -> str:
    """What stands in the index for a text: words, pairs, and the last character of each run."""
    parts: list[str] = []
    for token in found:
        if token.chinese and len(token.text) > 1:
            parts += [*pairs(token.text), token.text[-1]]
        else:
            parts.append(token.text)
    return " ".join(parts)


def initials(found: Sequence[Token]) -> set[str]:
    """Abbreviations that a name in letters may have: with its small words and without.

    Args:
        found: The words of the name.

    Returns:
        E.g. `cas` and `caos` for Chinese Academy of Sciences; none for one word or two.
    """
    letters = [token.text for token in found if not token.chinese and token.text[0].isalpha()]
    telling = [word for word in letters if not is_empty(word)]
    return {"".join(w[0] for w in some) for some in (letters, telling) if 2 < len(some) < 12}


def pieces(word: str) -> set[str]:
    """The pieces of three letters of a word, its ends marked."""
    marked = f"^{word}$"
    return {marked[at : at + 3] for at in range(len(marked) - 2)}


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    # A blank beside it would be stripped from a space or a mark.
    low = folded(plain(character)).translate(_LETTERS)
    return "" if _APOSTROPHES.fullmatch(low) else low if _TOKEN.fullmatch(low) else " "


class Aligned:
    """A name with, for each letter of its form without blanks, the place it came from.

    Args:
        text: The name.
    """

    def __init__(self, text: str) -> None:
        self.text = text[:LONGEST_NAME]
        letters, places, begins = [], [], []
        fresh = True
        before = False
        for at, character in enumerate(self.text):
            form = _letter(character)
            if form == " ":
                fresh = True
                continue
            for one in form:
                script = chinese(one)
                letters.append(one)
                places.append(at)
                begins.append(fresh or script != before)
                fresh, before = False, script
        self.letters, self._places, self.begins = "".join(letters), places, begins

    def find(self, wanted: str, *, word: bool = False) -> Iterator[tuple[int, int]]:
        """Where a form stands in the name.

        Args:
            wanted: Letters without blanks.
            word: Whether a word must begin there.

        Yields:
            First character and the one after the last, in the characters of the name.
        """
        at = self.letters.find(wanted) if wanted else -1
        while at >= 0:
            if not word or self.begins[at]:
                yield self._places[at], self._places[at + len(wanted) - 1] + 1
            at = self.letters.find(wanted, at + 1)

    def place(self, at: int) -> int:
        """Where a letter of the form stands in the name."""
        return self._places[at]


__all__ = [
    "LONGEST_NAME",
    "Aligned",
    "Token",
    "compact",
    "indexed",
    "initials",
    "joined",
    "pairs",
    "pieces",
    "tokens",
]

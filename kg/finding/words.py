"""Words of Chinese and English texts, as questions and readers share them.

Chinese is cut into overlapping pairs of characters, which needs no dictionary and no segmentation;
English words are reduced to their stems (Porter 2). Traditional characters are read as simplified
ones, full-width letters as plain ones, and accents are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc
import snowballstemmer

from kg import resources

#: Characters of a query that are looked at; what follows is left unread.
LONGEST = 200

_WORD = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*|[\u3400-\u9fff]+")
_QUOTES = str.maketrans(dict.fromkeys('“”‘’"《》〈〉「」', "") | {"&": " and ", "’": "'"})
#: Said in most questions and so of no help in telling them apart.
_EMPTY = (
    "a about all am an and any are as at be been being but by can could did do does done for from "
    "get give gives given had has have having he her his how i if in into is it its let like many "
    "me much my no not of on or our please s she show so some t tell than that the their them then "
    "there these they this those to up us was we were what when where which who whom whose why "
    "will with would you your"
)
_EMPTY_EN = frozenset(_EMPTY.split())
_EMPTY_ZH = re.compile(
    "有哪些|有没有|是不是|哪一|哪些|哪几|哪个|哪国|哪|什么|怎么样|怎么办|怎么|怎样|如何|多少|几个|几家|"
    "请问|请|告诉我|我想知道|想知道|了解|一下|关于|以及|分别|各自|还有|还是|"
    "[的了和与及跟对在把被由从到给是有吗呢吧啊呀啥谁个这那就都也还其之等或]"
)
#: Words with one of these characters in them that say something all the same.
_FULL_ZH = re.compile(
    "参与|对话|对策|对象|对比|对应|应对|针对|面对|对口|对接|存在|所在|所有|国有|拥有|有效|有关|目的|"
    "涉及|普及|提到|给予|个人|从事|由来|等级|其他|其余|共和|和平|综合"
)


@dataclass(frozen=True)
class Word:
    """A word of a text: the form that is compared, and where it stands."""

    stem: str
    start: int
    end: int


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def plain(text: str, longest: int | None = None) -> str:
    """A text without differences of writing; case is kept.

    Args:
        text: Any text.
        longest: Number of characters to keep.

    Returns:
        It in NFKC, in simplified characters, without accents, quotes and control characters.
    """
    composed = unicodedata.normalize("NFKC", text[:longest]).translate(_QUOTES)
    if composed.isascii() and composed.isprintable():
        return " ".join(composed.split())[:longest]
    letters = (c for c in unicodedata.normalize("NFD", composed) if not unicodedata.combining(c))
    kept = "".join(c if c.isprintable() else " " for c in letters)
    return " ".join(_simplifier().convert(kept).split())[:longest]


def folded(text: str) -> str:
    """Lower case, character by character, so that places in the text stay what they are."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of an English word in lower case; short words and codes stay whole."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    return str(snowballstemmer.stemmer("english").stemWord(word))


def chinese(text: str) -> bool:
    """Whether a word is written in Chinese characters."""
    return "\u3400" <= text[:1] <= "\u9fff"


def words(text: str) -> Iterator[Word]:
    """The telling words of a text: stems of English, pairs of Chinese characters.

    Args:
        text: A text from `plain`.

    Yields:
        Its words in order; empty words (what, 哪些 …) are left out.
    """
    for run in _WORD.finditer(folded(text)):
        if not chinese(run[0]):
            if run[0] not in _EMPTY_EN:
                yield Word(stem(run[0]), run.start(), run.end())
            continue
        start = 0
        for gap in (*_gaps(run[0]), None):
            end = len(run[0]) if gap is None else gap.start()
            yield from _pairs(run[0][start:end], run.start() + start)
            start = end if gap is None else gap.end()


def _gaps(run: str) -> Iterator[re.Match[str]]:
    full = [match.span() for match in _FULL_ZH.finditer(run)]
    for gap in _EMPTY_ZH.finditer(run):
        if not any(start < gap.end() and gap.start() < end for start, end in full):
            yield gap


def _pairs(piece: str, start: int) -> Iterator[Word]:
    if len(piece) == 1:
        yield Word(piece, start, start + 1)
    for at in range(len(piece) - 1):
        yield Word(piece[at : at + 2], start + at, start + at + 2)


def latin(text: str) -> list[tuple[str, int, int]]:
    """The words of a text that are not Chinese, with their places, as they are written."""
    found = _WORD.finditer(folded(text))
    return [(text[m.start() : m.end()], m.start(), m.end()) for m in found if not chinese(m[0])]


def is_empty(word: str) -> bool:
    """Whether an English word in lower case says nothing about what is asked."""
    return word in _EMPTY_EN


@cache
def synonyms() -> tuple[tuple[str, ...], ...]:
    """Groups of words with one meaning, from the table of synonyms."""
    table = resources.rows("kg", "finding", "synonyms.csv")
    return tuple(tuple(plain(word) for word in row["words"].split("|")) for row in table)


__all__ = [
    "LONGEST",
    "Word",
    "chinese",
    "folded",
    "is_empty",
    "latin",
    "plain",
    "stem",
    "synonyms",
    "words",
]

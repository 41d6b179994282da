"""Chinese names in pinyin, as people type them who have no Chinese keyboard at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import pypinyin
from pypinyin.seg import mmseg

from kg.searching.folding import Token

#: Characters of a name that are spelt: what is typed is short.
_LONGEST = 30


@lru_cache(maxsize=200_000)
def _spelt(word: str) -> tuple[str, ...]:
    return tuple(filter(None, pypinyin.lazy_pinyin(word, errors="ignore")))


def spelt(found: Sequence[Token]) -> Iterator[str]:
    """A Chinese name in pinyin without tones, whole and by initials.

    Args:
        found: The words of the name.

    Yields:
        E.g. `beijingdaxue` and `bjdx`; nothing for names without Chinese.
    """
    runs = [token.text for token in found if token.chinese]
    if len(runs) != len(found) or not runs:
        return
    words = mmseg.seg.cut("".join(runs)[:_LONGEST])
    syllables = [syllable for word in words for syllable in _spelt(word)]
    if len(syllables) > 1:
        yield "".join(syllables)
        yield "".join(syllable[0] for syllable in syllables)


__all__ = ["spelt"]

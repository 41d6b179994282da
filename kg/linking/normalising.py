"""Names brought to one form, so that what differs in writing only is equal.

Case, accents, punctuation, full-width and traditional characters (OpenCC), legal forms, articles,
order of words (“University of Zurich”, “Zurich University”), usual short forms in both languages
(中科院, “Univ.”) and a country at the end or in brackets make no difference. What the words mean
stands in `words.csv`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from kg import resources
from kg.finding.words import chinese, folded, plain

_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_WORDS = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"['`´ʹ]")
_DOTS = re.compile(r"\b(?:\w\.){2,}")
_CODE = re.compile(r"[A-Z0-9][A-Za-z0-9]*(?:[&/ -][A-Z0-9]+)?")
#: Letters of an abbreviation at most, and of the words of a name that can be one.
_LONGEST_CODE = 9
_MAX = 300


@dataclass(frozen=True)
class Form:
    """A name in the form in which it is compared.

    Attributes:
        text: As it was written.
        words: Its words in their order; Chinese is one word.
        chinese: Whether it is Chinese.
        code: The abbreviation that it is; empty for a name.
        bodies: Kinds of bodies that its words name: `university`, `hospital` …
        bare: Its words without the one that says the country; as they are where several do.
        countries: ISO alpha-3 codes of the countries that it names.
        world: Whether its words say that the body belongs to no country.
    """

    text: str
    words: tuple[str, ...]
    chinese: bool = False
    code: str = ""
    bodies: frozenset[str] = frozenset()
    bare: tuple[str, ...] = ()
    countries: frozenset[str] = frozenset()
    world: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """What equal names have in common: words in any order, or letters without blanks."""
        if self.code:
            return ("code " + self.code,)
        return (_ordered(self.words), "".join(self.words))

    @property
    def bare_keys(self) -> tuple[str, ...]:
        """The same without the words for the country; empty where nothing telling is left."""
        telling = len(self.bare) > 1 or (self.chinese and len("".join(self.bare)) > 2)
        if self.code or not telling:
            return ()
        return (_ordered(self.bare), "".join(self.bare))

    @property
    def parts(self) -> tuple[str, ...]:
        """Words by which like names are sought: of Chinese pairs of characters."""
        if not self.chinese:
            return self.words
        letters = self.words[0]
        return tuple(letters[at : at + 2] for at in range(len(letters) - 1))


def _ordered(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


@dataclass(frozen=True)
class Words:
    """The table of words, ready for use."""

    empty: frozenset[str]
    world: frozenset[str]
    legal: frozenset[str]
    same: dict[str, str]
    people: dict[str, str]
    letters: dict[int, str]
    body: dict[str, str]
    bodies_zh: tuple[tuple[str, str], ...]
    zh: dict[str, tuple[tuple[str, str], ...]]


def _length(item: tuple[str, str]) -> int:
    return -len(item[0])


@cache
def table() -> Words:
    """The words of `words.csv`, by use."""
    by_use: dict[str, dict[str, str]] = defaultdict(dict)
    for row in resources.rows("kg", "linking", "words.csv"):
        for written in row["written"].split("|"):
            by_use[row["use"]].setdefault(written, row["meaning"])
    # Longest first, so that a part of a word is not taken for it.
    chinese_ = {
        use: tuple(sorted(by_use[use].items(), key=_length))
        for use in ("legal-zh", "begin-zh", "within-zh", "end-zh")
    }
    return Words(
        frozenset(by_use["empty"]),
        frozenset(by_use["world"]),
        frozenset(by_use["legal"]),
        by_use["same"],
        by_use["people"],
        str.maketrans(by_use["letter"]),
        by_use["body"],
        tuple(b for b in sorted(by_use["body"].items(), key=_length) if chinese(b[0][0])),
        chinese_,
    )


class Normaliser:
    """Brings names to their forms.

    Args:
        countries: Names of countries in any language → ISO alpha-3 code.
    """

    def __init__(self, countries: dict[str, str]) -> None:
        self._countries: dict[tuple[str, ...], str] = {}
        self._countries_zh: dict[str, str] = {}
        for written, code in countries.items():
            name = plain(written)
            if any(chinese(c) for c in name):
                self._countries_zh.setdefault(_letters(name), code)
            elif words := tuple(_tokens(name)):
                self._countries.setdefault(words, code)
        names = sorted(self._countries_zh, key=len, reverse=True)
        self._begin_zh = re.compile("|".join(map(re.escape, names)) or "$^")
        self._longest = max(map(len, self._countries), default=0)
        self.forms = lru_cache(maxsize=200_000)(self._forms)

    def _forms(self, text: str) -> tuple[Form, ...]:
        """The forms of a name: the name itself, and an abbreviation that stands in its brackets.

        Args:
            text: A name as somebody writes it.

        Returns:
            Its forms; none where it has neither letters nor digits.
        """
        whole = plain(text[:_MAX])
        found: list[Form] = []
        kept: list[str] = []
        named: set[str] = set()
        for inside in _BRACKETS.findall(whole):
            country = self._country(inside)
            if country:
                named.add(country)
            elif _CODE.fullmatch(inside.strip()) and _is_code(inside.strip()):
                found.append(_code(inside.strip()))
            else:
                kept.append(inside)
        outside = _BRACKETS.sub(" ", whole).strip()
        if not outside:
            outside, kept = whole, []
        return (*self._outside(text, outside, kept, named), *found)

    def _outside(
        self, text: str, outside: str, kept: list[str], named: set[str]
    ) -> tuple[Form, ...]:
        if any(chinese(c) for c in outside):
            return self._chinese(text, "".join([outside, *kept]), named)
        if _is_code(outside):
            return (_code(outside),)
        words = _tokens(" ".join([outside, *kept]))
        if not words:
            return ()
        bare, said = self._without_country(words)
        bodies = frozenset(b for w in words if (b := table().body.get(w)))
        return (Form(text, tuple(words), False, "", bodies, tuple(bare), frozenset(said | named)),)

    def _chinese(self, text: str, name: str, named: set[str]) -> tuple[Form, ...]:
        letters = _expanded(_letters(name))
        if not letters:
            return ()
        bare, said = letters, set(named)
        begin = self._begin_zh.match(letters)
        if begin is not None and len(letters) > begin.end() + 2:
            bare = letters[begin.end() :]
            said = {*named, self._countries_zh[begin.group()]}
        body = next((m for end, m in table().bodies_zh if letters.endswith(end)), None)
        bodies = frozenset(filter(None, [body]))
        return (
            Form(text, (letters,), True, "", bodies, (bare,), frozenset(said), _world([letters])),
        )

    def _country(self, text: str) -> str | None:
        if any(chinese(c) for c in text):
            return self._countries_zh.get(_letters(text))
        words = tuple(_tokens(text))
        people = table().people.get(words[0]) if len(words) == 1 else None
        return self._countries.get(words) or people

    def _without_country(self, words: list[str]) -> tuple[list[str], set[str]]:
        """The words without names of countries and peoples, and the codes of these."""
        bare: list[str] = []
        said: set[str] = set()
        at = spots = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                part = tuple(words[at : at + length])
                code = self._countries.get(part)
                code = code or (table().people.get(part[0]) if length == 1 else None)
                if code:
                    said.add(code)
                    spots += 1
                    at += length
                    break
            else:
                bare.append(words[at])
                at += 1
        # “China Academy of Chinese Medical Sciences” is no academy of medical sciences.
        return (bare if spots == 1 else words), said


def _world(words: list[str]) -> bool:
    return any(
        known in word if chinese(known[0]) else known == word
        for known in table().world
        for word in words
    )


def _letters(text: str) -> str:
    """The letters and digits of a text from `plain`, in lower case."""
    return "".join(_WORDS.findall(folded(text)))


def _tokens(text: str) -> list[str]:
    """The words that tell a name from others, of a text from `plain` that is not Chinese."""
    known = table()
    low = folded(text).translate(known.letters)
    low = _DOTS.sub(lambda dotted: dotted.group().replace(".", ""), low)
    low = _APOSTROPHES.sub("", low.replace("'s ", "s "))
    words = [known.same.get(w, w) for w in _WORDS.findall(low)]
    kept = [w for w in words if w not in known.empty] or words
    while len(kept) > 1 and kept[-1] in known.legal:
        kept.pop()
    return kept


@lru_cache(maxsize=100_000)
def _expanded(letters: str) -> str:
    """Chinese without legal forms, its usual short forms written out."""
    zh = table().zh
    for end, _ in zh["legal-zh"]:
        if letters.endswith(end) and len(letters) > len(end) + 1:
            letters = letters.removesuffix(end)
            break
    for begin, meaning in zh["begin-zh"]:
        if letters.startswith(begin) and len(letters) > len(begin):
            rest = letters[len(begin) :]
            # 国家发改委员会: what is written out already is not written out again.
            if not meaning or not letters.startswith(meaning):
                letters = meaning + rest
            break
        if letters == begin and meaning:
            letters = meaning
            break
    for part, meaning in zh["within-zh"]:
        letters = letters.replace(part, meaning)
    for end, meaning in zh["end-zh"]:
        if letters.endswith(end):
            return letters.removesuffix(end) + meaning
    return letters


def _is_code(text: str) -> bool:
    """Whether a name is an abbreviation: short, without blanks, mostly capitals."""
    capitals = sum(c.isupper() for c in text)
    return (
        2 <= len(text) <= _LONGEST_CODE
        and " " not in text
        and text.isascii()
        and text[0].isalnum()
        and capitals >= 2
        and capitals * 2 > len(text)
    )


def _code(text: str) -> Form:
    letters = "".join(_WORDS.findall(text.upper()))
    return Form(text, (), code=letters)


__all__ = ["Form", "Normaliser", "Words", "table"]

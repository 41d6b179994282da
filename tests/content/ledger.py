"""The coverage ledger: which numerals and names of a paper's text are facts, which are left out.

    python -m tests.content.ledger [source…]     figures, and what is neither, with its context

A numeral (Arabic or Chinese) or a name in quotation marks is *covered* when it stands inside the
passage of a fact; a name also when it is the name of a thing. What is left out stands with its
reason in `kg/facts/<source>/omissions.csv`: one passage (start, end), or every occurrence of a
text.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable

from kg import resources, tables
from kg.tables import Row
from tests import needs

FACTS = ("quantities", "relations", "claims", "arguments", "issues")
_MARKS = re.compile(
    r"""
      (?P<number> \d(?:[\d.,  ]*\d)? )
    | (?P<chinese> [〇零一二三四五六七八九十百千万亿两半]+ )
    | 《(?P<title>[^》《]{1,80})》
    | “(?P<quoted>[^”“]{1,80})”
    | "(?P<straight>[^"\n]{1,60}(?:\n{1,2}[^"\n]{1,60})?)"
    """,
    re.VERBOSE,
)
_BLANK = re.compile(r"[\s*$|\\]")


@dataclass(frozen=True)
class Mark:
    """A numeral or a name in the text of a paper.

    Attributes:
        kind: `number`, `chinese`, `title` or `quoted`.
        text: The characters.
        start: Offset of the first.
        end: Offset after the last.
    """

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Ledger:
    """What became of the marks of one paper.

    Attributes:
        covered: Mark → keys of the facts, or `name` for the name of a thing.
        omitted: Mark → reason.
        open: Marks that are neither.
    """

    covered: dict[Mark, str]
    omitted: dict[Mark, str]
    open: tuple[Mark, ...]


@cache
def texts() -> dict[str, str]:
    """The texts of the papers by their SHA-256."""
    found = {}
    for path in sorted(needs.shared("seeds").glob("*.txt")):
        data = path.read_bytes()
        found[hashlib.sha256(data).hexdigest()] = data.decode("utf-8")
    return found


@cache
def digests() -> dict[str, str]:
    """Source → SHA-256 of its text, for those that have one."""
    item = resources.root("kg", "facts", "authorities", "documents.csv")
    found = tables.read(item, "authorities").rows
    return {
        row.cells["key"].removeprefix("doc/"): row.cells["digest"]
        for row in found
        if row.cells["digest"]
    }


def text_of(source: str) -> str:
    """The text of a paper."""
    return texts()[digests()[source]]


def rows(source: str) -> list[Row]:
    """All rows of a source's tables."""
    return [row for item in _tables(source) for row in tables.read(item, source).rows]


def _tables(source: str) -> Iterator[Traversable]:
    yield from resources.files("kg", "facts", source, suffix=".csv")


def squeezed(text: str) -> str:
    """A text without blanks and the marks of tables and formulas."""
    return _BLANK.sub("", text)


def marks(text: str) -> Iterator[Mark]:
    """The numerals and names of a text, names with the numerals inside them."""
    yield from _marks_between(text, 0, len(text))


def _marks_between(text: str, at: int, end: int) -> Iterator[Mark]:
    while (found := _MARKS.search(text, at, end)) is not None:
        kind = found.lastgroup or ""
        name = kind in ("title", "quoted", "straight")
        label = {"straight": "quoted"}.get(kind, kind)
        yield Mark(label, found.group(kind), found.start(kind), found.end(kind))
        if name:
            # The numerals inside a name are marks of their own. A straight quotation mark that
            # closes a name opens no other, so the search goes on behind it.
            yield from _marks_between(text, found.start(kind), found.end(kind))
        at = found.end()


def _plain(name: str) -> str:
    return re.sub(r"[“”\"《》‘’'()（）〈〉·\s—–-]", "", name).casefold()


@cache
def names() -> frozenset[str]:
    """Names of things and concepts, without quotation marks and blanks."""
    found = set()
    for item in resources.files("kg", "facts", "authorities", suffix=".csv"):
        for row in tables.read(item, "authorities").rows:
            for column in ("label_zh", "label_en", "alt_zh", "alt_en"):
                found |= {_plain(name) for name in row.cells.get(column, "").split("|")}
    return frozenset(found - {""})


def ledger(source: str) -> Ledger:
    """Balance the text of a paper against its facts.

    Args:
        source: Name of its folder in `kg/facts`.

    Returns:
        The ledger.
    """
    text, found = text_of(source), rows(source)
    spans = [
        (int(r.cells["start"]), int(r.cells["end"]), f"{r.table} {r.cells[next(iter(r.cells))]}")
        for r in found
        if r.table in FACTS and r.cells.get("start")
    ]
    left_out = [row.cells for row in found if row.table == "omissions"]
    passages = [
        (int(c["start"]), int(c["end"]), c["reason"].partition("/")[2] or c["reason"])
        for c in left_out
        if c["start"]
    ]
    for cells in left_out:
        if not cells["start"]:
            for match in re.finditer(re.escape(cells["text"]), text):
                passages.append((match.start(), match.end(), cells["reason"]))
    covered: dict[Mark, str] = {}
    omitted: dict[Mark, str] = {}
    neither: list[Mark] = []
    for mark in marks(text):
        facts = [key for start, end, key in spans if start <= mark.start and mark.end <= end]
        named = mark.kind in ("title", "quoted") and _plain(mark.text) in names()
        reasons = [why for start, end, why in passages if start <= mark.start and mark.end <= end]
        if facts:
            covered[mark] = ", ".join(facts)
        elif named:
            covered[mark] = "name"
        elif reasons:
            omitted[mark] = reasons[0]
        else:
            neither.append(mark)
    return Ledger(covered, omitted, tuple(neither))


def main(sources: list[str]) -> None:
    """Print the figures of the ledgers, and what is open."""
    for source in sources or sorted(digests()):
        found = ledger(source)
        text = text_of(source)
        number = len(found.covered) + len(found.omitted) + len(found.open)
        print(f"{source}: {number} marks, {len(found.covered)} covered, "
              f"{len(found.omitted)} left out, {len(found.open)} open")  # fmt: skip
        for reason, count in Counter(found.omitted.values()).most_common():
            print(f"  {count:>5}  {reason}")
        for mark in found.open:
            around = text[max(0, mark.start - 20) : mark.end + 20].replace("\n", " ")
            print(f"  open  {mark.start}-{mark.end}  {mark.kind}  {mark.text!r}  … {around} …")


if __name__ == "__main__":
    main(sys.argv[1:])

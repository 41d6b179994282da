"""How often the finder finds the question that was meant: `python -m tests.finding.measuring`.

The phrasings were written from titles, rationales and parameters, before the finder was made. Where
several questions answer a phrasing they are separated by `|`, and so are their parameters.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from kg import catalogue, finding, open_graph
from kg.finding import Counting, Found, Suggestion
from kg.store.inprocess import InProcess

Find = Callable[[str], Found]
FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "finding.md"
LANGUAGES = ("zh", "en")
WITHIN = 3
_ROW = "| {language} | {phrasings} | {first} % | {within} % | {values} of {naming} ({percent} %) |"


@dataclass(frozen=True)
class Phrasing:
    """What a reader types, and which questions, with which values, answer it."""

    language: str
    text: str
    wanted: dict[str, dict[str, str]]


@dataclass
class Measured:
    """Counts for one language, and the phrasings whose question or values were missed."""

    counts: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def share(self, name: str, of: str) -> float:
        """A count as a share of another."""
        return self.counts[name] / self.counts[of]


@cache
def phrasings(name: str = "phrasings") -> tuple[Phrasing, ...]:
    """A test set: `phrasings`, or `unseen`, which was written when all tuning had ended."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Phrasing(
                row["language"],
                row["phrasing"],
                {
                    question: dict(pair.split("=", 1) for pair in values.split(";") if pair)
                    for question, values in zip(
                        row["question"].split("|"),
                        row["parameters"].split("|") if row["parameters"] else [""] * 9,
                        strict=False,
                    )
                },
            )
            for row in csv.DictReader(file)
        )


def holds(suggestion: Suggestion, wanted: dict[str, str]) -> bool:
    """Whether a suggestion, opened as it is, has these values."""
    defaults = {p.name: p.default for p in suggestion.question.parameters}
    values = defaults | suggestion.parameters
    return all(values.get(name) == value for name, value in wanted.items())


def finder(home: str | Path | None) -> Find:
    """What readers are shown: the suggestions, those that have an answer first.

    Args:
        home: ISTC_HOME.

    Returns:
        A function that finds questions.
    """
    engine = InProcess(open_graph(home).store())
    found, count = finding.build(engine), cache(partial(_count, finding.counting(engine)))
    return lambda text: finding.checked(
        found.find(text), lambda question, values: count(question.id, tuple(values.items()))
    )


def _count(count: Counting, question: str, values: tuple[tuple[str, str], ...]) -> int | None:
    return count(catalogue.question(question), dict(values))


def measure(find: Find, name: str = "phrasings") -> dict[str, Measured]:
    """Ask everything.

    Args:
        find: Finds questions; see `finder`.
        name: Name of the test set.

    Returns:
        For each language what was counted.
    """
    measured = {language: Measured() for language in LANGUAGES}
    for phrasing in phrasings(name):
        result = measured[phrasing.language]
        start = time.perf_counter()
        found = find(phrasing.text)
        result.seconds.append(time.perf_counter() - start)
        near = found.suggestions[:WITHIN]
        right = next((s for s in near if s.question.id in phrasing.wanted), None)
        naming = any(phrasing.wanted.values())
        result.counts.update(
            phrasings=1,
            first=bool(near) and near[0].question.id in phrasing.wanted,
            within=right is not None,
            naming=naming,
        )
        if right is None:
            result.missed.append(phrasing.text)
        if naming and right is not None and holds(right, phrasing.wanted[right.question.id]):
            result.counts["values"] += 1
        elif naming:
            result.wrong.append(phrasing.text)
    return measured


def rows(measured: dict[str, Measured]) -> list[str]:
    """The rows of the table in docs/finding.md."""
    return [
        _ROW.format(
            language={"zh": "Chinese", "en": "English"}[language],
            phrasings=result.counts["phrasings"],
            first=round(100 * result.share("first", "phrasings")),
            within=round(100 * result.share("within", "phrasings")),
            values=result.counts["values"],
            naming=result.counts["naming"],
            percent=round(100 * result.share("values", "naming")),
        )
        for language, result in measured.items()
    ]


def documented() -> dict[str, list[int]]:
    """The figures of docs/finding.md by language: each number of the row."""
    found = re.findall(r"^\| (Chinese|English) (\|.*)$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: [int(number) for number in re.findall(r"\d+", row)] for name, row in found}


def main(home: str | None, write: bool) -> None:
    """Print the figures; write them into the page if asked to."""
    measured = measure(finder(home))
    for line in rows(measured):
        print(line)
    for language, result in measured.items():
        print(language, "missed:", *result.missed, sep="\n  ")
        print(language, "values wrong:", *result.wrong, sep="\n  ")
    if write:
        text = PAGE.read_text("utf-8")
        for line in rows(measured):
            start = line[: line.index("|", 2)]
            text = re.sub(rf"^{re.escape(start)}\|.*$", line, text, flags=re.MULTILINE)
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    main(arguments[0] if arguments else None, "--write" in sys.argv)

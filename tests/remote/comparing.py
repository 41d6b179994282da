"""When two answers to a question are equal: the same rows, in whatever order."""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from kg.asking import Answered, Cell

_NUMBERS = re.compile(r"#(integer|decimal|double|float)$")
_BETWEEN = re.compile(r"\s*[;,/]\s*")


def known_differences(engine: str) -> dict[str, str]:
    """The questions that an engine answers otherwise, with the reason."""
    with Path(__file__).with_name("differences.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["question"]: row["why"] for row in rows if row["engine"] == engine}


def rows(answered: Answered) -> Counter[tuple[Any, ...]]:
    """The rows of an answer, comparable."""
    return Counter(
        tuple((name, *_cell(cell)) for name, cell in sorted(row.items())) for row in answered.rows
    )


def _cell(cell: Cell) -> tuple[Any, ...]:
    """A number by its value; of joined texts (GROUP_CONCAT) neither order nor language is set."""
    if cell.datatype is not None and _NUMBERS.search(cell.datatype):
        try:
            return ("number", Decimal(cell.text).normalize())
        except InvalidOperation:
            return ("text", cell.text)
    if cell.iri is not None:
        return ("thing", cell.iri, cell.text)
    if cell.facts:
        return ("facts", *sorted(cell.facts))
    return ("text", *sorted(_BETWEEN.split(cell.text)))

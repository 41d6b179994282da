"""The result of an analysis: what it says in any language, as it is kept and as it is shown."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

from kg.analysis.catalogue import Analysis, analysis
from kg.analysis.rows import Value
from kg.asking import NAMED, Answered, Cell, Origin
from kg.catalogue import Question
from kg.choosing import key_of
from kg.citing import Source, pick
from kg.entries import NUMBERS, Bilingual, Column
from kg.errors import Internal
from kg.namespaces import XSD

#: Digits of a number that is no integer.
DIGITS = 6

Stored = dict[str, Value]


@dataclass(frozen=True)
class Result:
    """The result of an analysis on one data version.

    Attributes:
        analysis: Id of the analysis.
        values: The values in use, as keys; None means all.
        terms: The terms of the values by variable, as N-Triples write them.
        chosen: Names of the things and concepts among the values, by parameter.
        tables: Name of a table → rows.
        named: IRI of a thing → its names.
        sources: IRI of a fact → the places that state it.
        version: Number of the data version.
        digest: Its content digest.
        software: Version of this software.
        seconds: How long it took to compute.
    """

    analysis: str
    values: dict[str, str | None]
    terms: dict[str, str | None]
    chosen: dict[str, Bilingual]
    tables: dict[str, list[Stored]]
    named: dict[str, Bilingual]
    sources: dict[str, tuple[Source, ...]]
    version: int
    digest: str
    software: str
    seconds: float = field(default=0.0, compare=False)

    @property
    def asked(self) -> Analysis:
        """The analysis."""
        return analysis(self.analysis)

    @property
    def origin(self) -> Origin:
        """What gave it."""
        return Origin(self.version, self.digest, self.software)

    def answered(self, table: str, language: str = "zh") -> Answered:
        """A table as the answer to a question, so that all that shows answers shows it.

        Args:
            table: Name of the table.
            language: `zh` or `en`.

        Raises:
            NotFound: The analysis has no such table.
        """
        question: Question = self.asked.table(table).question
        rows = tuple(
            {c.name: self._cell(row.get(c.name), c, language) for c in question.columns}
            for row in self.tables[table]
        )
        facts = {fact for row in rows for cell in row.values() for fact in cell.facts}
        return Answered(
            question,
            dict(self.values),
            question.columns,
            rows,
            {fact: self.sources[fact] for fact in sorted(facts) if fact in self.sources},
            "",
            language,
            named=dict(self.chosen),
        )

    def _cell(self, value: Value, column: Column, language: str) -> Cell:
        if value is None or value == "":
            return Cell("")
        if column.role == "evidence":
            facts = tuple(str(fact) for fact in cast("list[str]", value))
            return Cell(" ".join(facts), facts=facts)
        if isinstance(value, dict):
            tongue = language if language in value else next(iter(value))
            return Cell(pick(value, language) or "", language=tongue)
        text = str(value)
        if column.role in NAMED and "://" in text:
            label = self.named.get(text, {})
            return Cell(pick(label, language) or key_of(text), text, label)
        if column.role in NUMBERS:
            whole = "." not in text
            return Cell(text, datatype=XSD + ("integer" if whole else "decimal"))
        return Cell(text)

    def to_json(self) -> str:
        """The result as it is kept: places once, however many facts they state."""
        places = {
            source.place: {
                k: v for k, v in asdict(source).items() if k not in ("fact", "upstream", "place")
            }
            for some in self.sources.values()
            for source in some
        }
        stated = {
            fact: [[source.place, source.upstream] for source in some]
            for fact, some in self.sources.items()
        }
        held = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps({**held, "sources": stated, "places": places}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what `to_json` wrote."""
        held: dict[str, Any] = json.loads(text)
        places = {
            place: Source(
                "", place, **{**said, "span": tuple(said["span"]) if said["span"] else None}
            )
            for place, said in held.pop("places").items()
        }
        held["sources"] = {
            fact: tuple(
                replace(places[place], fact=fact, upstream=upstream) for place, upstream in some
            )
            for fact, some in held["sources"].items()
        }
        return cls(**held)


def stored(value: Value, role: str) -> Value:
    """A cell of a computation as it is kept.

    Args:
        value: The cell.
        role: Role of its column.

    Returns:
        Facts as a list without repetition; a number as text, others than integers with
        `DIGITS` significant digits; the rest as it is. What is not finite is nothing.

    Raises:
        Internal: The cell is of a type that the role does not take.
    """
    if value is None:
        return None
    if role == "evidence":
        facts = [value] if isinstance(value, str) else list(cast("list[str]", value))
        return list(dict.fromkeys(str(fact) for fact in facts if fact))
    if isinstance(value, Mapping):
        return {str(tongue): str(text) for tongue, text in value.items()}
    if role in NUMBERS:
        return printed(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Internal(f"A cell of the role {role} is a {type(value).__name__}.")
    return value if isinstance(value, str) else printed(value)


def printed(value: Any) -> str | None:
    """A number as text: integers whole, others with significant digits, never with an exponent.

    Args:
        value: An int, float, Decimal, or a text that is printed already.
    """
    if isinstance(value, str | int):
        return str(value)
    if not math.isfinite(value):
        return None
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    text = f"{Decimal(f'{value:.{max(DIGITS, whole + 2)}g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


__all__ = ["DIGITS", "NAMED", "Result", "printed", "stored"]

"""Results of a query as a page: the first rows with names, and the number of all."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from kg import asking
from kg.description import Thing, Value
from kg.querying import Answer
from service.negotiation import RESULTS_JSON, Format
from service.state import engine

#: Rows that a page shows; the download has all.
SHOWN = 200
#: Characters of Turtle that a page shows.
SHOWN_TEXT = 100_000
#: Largest answer that is turned into a page, in bytes.
LARGEST = 20_000_000


@dataclass(frozen=True)
class Result:
    """A finished answer as a page shows it.

    Attributes:
        kind: `rows`, `boolean`, `graph`, or `large` when it is only offered for download.
        seconds: How long it took.
        size: Bytes of the whole answer.
        names: Variables.
        rows: The first rows.
        total: Number of all rows.
        boolean: Answer to ASK.
        text: The beginning of the Turtle.
        cut: Whether text holds less than the whole.
    """

    kind: str
    seconds: float
    size: int
    names: tuple[str, ...] = ()
    rows: tuple[dict[str, Thing | Value], ...] = ()
    total: int = 0
    boolean: bool = False
    text: str = ""
    cut: bool = False
    formats: tuple[str, ...] = field(default=("json", "csv", "tsv", "xml"))

    @classmethod
    def read(cls, answer: Answer, shown: Format, seconds: float) -> Result:
        """Read an answer from its file, and close it.

        Args:
            answer: The answer.
            shown: Its format, Turtle or JSON.
            seconds: How long it took.

        Returns:
            What a page shows of it.
        """
        try:
            if shown is not RESULTS_JSON:
                with answer.path.open(encoding="utf-8") as file:
                    text = file.read(SHOWN_TEXT + 1)
                return cls(
                    "graph",
                    seconds,
                    answer.size,
                    text=text[:SHOWN_TEXT],
                    cut=len(text) > SHOWN_TEXT,
                    formats=("ttl", "jsonld", "nt", "rdf"),
                )
            if answer.size > LARGEST:
                return cls("large", seconds, answer.size)
            found: dict[str, Any] = json.loads(answer.path.read_bytes())
        finally:
            answer.close()
        if "boolean" in found:
            return cls("boolean", seconds, answer.size, boolean=bool(found["boolean"]))
        rows = found["results"]["bindings"]
        return cls(
            "rows",
            seconds,
            answer.size,
            tuple(found["head"]["vars"]),
            _named(rows[:SHOWN]),
            len(rows),
        )


def _named(rows: list[dict[str, Any]]) -> tuple[dict[str, Thing | Value], ...]:
    iris = {t["value"] for row in rows for t in row.values() if t["type"] == "uri"}
    labels = asking.labels(engine(), iris)
    return tuple({name: _node(term, labels) for name, term in row.items()} for row in rows)


def _node(term: dict[str, Any], labels: dict[str, dict[str, str]]) -> Thing | Value:
    if term["type"] == "uri":
        return Thing(term["value"], labels.get(term["value"], {}))
    if term["type"] == "triple":
        return Value(json.dumps(term["value"], ensure_ascii=False))
    return Value(term["value"], term.get("xml:lang"), term.get("datatype"))

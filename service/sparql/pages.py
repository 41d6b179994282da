"""Results of a query as a page: rows with names and IRIs, their charts, forms of download."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pyoxigraph
from pyoxigraph import RdfFormat

from kg import asking
from kg.description import Thing, Value
from kg.querying import Answer
from service import rdf
from service.negotiation import GRAPHS, RESULTS_JSON, ROWS, TURTLE, Format
from service.questions import asked
from service.questions.asked import Page
from service.questions.charts import Chart
from service.sparql import charting
from service.state import engine

#: Rows on one page; further ones are on further pages.
SHOWN = 100
#: Rows that a chart is drawn from.
DRAWN = 1000
#: Bytes of Turtle that a page shows.
SHOWN_BYTES = 100_000
#: Up to this many bytes of Turtle are written anew with prefixes, for people.
READABLE = 1_000_000
#: Largest answer that is turned into a page, in bytes.
LARGEST = 20_000_000


_PREFIX = re.compile(rb"@prefix (\S+:) ")


@dataclass(frozen=True)
class Result:
    """A finished answer as a page shows it.

    Attributes:
        kind: `rows`, `boolean`, `graph`, or `large` when it is only offered for download.
        seconds: How long it took.
        size: Bytes of the whole answer.
        formats: In what forms it can be downloaded.
        names: Variables.
        rows: The rows of this page.
        page: Which rows these are.
        total: Number of all rows.
        boolean: Answer to ASK.
        text: The beginning of the Turtle.
        cut: Whether text holds less than the whole.
        charts: What can be drawn of the rows, the best first.
    """

    kind: str
    seconds: float
    size: int | None
    formats: tuple[Format, ...]
    names: tuple[str, ...] = ()
    rows: tuple[dict[str, Thing | Value], ...] = ()
    page: Page | None = None
    total: int = 0
    boolean: bool = False
    text: str = ""
    cut: bool = False
    charts: tuple[Chart, ...] = ()

    @classmethod
    def read(cls, answer: Answer, shown: Format, seconds: float) -> Result:
        """Read an answer, and close it.

        Args:
            answer: The answer.
            shown: Its format, Turtle or JSON.
            seconds: How long it took.

        Returns:
            What a page shows of it.
        """
        graph = shown is not RESULTS_JSON
        formats = GRAPHS if graph else ROWS
        size = answer.size
        if size is None or size > LARGEST:
            answer.close()
            return cls("large", seconds, size, formats)
        data = answer.read()
        if graph:
            text = _turtle(data) if size <= READABLE else data
            shown_text = text[:SHOWN_BYTES].decode("utf-8", "ignore")
            cut = len(text) > SHOWN_BYTES
            return cls("graph", seconds, size, formats, text=shown_text, cut=cut)
        found: dict[str, Any] = json.loads(data)
        if "boolean" in found:
            return cls("boolean", seconds, size, formats, boolean=bool(found["boolean"]))
        names, rows = tuple(found["head"]["vars"]), found["results"]["bindings"]
        page = asked.page(len(rows), SHOWN)
        labels = _labels(rows[:DRAWN] + rows[max(DRAWN, page.start) : page.stop])
        return cls(
            "rows",
            seconds,
            size,
            formats,
            names,
            tuple(
                {name: _node(term, labels) for name, term in row.items()}
                for row in rows[page.start : page.stop]
            ),
            page,
            len(rows),
            charts=tuple(charting.charts(names, rows[:DRAWN], labels)),
        )


def _turtle(data: bytes) -> bytes:
    """Turtle with those of our prefixes that it needs, sorted."""
    text = rdf.body(pyoxigraph.parse(input=data, format=RdfFormat.TURTLE), TURTLE)
    lines = text.splitlines(keepends=True)
    rest = b"".join(line for line in lines if not line.startswith(b"@prefix "))
    used = [found for line in lines if (found := _PREFIX.match(line)) and found[1] in rest]
    return b"".join(found.string for found in used) + b"\n" + rest


def _labels(rows: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    iris = {t["value"] for row in rows for t in row.values() if t["type"] == "uri"}
    return asking.labels(engine(), iris)


def _node(term: dict[str, Any], labels: dict[str, dict[str, str]]) -> Thing | Value:
    if term["type"] == "uri":
        return Thing(term["value"], labels.get(term["value"], {}))
    if term["type"] == "triple":
        return Value(json.dumps(term["value"], ensure_ascii=False))
    if term["type"] == "bnode":
        return Value(f"_:{term['value']}")
    return Value(term["value"], term.get("xml:lang"), term.get("datatype"))

"""The data sets as the projections that matching reads, straight from the rows of their importers.

A graph of all these sets takes many minutes to build and holds what is not needed here; the rows
are the same, and so are the columns of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl
from pyoxigraph import Store

from kg import linking, periods
from kg.analysis import projecting
from kg.analysis.projecting import Projection
from kg.errors import InvalidInput
from kg.importing.data_sets import data_set
from kg.namespaces import ID, ISTC, VOCAB
from kg.rq import Term
from kg.tables import Row

SETS = (
    "openalex-country-coauthorship", "openalex-samples", "cordis-horizon-europe",
    "snsf-project-partners", "igo-memberships", "uk-treaties", "belt-and-road",
)  # fmt: skip
_TYPES: dict[str, type[pl.DataType]] = {
    "iri": pl.String,
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "date": pl.Date,
    "boolean": pl.Boolean,
}
_KINDS = {
    "Project": "Project",
    "Programme": "Programme",
    "FundingScheme": "Programme",
    "Treaty": "CooperationInstrument",
    "BRICooperationDocument": "CooperationInstrument",
    "Publication": "Output",
    "CoPublication": "Output",
    "Output": "Output",
}
_DATES = {"signedOn": 4, "inForceFrom": 5, "expiresOn": 6}

Cells = list[object]


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell.partition("^^")[0].strip('"')[:10])
    except ValueError:
        return None


def _period(cell: str) -> tuple[date | None, date | None]:
    if not cell:
        return None, None
    try:
        found = periods.parse(cell)
    except InvalidInput:
        return None, None
    return _day(found.begin or ""), _day(found.end or "")


def _iri(cell: str) -> str:
    return VOCAB + cell[2:] if cell.startswith("v:") else ID + cell


class Rows:
    """The graph as a computation reads it; see `kg.analysis.rows.Data`.

    Args:
        folder: The folder of the data sets.
        store: The curated graph: its countries and bodies are found, its concepts are used.
        sets: The data sets.
    """

    def __init__(self, folder: Path, store: Store, sets: Sequence[str] = SETS) -> None:
        self._store = store
        self._tables: dict[str, list[Cells]] = {
            name: []
            for name in (
                "works",
                "participations",
                "topics",
                "places",
                "things",
                "pairs",
                "parties",
            )
        }
        self._published: dict[str, int] = {}
        self._begins: dict[str, date | None] = {}
        self._dates: dict[str, dict[str, date | None]] = {}
        link = linking.standing(store)
        for key in sets:
            about = data_set(key)
            for table in about.read(folder / about.folder, link):
                for row in table.rows:
                    self._take(table.name, row)

    def _take(self, table: str, row: Row) -> None:
        cells, fact = row.cells, f"{ID}fact/{row.source}-{row.cells.get('key', '')}"
        if table == "relations":
            self._relation(fact, row)
        elif table == "participations":
            period = _period(cells["period"])
            role = f"{VOCAB}role/{cells['role']}"
            self._tables["participations"].append(
                [fact, ID + cells["in"], ID + cells["agent"], role, *period]
            )
        elif table == "quantities" and cells["indicator"] == "indicator/co-authored-works":
            begin, end = _period(cells["period"])
            one, other, indicator = (ID + cells[c] for c in ("about", "counterpart", "indicator"))
            value = float(cells["value"])
            self._tables["pairs"].append(
                [fact, one, other, indicator, begin, end, value, None, None]
            )
        elif table in ("programmes", "activities", "agreements") and cells["class"] in _KINDS:
            self._tables["things"].append([ID + cells["key"], ISTC + _KINDS[cells["class"]]])
        elif table == "actors":
            self._tables["things"].append([ID + cells["key"], f"{ISTC}Organization"])

    def _relation(self, fact: str, row: Row) -> None:
        subject, predicate, cell = (row.cells[c] for c in ("subject", "predicate", "object"))
        subject, to = ID + subject, _iri(cell)
        if predicate in ("fieldOfScience", "theme", "sector"):
            self._tables["topics"].append([fact, subject, to])
        elif predicate == "country":
            self._tables["places"].append([fact, subject, to, True, True])
        elif predicate == "producedBy" or (predicate == "involves" and "/output/" in subject):
            self._tables["works"].append([fact, subject, to])
        elif predicate == "published":
            self._published[subject] = int(cell.strip('"')[:4])
        elif predicate == "beginDate":
            self._begins[subject] = _day(cell)
        elif predicate == "fundedBy":
            self._begins.setdefault(subject, _period(row.cells["period"])[0])
        elif predicate == "hasParty":
            named = _period(row.cells["period"])[0]
            self._tables["parties"].append([fact, subject, to, named])
        elif predicate in _DATES:
            self._dates.setdefault(subject, {})[predicate] = _day(cell)

    def table(self, name: str) -> pl.DataFrame:
        """See `kg.analysis.rows.Data.table`."""
        return self._frames[name] if name in self._frames else self._of_store(name)

    @cached_property
    def _frames(self) -> dict[str, pl.DataFrame]:
        held = self._tables
        held["works"] = [[*row, self._published.get(str(row[1]))] for row in held["works"]]
        held["things"] = [[*row, self._begins.get(str(row[0])), None] for row in held["things"]]
        held["agreements"] = [
            [fact, thing, party, None, *(dates.get(name) for name in _DATES), named]
            for fact, thing, party, named in held.pop("parties")
            for dates in [self._dates.get(str(thing), {})]
        ]
        found = {name: _frame(projecting.projection(name), rows) for name, rows in held.items()}
        found["places"] = pl.concat([found["places"], self._of_store("places")]).unique()
        return found

    def _of_store(self, name: str) -> pl.DataFrame:
        wanted = projecting.projection(name)
        rows = list(self._rows_of(wanted))
        return _frame(wanted, rows)

    def _rows_of(self, wanted: Projection) -> Iterator[Cells]:
        for row in self._store.query(wanted.query, use_default_graph_as_union=True):
            cells: Cells = []
            for column, kind in wanted.columns.items():
                term = row[column]
                text = None if term is None else term.value
                if text is not None and kind == "date":
                    cells.append(_day(text))
                elif text is not None and kind == "boolean":
                    cells.append(text == "true")
                else:
                    cells.append(text)
            yield cells

    def select(self, name: str, **bindings: Term | Sequence[Term | None]) -> list[dict[str, Term]]:
        """Not needed here."""
        raise NotImplementedError

    def progress(self, stage: str, done: int | None = None, total: int | None = None) -> None:
        """Nobody waits."""


def _frame(wanted: Projection, rows: list[Cells]) -> pl.DataFrame:
    schema = {name: _TYPES[kind] for name, kind in wanted.columns.items()}
    return pl.DataFrame(rows, schema=schema, orient="row").unique().sort(list(schema))

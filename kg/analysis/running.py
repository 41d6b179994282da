"""Run an analysis on one data version: check its values, compute its tables, name and cite them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import choosing, citing, rq
from kg.analysis import projecting
from kg.analysis.catalogue import Analysis, analysis
from kg.analysis.results import NAMED, Result, stored
from kg.analysis.rows import Data, Row, Value, Values
from kg.citing import Selecting
from kg.errors import Internal, NoStore
from kg.progress import Progress, silent
from kg.resources import tool_version
from kg.rq import Term
from kg.store import merging, versions
from kg.store.versions import Version

if TYPE_CHECKING:
    import polars as pl

#: Facts that a row names at most; a figure that rests on more names its series in the note.
EVIDENCE = 200


class Reading:
    """The data of one version; see `kg.analysis.rows.Data`.

    Args:
        home: ISTC_HOME.
        version: The version.
        engine: Where queries are asked: on the same version.
        progress: Told of the stages.
    """

    def __init__(
        self, home: Path, version: Version, engine: Selecting, progress: Progress = silent
    ) -> None:
        self._home = home
        self._version = version
        self._engine = engine
        self._progress = progress
        self._tables: dict[str, pl.DataFrame] = {}

    def table(self, name: str) -> pl.DataFrame:
        """See `kg.analysis.rows.Data.table`."""
        import polars as pl

        if name not in self._tables:
            wanted = projecting.projection(name)
            path = projecting.parquet(self._home, self._version, wanted, self._progress)
            self._tables[name] = pl.read_parquet(path)
        return self._tables[name]

    def select(self, name: str, **bindings: Term | Sequence[Term | None]) -> list[dict[str, Term]]:
        """See `kg.analysis.rows.Data.select`."""
        text = rq.load("kg", "queries", "analysis", name).text
        for variable, given in bindings.items():
            one = isinstance(given, NamedNode | Literal | BlankNode | Triple)
            terms = [given] if one else list(cast("Sequence[Term | None]", given))
            text = rq.bind(text, [variable], [[cast("Term | None", term)] for term in terms])
        return self._engine.select(text)

    def progress(self, stage: str, done: int | None = None, total: int | None = None) -> None:
        """See `kg.analysis.rows.Data.progress`."""
        self._progress(stage, done, total)


def values_of(asked: Analysis, terms: Mapping[str, Term | None]) -> Values:
    """The values of a computation, from the terms of its parameters by variable."""

    def plain(name: str) -> str | None:
        term = terms.get(name)
        return citing.text_of(term) if isinstance(term, NamedNode | Literal) else None

    found: dict[str, str | tuple[str | None, str | None] | None] = {}
    for parameter in asked.parameters:
        if parameter.type == "range":
            begin, end = (plain(name) for name in parameter.variables)
            found[parameter.name] = (begin, end) if begin or end else None
        else:
            found[parameter.name] = plain(parameter.name)
    return found


def run(
    home: Path,
    name: str,
    given: Mapping[str, str] | None = None,
    *,
    version: Version | None = None,
    progress: Progress = silent,
) -> Result:
    """Run an analysis in this process, without a limit of time.

    Args:
        home: ISTC_HOME.
        name: Id of the analysis.
        given: Values by name, as those of a question; what is left out has its default.
        version: The data version; the current one when left out.
        progress: Told of the stages.

    Returns:
        The result, for both languages.

    Raises:
        NotFound: There is no such analysis.
        InvalidParameter: Unknown or wrong parameters; all of them are listed.
        NoStore: Nothing has been built.
    """
    now = version or versions.current(home)
    if now is None:
        raise NoStore("There is no graph yet.", where=str(home), hint="Run: istc build")
    with ExitStack() as held:
        held.enter_context(versions.hold(now))
        engine = merging.opened(now.path)
        asked = analysis(name)
        values, terms = choosing.check(engine, asked, given or {})
        began = time.monotonic()
        reading = Reading(home, now, engine, progress)
        rows = compute(asked, reading, values_of(asked, terms))
        progress("naming and citing", None, None)
        return _result(asked, now, engine, values, terms, rows, began)


def compute(asked: Analysis, data: Data, values: Values) -> dict[str, list[Row]]:
    """The rows of all tables of an analysis.

    Args:
        asked: The analysis.
        data: What it reads.
        values: The values of its parameters.

    Returns:
        Name of a table → rows.

    Raises:
        Internal: The computation gives a table or a column that its file does not name.
    """
    given = asked.compute()(data, values)
    unknown = [table for table in given if table not in {one.name for one in asked.tables}]
    if unknown:
        raise Internal(f"The table “{unknown[0]}” is not in {asked.id}.yaml.", where=asked.called)
    found: dict[str, list[Row]] = {}
    for table in asked.tables:
        rows = found[table.name] = list(given.get(table.name, ()))
        known = {column.name for column in table.question.columns}
        strange = next((name for row in rows for name in row if name not in known), None)
        if strange is not None:
            raise Internal(
                f"The column “{strange}” of the table “{table.name}” is not in {asked.id}.yaml.",
                where=asked.called,
            )
    return found


def _result(
    asked: Analysis,
    version: Version,
    engine: Selecting,
    values: dict[str, str | None],
    terms: Mapping[str, Term | None],
    rows: Mapping[str, list[Row]],
    began: float,
) -> Result:
    used = {name: term.value for name, term in terms.items() if isinstance(term, NamedNode)}
    things, facts = set(used.values()), set()
    tables: dict[str, list[dict[str, Value]]] = {}
    for table in asked.tables:
        tables[table.name] = kept = []
        for row in rows[table.name]:
            cells = {c.name: stored(row.get(c.name), c.role) for c in table.question.columns}
            for column in table.question.columns:
                cell = cells[column.name]
                if column.role == "evidence" and isinstance(cell, list):
                    cells[column.name] = cell = sorted(cell[:EVIDENCE])
                    facts.update(cell)
                elif column.role in NAMED and isinstance(cell, str):
                    things.add(cell)
            kept.append(cells)
    named = citing.labels(engine, _iris(things))
    return Result(
        asked.id,
        values,
        {name: str(term) if term is not None else None for name, term in terms.items()},
        {name: named[iri] for name, iri in used.items() if iri in named},
        tables,
        named,
        citing.sources(engine, facts),
        version.number,
        version.digest,
        tool_version(),
        round(time.monotonic() - began, 3),
    )


def _iris(things: Iterable[str]) -> list[str]:
    return [thing for thing in things if "://" in thing]


__all__ = ["EVIDENCE", "Reading", "compute", "run", "values_of"]

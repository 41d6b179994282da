"""Columnar projections of a data version: one Parquet file for each table that analyses read.

    kg/analysis/tables/<name>.rq   a SELECT; its header says what the columns are:
        #+ title: {zh: …, en: …}
        #+ columns: {fact: iri, country: iri, year: integer, works: number}
    home/analysis/<digest>/tables/<name>-<hash>.parquet

A projection is a view of the one graph and no second store: it is made of a version when it is
first read, never changes, and goes with the version. The engine writes the rows as CSV (SPARQL 1.1
results), which flow into Parquet without Python touching each of them. A table is a set of rows:
what comes twice is there once, and they are sorted, so that the same version gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from pyoxigraph import QueryResultsFormat

from kg import entries, resources, rq
from kg.entries import Bilingual
from kg.errors import InvalidInput, NotFound
from kg.progress import Progress, silent
from kg.resources import tool_version
from kg.store import merging, versions
from kg.store.inprocess import InProcess
from kg.store.versions import Version

if TYPE_CHECKING:
    import polars as pl

FOLDER = "analysis"
TABLES = "tables"
ENDING = ".parquet"
#: Types of columns.
TYPES = ("iri", "text", "integer", "number", "date", "boolean")


@dataclass(frozen=True)
class Projection:
    """A table that analyses read.

    Attributes:
        name: Name of its file.
        title: What its rows are.
        columns: Name → one of TYPES, in the order of the file.
        query: The query that gives the rows.
    """

    name: str
    title: Bilingual
    columns: dict[str, str]
    query: str

    @property
    def file(self) -> str:
        """Name of its Parquet file: another query is another file."""
        text = "\0".join((self.query, tool_version()))
        return f"{self.name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}{ENDING}"


def projections() -> list[Projection]:
    """All projections, by name.

    Raises:
        InvalidInput: The header of one is not well-formed.
    """
    return [_read(file) for file in rq.read_all("kg", "analysis", "tables")]


def projection(name: str) -> Projection:
    """One projection.

    Raises:
        NotFound: There is none of this name.
    """
    item = resources.root("kg", "analysis", "tables", f"{name}.rq")
    if not name.replace("-", "").replace("_", "").isalnum() or not item.is_file():
        names = ", ".join(one.name for one in projections())
        raise NotFound(f"There is no table “{name}”.", hint=f"The tables are {names}.")
    return _read(rq.read(item))


def _read(file: rq.RqFile) -> Projection:
    where = f"{file.name}.rq"
    file.require("title", "columns")
    listed = entries.mapping(file.header["columns"], None, f"{where}, columns")
    columns = {
        str(name): entries.one_of(kind, TYPES, f"{where}, column {name}")
        for name, kind in listed.items()
    }
    title = entries.bilingual(file.header["title"], f"{where}, title")
    return Projection(file.name, title, columns, file.text)


def folder(home: Path, version: Version) -> Path:
    """Where what is computed of a version is kept."""
    return home.absolute() / FOLDER / version.digest


def path(home: Path, version: Version, wanted: Projection) -> Path:
    """The file of a projection of a version, whether it is there or not."""
    return folder(home, version) / TABLES / wanted.file


def prune(home: Path) -> None:
    """Remove what was computed of versions that are no longer kept."""
    kept = {version.digest for version in _kept(home)}
    for item in (home.absolute() / FOLDER).glob("*"):
        if item.is_dir() and item.name not in kept:
            shutil.rmtree(item, ignore_errors=True)


def _kept(home: Path) -> Iterator[Version]:
    for number in versions.numbers(home):
        found = versions.at(home, number)
        if found is not None:
            yield found


def parquet(home: Path, version: Version, wanted: Projection, progress: Progress = silent) -> Path:
    """The file of a projection of a version, made when it is not there yet.

    Args:
        home: ISTC_HOME.
        version: The data version.
        wanted: The projection.
        progress: Told of the stages.

    Returns:
        The file, whole.

    Raises:
        NoStore: The version is no longer kept.
        InvalidInput: The query does not select the columns that its header names.
    """
    file = path(home, version, wanted)
    if file.exists():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.with_suffix(".lock")), versions.hold(version):
        if not file.exists():
            prune(home)
            progress(f"projecting {wanted.name}", None, None)
            _make(merging.opened(version.path), wanted, file)
    return file


def _make(engine: InProcess, wanted: Projection, path: Path) -> None:
    import polars as pl

    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".partial-") as scratch:
        text, partial = Path(scratch) / "rows.csv", Path(scratch) / "rows.parquet"
        found = engine.solutions(wanted.query)
        names = [variable.value for variable in found.variables]
        if names != list(wanted.columns):
            raise InvalidInput(
                f"The query selects {', '.join(names)}.",
                where=f"{wanted.name}.rq",
                hint=f"Select the columns of the header: {', '.join(wanted.columns)}.",
            )
        with text.open("wb") as out:
            found.serialize(out, format=QueryResultsFormat.CSV)
        read = pl.scan_csv(text, schema=dict.fromkeys(names, pl.String()))
        typed = read.select(_typed(name, kind) for name, kind in wanted.columns.items())
        typed.unique().sort(names).sink_parquet(partial, statistics=False)
        os.replace(partial, path)


def _typed(name: str, kind: str) -> pl.Expr:
    """A column of CSV with its type; a lexical form that the type does not have is null."""
    import polars as pl

    cell = pl.col(name)
    if kind == "integer":
        return cell.cast(pl.Int64, strict=False)
    if kind == "number":
        return cell.cast(pl.Float64, strict=False)
    if kind == "date":
        return cell.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if kind == "boolean":
        return cell.is_in(["true", "1"]) & cell.is_not_null()
    return cell


__all__ = [
    "ENDING",
    "FOLDER",
    "TYPES",
    "Projection",
    "folder",
    "parquet",
    "path",
    "projection",
    "projections",
    "prune",
]

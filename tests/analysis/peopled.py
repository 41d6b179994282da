"""A graph with people: the curated one and some records of three data sets, put in as a change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
from pyoxigraph import Quad, RdfFormat, Store

from kg import changing, mapping
from kg.changing import Load, Part, Several
from kg.importing import data_sets
from kg.importing.data_sets import Linking
from kg.linking import build
from kg.linking.known import Whole
from kg.namespaces import BASE, GRAPH, graph
from kg.settings import Settings
from kg.store import versions
from kg.store.journal import Entry
from kg.tables import Row, Table
from tests import homes, needs

#: Data set → how many of its records that tell of people.
RECORDS = {"openalex-samples": 30, "nobel": 40, "crossref-samples": 15}


def peopled(built_home: Path, home: Path) -> None:
    """Make a copy of a home with the records.

    Args:
        built_home: The home.
        home: Where the copy goes; files of the records are beside it.
    """
    homes.copy(built_home, home)
    collect(home)
    changing.change(Settings(home=home), records(home), Entry("test", "import"))


def collect(home: Path) -> None:
    """Write the files of the records of people beside a home."""
    now = versions.current(home)
    assert now is not None
    # Only what the curated graph holds is linked.
    link = build(Whole(Store.read_only(str(now.path))))
    for key in RECORDS:
        triples = {quad.triple for quad in _quads(key, link)}
        data = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
        _file(home, key).write_bytes(data)


def records(home: Path) -> Several:
    """The step that has put the records into a copy."""
    return Several(
        tuple(
            Load(
                (Part(str(_file(home, key)), "application/n-triples", key),),
                BASE,
                f"{GRAPH}source/{key}",
                replace=True,
            )
            for key in RECORDS
        )
    )


def _file(home: Path, key: str) -> Path:
    return home.parent / f"{key}.nt"


def _quads(key: str, link: Linking) -> Iterator[Quad]:
    about = data_sets.data_set(key)
    known = mapping.mappings()
    rows = [
        (table.name, row)
        for table in about.read(needs.shared(f"data/{about.folder}"), link)
        for row in table.rows
    ]
    places = _places(rows, RECORDS[key])
    kept = [(name, row) for name, row in rows if _kept(row, places)]
    named = {part for _, row in kept for cell in row.cells.values() for part in cell.split("|")}
    for name, row in rows:
        if "named_in" in row.cells and row.cells["key"] in named:
            kept.append((name, _trimmed(row, places)))
        elif (name == "locations" and row.cells["key"] in places) or name == "documents":
            kept.append((name, row))
    for name, row in kept:
        table = Table(name, key, tuple(row.cells), (row,))
        yield from known[name].quads(table, graph(f"source/{key}"))


def _places(rows: list[tuple[str, Row]], most: int) -> set[str]:
    """Records that tell of people in several countries or organizations, the first of them."""
    people = [
        row.cells["location"]
        for name, row in rows
        if name in ("relations", "participations")
        and any(cell.startswith("person/") for cell in row.cells.values())
    ]
    return {*list(dict.fromkeys(people))[:most], "prizes"}


def _kept(row: Row, places: set[str]) -> bool:
    return "location" in row.cells and row.cells["location"] in places


def _trimmed(row: Row, places: set[str]) -> Row:
    seen = [place for place in row.cells["named_in"].split("|") if place in places]
    cells = {**row.cells, "named_in": "|".join(seen)}
    return Row(row.table, row.source, row.number, cells)


__all__ = ["RECORDS", "collect", "peopled", "records"]

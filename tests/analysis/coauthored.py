"""A graph with real co-authorship: the curated one and some countries and years of OpenAlex."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas
import pyoxigraph
from pyoxigraph import Quad, RdfFormat, Store

from kg import changing, mapping
from kg.changing import Load, Part
from kg.importing import data_sets
from kg.linking import build
from kg.linking.known import Whole
from kg.namespaces import BASE, GRAPH, graph
from kg.settings import Settings
from kg.store import versions
from kg.store.journal import Entry
from kg.tables import Row, Table
from tests import homes, needs

KEY = "openalex-country-coauthorship"
YEARS = (2013, 2021)
#: ISO 3166-1 codes of the countries; figures of others are left out.
COUNTRIES = {
    "CN": "CHN", "US": "USA", "GB": "GBR", "DE": "DEU", "FR": "FRA", "JP": "JPN", "CA": "CAN",
    "IT": "ITA", "AU": "AUS", "IN": "IND", "NL": "NLD", "CH": "CHE", "KR": "KOR", "BR": "BRA",
    "SE": "SWE", "ES": "ESP", "PK": "PAK",
}  # fmt: skip


def coauthored(built_home: Path, home: Path) -> Path:
    """A copy of a home with the figures.

    Args:
        built_home: The home.
        home: Where the copy goes.
    """
    homes.copy(built_home, home)
    changing.change(Settings(home=home), figures(home), Entry("test", "import"))
    return home


def figures(home: Path) -> Load:
    """The step that puts the figures into a home; their file is beside it."""
    path = home.parent / f"{KEY}.nt"
    triples = {quad.triple for quad in _quads(home)}
    path.write_bytes(pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
    part = Part(str(path), "application/n-triples", KEY)
    return Load((part,), BASE, f"{GRAPH}source/{KEY}", replace=True)


def _quads(home: Path) -> Iterator[Quad]:
    now = versions.current(home)
    assert now is not None
    about = data_sets.data_set(KEY)
    chosen = dataclasses.replace(about, more={**about.more, "years": list(YEARS)})
    link = build(Whole(Store.read_only(str(now.path))))
    wanted = {f"country/{code}" for code in COUNTRIES.values()}
    rows: dict[str, list[Row]] = defaultdict(list)
    for table in chosen.read(needs.shared(f"data/{about.folder}"), link):
        for row in table.rows:
            ends = {row.cells.get("about"), row.cells.get("counterpart")} - {None, ""}
            if table.name != "quantities" or ends <= wanted:
                rows[table.name].append(row)
    said = {row.cells["location"] for row in rows["quantities"]}
    rows["locations"] = [row for row in rows["locations"] if row.cells["key"] in said]
    known = mapping.mappings()
    for name, some in rows.items():
        for row in some:
            table = Table(name, KEY, tuple(row.cells), (row,))
            yield from known[name].quads(table, graph(f"source/{KEY}"))


def raw(year: int) -> pandas.DataFrame:
    """The figures of a year as the files have them: one, other, works; the diagonal is a country's.

    Args:
        year: The year.
    """
    path = needs.shared(f"data/{KEY}") / f"WrldCo{year}.net"
    names: dict[str, str] = {}
    rows = []
    for line in path.read_text("utf-8-sig").splitlines():
        parts = line.split()
        if len(parts) == 2 and parts[0].isdigit():
            names[parts[0]] = parts[1].strip('"')
        elif len(parts) == 3 and parts[0].isdigit():
            rows.append((names[parts[0]], names[parts[1]], int(parts[2])))
    found = pandas.DataFrame(rows, columns=["one", "other", "works"]).replace(
        {"one": COUNTRIES, "other": COUNTRIES}
    )
    wanted = list(COUNTRIES.values())
    return found[found["one"].isin(wanted) & found["other"].isin(wanted)]


__all__ = ["COUNTRIES", "KEY", "YEARS", "coauthored", "figures", "raw"]

"""Every data set yields what it promises: rows enough, in good form, that say what its files say.

`expected.csv` holds facts that were read in the raw files by hand: data set, table, and the cells
of a row as `column=value`, separated by `|`.
"""

from __future__ import annotations

import csv
import dataclasses
import functools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Quad

from kg import asking, assembling, building, catalogue, mapping, resources, tables
from kg.assembling import Staged
from kg.importing import data_sets
from kg.importing.data_sets import Candidate
from kg.mapping import Mapping
from kg.namespaces import graph
from kg.store import union
from kg.store.inprocess import InProcess
from kg.tables import Row, Table
from tests import needs

EXPECTED = Path(__file__).parent / "expected.csv"
#: Rows whose cells are all turned into terms: the first of each table, then one in so many.
FIRST, EACH = 300, 40
#: Records of each data set that are put into a graph and validated.
RECORDS = 12

KEYS = sorted(data_sets.data_sets())
by_set = pytest.mark.parametrize("key", needs.sample(KEYS, 4))


class Stand:
    """A stand-in for the linker: countries by code and name, other things by identifier alone.

    It knows the identifiers of our own tables, and those of the candidates it has met.
    """

    def __init__(self) -> None:
        item = resources.root("kg", "facts", "reference", "countries.csv")
        self._countries: dict[str, str] = {"el": "country/GRC", "uk": "country/GBR"}
        for row in tables.read(item, "reference").rows:
            cells = row.cells
            codes = (cells["iso2"], cells["iso3"], cells["numeric"])
            names = (cells["label_zh"], cells["label_en"])
            others = (cells["alt_zh"] + "|" + cells["alt_en"]).split("|")
            for name in filter(None, (*codes, *names, *others)):
                self._countries.setdefault(name.casefold(), cells["key"])
        self._things = {
            (row.cells["scheme"], row.cells["value"]): row.cells["subject"]
            for table in assembling.fact_tables()
            if table.name == "identifiers"
            for row in table.rows
        }

    def key(self, candidate: Candidate) -> str:
        known = list(candidate.identifiers.items())
        key = next((self._things[i] for i in known if i in self._things), candidate.key)
        for identifier in known:
            self._things.setdefault(identifier, key)
        return key

    def country(self, code_or_name: str) -> str | None:
        return self._countries.get(" ".join(code_or_name.split()).casefold())


@functools.cache
def mappings() -> dict[str, Mapping]:
    return mapping.mappings()


def read(key: str, link: Stand) -> Iterator[Table]:
    about = data_sets.data_set(key)
    yield from about.read(needs.shared(f"data/{about.folder}"), link)


def expected(key: str) -> list[tuple[str, dict[str, str]]]:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return [
            (line["table"], dict(cell.split("=", 1) for cell in line["row"].split("|")))
            for line in csv.DictReader(file)
            if line["set"] == key
        ]


@by_set
def test_a_set_gives_rows_enough_of_the_right_form_that_say_what_its_files_say(key: str) -> None:
    wanted = expected(key)
    met = [False] * len(wanted)
    counts: Counter[str] = Counter()
    keys: Counter[tuple[str, str]] = Counter()
    places, used = set(), set()
    for table in read(key, Stand()):
        how = mappings()[table.name]
        assert table.source == key
        tables.check_columns(table, how.columns)
        first = how.columns[table.columns[0]]
        for row in table.rows:
            counts[table.name] += 1
            kind = "fact" if first.type == "fact" else table.name
            keys[kind, row.cells[first.name]] += 1
            if counts[table.name] <= FIRST or counts[table.name] % EACH == 0:
                assert list(how.bindings(row))
            if table.name == "locations":
                places.add(row.cells["key"])
            used.add(row.cells.get("location", ""))
        for at, (name, cells) in enumerate(wanted):
            met[at] = met[at] or (name == table.name and _holds(table, cells))
    about = data_sets.data_set(key)
    assert {t: counts[t] for t, n in about.expects.items() if counts[t] < n} == {}
    assert [k for k, n in keys.items() if n > 1][:5] == []
    assert sorted(used - places - {""})[:5] == []
    assert [row for row, found in zip(wanted, met, strict=True) if not found] == []
    assert len(wanted) >= 3


def _holds(table: Table, cells: dict[str, str]) -> bool:
    return any(all(row.cells[c] == v for c, v in cells.items()) for row in table.rows)


def test_a_set_says_in_both_languages_what_it_takes_and_what_it_drops() -> None:
    for about in data_sets.data_sets().values():
        for words in (about.title, about.taken, about.dropped):
            assert set(words) == {"zh", "en"}
            assert all(words.values())
        assert about.licence.startswith("https://")


@pytest.fixture(scope="module")
def together() -> Staged:
    """A few records of each set, with what they name, beside the curated content."""
    return assembling.assemble(others=_samples())


def test_samples_of_all_sets_conform_together(together: Staged) -> None:
    wrong = building.inspect(together).at_least("violation")
    assert [(r.shape, r.focus, r.value) for r in wrong] == []


def test_questions_are_answered_from_the_papers_and_the_samples_of_all_sets(
    together: Staged,
) -> None:
    engine = InProcess(union.filled(together.store))
    curated = {table.source for table in assembling.fact_tables()}
    cited: set[str] = set()
    for question in catalogue.questions():
        answer = asking.ask(engine, question.id)
        assert answer.rows, question.id
        # IRI of a fact: …/id/fact/<source>-<number>.
        cited |= {iri.rpartition("/")[2].rpartition("-")[0] for iri in answer.sources}
    assert cited & curated
    assert len(cited & set(KEYS)) >= 5, cited


def _samples() -> Iterator[Quad]:
    """Quads of a few records of each set, in graphs of their own, and of all that they name."""
    things: dict[str, list[Row]] = {}
    rows: list[Row] = []
    link = Stand()
    for key in KEYS:
        rows += _sample(key, things, link)
    places = {f"{row.source}/{row.cells['key']}" for row in rows if row.table == "locations"}
    named = {part for row in rows for cell in row.cells.values() for part in cell.split("|")}
    for thing in sorted(named & things.keys()):
        for row in things[thing]:
            seen = row.cells["named_in"].split("|")
            kept = "|".join(place for place in seen if f"{row.source}/{place}" in places)
            rows.append(dataclasses.replace(row, cells=row.cells | {"named_in": kept}))
    for row in rows:
        table = Table(row.table, row.source, tuple(row.cells), (row,))
        target = graph(f"source/{row.source}")
        for quad in mappings()[row.table].quads(table):
            yield Quad(quad.subject, quad.predicate, quad.object, target)


def _sample(key: str, things: dict[str, list[Row]], link: Stand) -> list[Row]:
    """The first facts of each kind with their records; things are added to `things`."""
    places: dict[str, Row] = {}
    chosen: dict[str, set[str]] = {}
    rows: list[Row] = []
    for table in read(key, link):
        some = chosen.setdefault(table.name, set())
        for row in table.rows:
            cells = row.cells
            if table.name == "locations":
                places[cells["key"]] = row
            elif "location" in cells:
                if len(some) < RECORDS:
                    some.add(cells["location"])
                if cells["location"] in some:
                    rows.append(row)
            elif "named_in" in cells:
                things.setdefault(cells["key"], []).append(row)
            else:
                rows.append(row)
    return rows + [places[place] for place in sorted(set().union(*chosen.values()))]

"""A build is whole or not at all, the same for the same input, and says what is wrong where."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.store import versions
from tests import homes, needs

ROOT = Path(__file__).parents[2]
ROOMS = ("ontology", "shapes", "kg", "service")
Done = subprocess.CompletedProcess[str]


def istc(rooms: Path, home: Path, *arguments: str, seed: str = "0") -> Done:
    """Run `istc` from a copy of the rooms."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ISTC_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "service.cli", *arguments],
        cwd=home.parent,
        env=kept
        | {"PYTHONPATH": str(rooms), "ISTC_HOME": str(home), "PYTHONHASHSEED": seed}
        | {"LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A copy of the four rooms whose tables a test may change."""
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, tmp_path / "copy" / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path / "copy"


def facts(rooms: Path, name: str) -> Path:
    return rooms / "kg" / "facts" / f"{name}.csv"


def change(rooms: Path, name: str, edit: Callable[[list[dict[str, str]]], None]) -> None:
    """Edit the rows of a table."""
    path = facts(rooms, name)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, names = list(reader), reader.fieldnames
    assert names is not None
    edit(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def exported(rooms: Path, home: Path) -> bytes:
    done = istc(rooms, home, "export", "-", "--format", "nq")
    assert done.returncode == 0, done.stderr
    return done.stdout.encode()


def test_the_same_input_gives_the_same_graph_in_whatever_order(rooms: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert istc(rooms, first, "build", seed="1").returncode == 0
    for name in ("liu-2023/quantities", "liu-2023/relations", "authorities/actors"):
        change(rooms, name, random.Random(7).shuffle)
    assert istc(rooms, second, "build", seed="2").returncode == 0
    one, two = versions.current(first), versions.current(second)
    assert one is not None
    assert two is not None
    assert one.digest == two.digest
    assert exported(rooms, first) == exported(rooms, second)


def test_a_changed_cell_changes_just_its_fact_and_makes_a_new_version(
    rooms: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    assert istc(rooms, home, "build").returncode == 0
    before = set(exported(rooms, home).splitlines())

    def edit(rows: list[dict[str, str]]) -> None:
        (row,) = [r for r in rows if r["key"] == "0020"]
        row["value"], row["value_text"] = "7062", "7062件"

    change(rooms, "liu-2023/quantities", edit)
    done = istc(rooms, home, "build")
    assert done.returncode == 0, done.stderr
    assert "data version 2 " in done.stdout
    after = set(exported(rooms, home).splitlines())
    fact = b"<https://w3id.org/istc-kg/id/fact/liu-2023-0020>"
    changed = {line for line in before ^ after if b"/graph/catalogue>" not in line}
    assert {line for line in changed if line.startswith(fact)} == changed
    assert any(b'"7062"' in line for line in after - before)


def _set(key: str, column: str, value: str) -> Callable[[list[dict[str, str]]], None]:
    def edit(rows: list[dict[str, str]]) -> None:
        first = next(iter(rows[0]))
        (row,) = [r for r in rows if r[first] == key]
        assert column in row
        row[column] = value

    return edit


#: What is done to which cell, and what must be said: place, and remedy or rule.
BROKEN = [
    ("quantities", "0020", "value", "seven thousand", "not a decimal number", "Write 1118"),
    (
        "quantities",
        "0020",
        "unit",
        "unit/patents",
        "not a declared thing",
        "Did you mean unit/patent",
    ),
    ("quantities", "0020", "location", "s2.1.9", "not a place in a document", "locations.csv"),
    ("quantities", "0020", "period", "2022/2013", "ends before it begins", "begin/end"),
    ("quantities", "0020", "qualifier", "exactly", "not a concept", "See ontology/vocabularies"),
    ("quantities", "0020", "indicator", "", "empty", "needs a value"),
    ("quantities", "0034", "value", "0", "positive whole number", "RankingFact-value"),
    ("relations", "1016", "predicate", "financedBy", "not a term of the ontology", "ontology/"),
    ("relations", "1016", "subject", "project/nothing", "not a declared thing", "authorities"),
]


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "what", "remedy"), needs.sample(BROKEN, 5)
)
def test_a_bad_cell_stops_the_build_with_place_and_remedy_and_the_graph_stays(
    rooms: Path,
    built_home: Path,
    tmp_path: Path,
    table: str,
    key: str,
    column: str,
    value: str,
    what: str,
    remedy: str,
) -> None:
    home = tmp_path / "home"
    homes.copy(built_home, home)
    before = versions.current(home)
    change(rooms, f"liu-2023/{table}", _set(key, column, value))
    done = istc(rooms, home, "build")
    assert done.returncode in (1, 3)
    assert done.stdout == ""
    told = done.stderr.splitlines()
    error = next(line for line in told if line.startswith("istc: "))
    assert what in error
    assert remedy in error
    assert re.search(rf"liu-2023/{table}\.csv row \d+, column {column}", error), error
    assert "Traceback" not in done.stderr
    now = versions.current(home)
    assert before is not None
    assert now is not None
    assert (now.number, now.digest) == (before.number, before.digest)
    assert istc(rooms, home, "ask", "joint-patents-by-industry").returncode == 0


def test_a_table_that_nobody_reads_stops_the_build(rooms: Path, tmp_path: Path) -> None:
    facts(rooms, "liu-2023/quantity").write_text("key\n1\n", encoding="utf-8")
    done = istc(rooms, tmp_path / "home", "build")
    assert done.returncode == 3
    assert "quantities.csv" in done.stderr
    assert versions.current(tmp_path / "home") is None

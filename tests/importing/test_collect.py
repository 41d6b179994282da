"""The curated graph and data sets are built together, each in its graph, or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from kg.namespaces import GRAPH, ID, ISTC
from kg.store import versions
from tests import needs
from tests.cli.conftest import run

SETS = ("belt-and-road", "igo-memberships")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two data sets in a folder of their own."""
    for key in SETS:
        shutil.copytree(needs.shared(f"data/{key}"), tmp_path / "data" / key)
    return tmp_path / "data"


def test_data_sets_are_built_with_the_curated_tables_in_one_commit(
    folder: Path, tmp_path: Path
) -> None:
    only = [word for key in SETS for word in ("--only", key)]
    home = tmp_path / "home"
    done = run(home, "collect", str(folder), *only, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for key in SETS:
        assert key in done.stdout
    [line] = json.loads(run(home, "log", "--json", cwd=tmp_path).stdout)
    assert line["activity"] == "build"
    now = versions.current(home)
    assert now is not None
    store = Store.read_only(str(now.path))
    for key in SETS:
        target = NamedNode(f"{GRAPH}source/{key}")
        assert next(store.quads_for_pattern(None, None, None, target), None) is not None
    # What was there already is not declared again: China is the country of the curated tables.
    treaty = store.query(
        f"PREFIX istc: <{ISTC}> ASK {{ GRAPH <{GRAPH}source/belt-and-road> "
        f"{{ ?f istc:object <{ID}country/PAK> }} }}"
    )
    assert treaty
    assert not list(
        store.quads_for_pattern(
            NamedNode(f"{ID}country/PAK"), None, None, NamedNode(f"{GRAPH}source/belt-and-road")
        )
    )
    again = run(home, "collect", str(folder), *only, cwd=tmp_path)
    assert "no input has changed" in again.stderr


def test_a_data_set_that_falls_short_is_refused_and_nothing_is_built(
    folder: Path, tmp_path: Path
) -> None:
    for path in (folder / "belt-and-road").glob("*.csv"):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[: len(lines) // 2]), "utf-8")
    done = run(tmp_path / "home", "collect", str(folder), "--only", SETS[0], cwd=tmp_path)
    assert done.returncode == 3
    assert "belt-and-road/" in done.stderr.splitlines()[-1]
    assert versions.current(tmp_path / "home") is None


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = run(tmp_path / "home", "collect", "data", cwd=tmp_path)
    assert done.returncode == 3
    assert "is missing" in done.stderr
    wrong = run(tmp_path / "home", "collect", "data", "--only", "nothing", cwd=tmp_path)
    assert wrong.returncode == 3
    assert "Known are" in wrong.stderr

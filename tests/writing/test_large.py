"""A change that is large beside the graph comes to what it comes to followed step by step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from benchmarks.register import Register
from kg.changing import doing, ledger, staging
from kg.changing.bounds import Rules
from kg.changing.ledger import Ledger
from kg.changing.staging import Staged
from kg.changing.steps import Load, Part
from kg.errors import NonConforming
from kg.namespaces import BASE, GRAPH, ID, ISTC
from kg.store import versions
from tests import needs

RULES = Rules(base_iri=BASE, unite=True, bar="violation", owned=frozenset())
ROWS = 40
#: A figure of the register that nobody can have counted, and one that is doubted for its time.
WRONG = f'<{ID}fact/register-3-1> <{ISTC}value> "many" .\n'
LATE = f"<{ID}fact/register-3-1> <{ISTC}counterpart> <{ID}org/register-3> .\n"


def load(folder: Path, rows: int, more: str = "") -> Load:
    """The step that replaces the graph of a register by so many of its rows."""
    file = folder / f"register-{rows}.nt"
    Register("register", rows).write(file)
    file.write_text(file.read_text("utf-8") + more, encoding="utf-8")
    part = Part(str(file), "application/n-triples", "0" * 64)
    return Load((part,), BASE, f"{GRAPH}source/register", replace=True)


def staged(
    way: Callable[..., Staged], home: Path, folder: Path, *steps: Load
) -> tuple[list[set[str]], Staged]:
    """What is left of some steps in the ledger, the last of them done in a certain way."""
    now = versions.current(home)
    assert now is not None
    store = staging.copy(now.path, folder, in_memory=True)
    folder.mkdir()
    for step in steps[:-1]:
        with closing(Ledger(folder)) as noted:
            staging.stage(store, step, RULES, lambda _: None, noted)
    with closing(Ledger(folder)) as noted:
        done = way(store, steps[-1], RULES, lambda _: None, noted)
    sides = (folder / ledger.ADDED, folder / ledger.REMOVED)
    return [{str(q) for q in parse(path=s, format=RdfFormat.N_QUADS)} for s in sides], done


@pytest.mark.parametrize("before", needs.sample([(ROWS // 2,), (), (ROWS * 2,)], 3))
def test_what_follows_is_the_same(
    built_home: Path, tmp_path: Path, before: tuple[int, ...]
) -> None:
    steps = [load(tmp_path, rows) for rows in before] + [load(tmp_path, ROWS, LATE)]
    near, one = staged(staging.stage, built_home, tmp_path / "near", *steps)
    whole, two = staged(staging.stage_whole, built_home, tmp_path / "whole", *steps)
    assert whole == near
    assert two.stated == one.stated
    assert set(two.warnings) == set(one.warnings)
    assert any(warning.focus.endswith("register-3-1") for warning in two.warnings)


def test_what_is_wrong_is_refused_alike(built_home: Path, tmp_path: Path) -> None:
    step = load(tmp_path, ROWS, WRONG)
    told = []
    for name, way in (("near", staging.stage), ("whole", staging.stage_whole)):
        with pytest.raises(NonConforming) as refused:
            staged(way, built_home, tmp_path / name, step)
        told.append(refused.value.extra["results"])
    assert told[0] == told[1]


def test_a_file_that_is_long_beside_the_graph_is_large(tmp_path: Path) -> None:
    step = load(tmp_path, 1000)
    assert doing.is_large(step, 100_000)
    assert not doing.is_large(step, 5_000_000)
    assert not doing.is_large(load(tmp_path, 10), 10)

"""A small graph committed to a home of its own, and engines that are closed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.querying import Engine
from kg.settings import Settings
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import Version

A = "http://example.org/"
SIZE = 3000

MakeEngine = Callable[..., Engine]


def quads(count: int, graph: str = "g") -> list[Quad]:
    """Distinct quads: subject n has the value n."""
    return [
        Quad(NamedNode(f"{A}s{n}"), NamedNode(f"{A}p"), Literal(n), NamedNode(A + graph))
        for n in range(count)
    ]


def commit(home: Path, added: list[Quad], removed: list[Quad] | None = None) -> Version:
    """Commit as some agent."""
    with Truth.open(home) as truth:
        return truth.commit(added, removed or [], Entry(agent="test", activity="import"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one version of SIZE quads."""
    commit(tmp_path / "home", quads(SIZE))
    return tmp_path / "home"


@pytest.fixture
def engine(home: Path) -> Iterator[MakeEngine]:
    """`engine(query_seconds=…)` on that home."""
    made: list[Engine] = []

    def make(**changes: Any) -> Engine:
        made.append(Engine(replace(Settings(home=home), **changes)))
        return made[-1]

    yield make
    for one in made:
        one.close()

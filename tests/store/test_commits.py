"""A kill at any instant loses nothing acknowledged and shows nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from kg.errors import InvalidRdf, StoreLocked
from kg.exporting import quads as exported
from kg.namespaces import JOURNAL
from kg.store import changes, merging, versions
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests import needs

from .conftest import A, commit, quads

#: Fifty where the variable WHOLE is set.
KILLS = len(needs.sample(range(50), 4))
#: Quads of one commit: a half commit would show fewer.
BATCH = 40

_WRITER = f"""
import sys
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Quad
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests import needs

home, number = Path(sys.argv[1]), int(sys.argv[2])
with Truth.open(home) as truth:
    print("open", flush=True)
    while True:
        new = [
            Quad(NamedNode(f"{A}c{{number}}"), NamedNode("{A}p"), Literal(n), NamedNode("{A}g"))
            for n in range({BATCH})
        ]
        # Each commit also takes the one before the last away: removals are part of it.
        gone = NamedNode(f"{A}c{{number - 2}}")
        old = [quad for quad in truth.quads(NamedNode("{A}g")) if quad.subject == gone]
        truth.commit(new, old, Entry(agent="loop", activity="import", source=str(number)))
        print(number, flush=True)
        number += 1
"""


def _commits(quads_: Iterable[Quad]) -> Counter[int]:
    found: Counter[int] = Counter()
    for quad in quads_:
        if quad.predicate.value == A + "p":
            assert isinstance(quad.subject, NamedNode)
            found[int(quad.subject.value.removeprefix(A + "c"))] += 1
    return found


def _is_whole(found: Counter[int], at_least: int) -> int:
    """The newest commit in a store, after checking that it and its forerunner are whole."""
    newest = max(found)
    assert newest >= at_least
    assert found == {n: BATCH for n in (newest - 1, newest) if n >= 0}
    return newest


def _has_its_changes(home: Path, version: int) -> None:
    """Every version has the change that made it, whole, and there is none beyond."""
    assert changes.numbers(home) == list(range(1, version + 1))
    change = changes.read(home, version)
    assert _commits(change.added) == {version - 1: BATCH}
    assert _commits(change.removed) == ({version - 3: BATCH} if version > 2 else {})


def test_kills_while_committing_lose_nothing_and_show_nothing_half(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rng = random.Random(20261125)
    acknowledged, newest, seen = -1, -1, 0
    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(home), str(newest + 1)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        # At any instant: after some acknowledgements, and then somewhere within a commit.
        told = [int(writer.stdout.readline()) for _ in range(rng.randint(0, 4))]
        time.sleep(rng.uniform(0.0, 0.03))
        writer.send_signal(signal.SIGKILL)
        told += [int(line) for line in writer.stdout.read().split()]
        writer.wait()
        writer.stdout.close()
        acknowledged = told[-1] if told else acknowledged
        seen += len(told)
        # What readers are shown before anybody repairs anything is whole, and not older than
        # what was acknowledged.
        shown = versions.current(home)
        if shown is not None:
            _is_whole(_commits(Store.read_only(str(shown.path))), acknowledged)
        with Truth.open(home) as truth:
            if truth.version:
                newest = _is_whole(_commits(truth.quads()), acknowledged)
                assert truth.digest() == truth.journal()[-1].digest
                assert len(truth.journal()) == truth.version == newest + 1
                _has_its_changes(home, truth.version)
    assert seen > KILLS


def test_the_digest_is_the_checksum_of_the_exported_lines(home: Path) -> None:
    version = commit(home, quads(5, "more"))
    lines = [f"{quad} .".encode() for quad in exported(version)]
    assert versions.content_digest(lines) == version.digest


def test_a_commit_that_changes_nothing_makes_no_version(home: Path) -> None:
    assert commit(home, quads(10)).number == 1


def test_the_journal_tells_who_changed_what_and_cannot_be_written(home: Path) -> None:
    with Truth.open(home) as truth:
        truth.commit(
            quads(3, "x"),
            [],
            Entry(agent="desk", activity="import", source="register.csv", checksum="ab"),
        )
        last = truth.journal()[-1]
        assert (last.number, last.entry.agent, last.entry.source) == (2, "desk", "register.csv")
        assert last.entry.at is not None
        mine = Quad(NamedNode(A), NamedNode(A), NamedNode(A), JOURNAL)
        with pytest.raises(InvalidRdf, match="journal"):
            truth.commit([mine], [], Entry(agent="x", activity="x"))
        with pytest.raises(InvalidRdf, match="blank"):
            truth.commit([Quad(BlankNode(), NamedNode(A), Literal(1))], [], Entry("x", "x"))
        assert truth.version == 2


def test_there_is_one_writer_at_a_time_and_the_second_learns_who_it_is(home: Path) -> None:
    with Truth.open(home), pytest.raises(StoreLocked) as caught:
        Truth.open(home, wait_seconds=0.1)
    assert caught.value.extra["pid"] == os.getpid()


def test_a_lost_truth_is_restored_from_the_current_version(home: Path) -> None:
    before = commit(home, quads(4, "y"))
    merging.merged(before.path)
    (home / "truth").rename(home / "lost")
    with Truth.open(home) as truth:
        assert truth.version == before.number
        assert truth.digest() == before.digest
    assert not (home / "truth" / merging.FOLDER).exists()


def test_old_versions_go_but_those_in_use_stay(home: Path) -> None:
    first = versions.current(home)
    assert first is not None
    with versions.hold(first):
        for n in range(8):
            commit(home, quads(n + 1, "z"))
        assert versions.numbers(home) == [1, 5, 6, 7, 8, 9]
    commit(home, quads(9, "z"))
    assert versions.numbers(home) == [6, 7, 8, 9, 10]

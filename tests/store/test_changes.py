"""Every commit can be told and taken back: exactly, or not at all with the list of what is new."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.errors import Conflict, NotFound, StoreUnavailable
from kg.store import changes, journal
from kg.store.journal import Entry
from kg.store.truth import Truth

from .conftest import A, commit, quads

UNDO = Entry(agent="test", activity="undo")


def undo(truth: Truth, number: int) -> str:
    entry = Entry(agent="test", activity="undo", undoes=number)
    return truth.undo(number, entry).digest


def test_a_commit_keeps_what_it_added_and_removed_as_an_rdf_patch(home: Path) -> None:
    old, new = quads(2), quads(2, "other")
    commit(home, new, old)
    change = changes.read(home, 2)
    assert set(change.added) == set(new)
    assert set(change.removed) == set(old)
    rows = gzip.decompress(changes.path(home, 2).read_bytes()).decode().splitlines()
    assert [row[:2] for row in rows] == ["TX", "D ", "D ", "A ", "A ", "TC"]
    assert rows[1:-1] == sorted(rows[1:3]) + sorted(rows[3:5])


def test_undo_gives_back_the_exact_content_also_after_other_changes(home: Path) -> None:
    digests = {}
    with Truth.open(home) as truth:
        digests[1] = truth.digest()
        digests[2] = truth.commit(quads(9, "b"), quads(5), Entry("test", "import")).digest
        truth.commit(quads(7, "c"), [], Entry("test", "import"))
        undo(truth, 3)
        assert truth.digest() == digests[2]
        assert undo(truth, 2) == truth.digest() == digests[1]
        # An undo is a change as well, and can be taken back.
        assert undo(truth, 5) == digests[2]
        stands = [line.number for line in journal.standing(truth.journal())]
        assert stands == [1, 2]


def test_undo_is_refused_with_the_list_of_all_that_was_changed_since(home: Path) -> None:
    commit(home, quads(6, "b"), quads(4))
    gone, back = quads(2, "b"), quads(1)
    after = commit(home, back, gone)
    with Truth.open(home) as truth:
        with pytest.raises(Conflict) as caught:
            truth.undo(2, UNDO)
        told = {(item["quad"], item["since"]) for item in caught.value.extra["changed"]}
        assert told == {(f"{q} .", "removed") for q in gone} | {(f"{q} .", "added") for q in back}
        assert truth.digest() == after.digest
        assert truth.version == 3


def test_a_change_of_a_commit_that_never_happened_is_removed(home: Path) -> None:
    line = str(Quad(NamedNode(A), NamedNode(A), Literal("x"), NamedNode(A))).encode() + b" ."
    changes.write(home, 2, [line], [])
    (home / "changes" / "3.rdfp.gz.partial").write_bytes(b"half")
    with Truth.open(home) as truth:
        assert changes.numbers(home) == [1]
        assert sorted(item.name for item in (home / "changes").iterdir()) == ["1.rdfp.gz"]
        with pytest.raises(NotFound):
            truth.undo(2, UNDO)


def test_a_damaged_change_is_told_and_changes_nothing(home: Path) -> None:
    version = commit(home, quads(3, "b"))
    path = changes.path(home, 2)
    path.write_bytes(path.read_bytes()[:-12])
    with Truth.open(home) as truth:
        with pytest.raises(StoreUnavailable, match="damaged"):
            truth.undo(2, UNDO)
        assert truth.digest() == version.digest


_FULL = f"""
import resource, signal, sys, uuid
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Quad
from kg.errors import StoreUnavailable
from kg.store.journal import Entry
from kg.store.truth import Truth

name = NamedNode("{A}x")
new = [Quad(name, name, Literal(uuid.uuid4().hex), name) for _ in range(5000)]
with Truth.open(Path(sys.argv[1])) as truth:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    try:
        truth.commit(new, [], Entry("test", "import"))
    except StoreUnavailable as error:
        print(error.hint)
"""


def test_where_the_disk_takes_no_more_the_commit_is_refused_and_told(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(home)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert "disk space" in done.stdout, done.stderr
    with Truth.open(home) as truth:
        assert truth.version == 1
        assert truth.digest() == truth.journal()[-1].digest
        assert changes.numbers(home) == [1]
        assert truth.commit(quads(2, "b"), [], Entry("test", "import")).number == 2

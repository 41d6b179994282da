"""A long change goes in as two files, and is in all other ways a commit like others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from kg.store import versions
from kg.store.journal import Entry
from kg.store.truth import Truth

GRAPH, OTHER = NamedNode("http://example.org/g"), NamedNode("http://example.org/h")
_KILLED = """
import sys
from pathlib import Path
from kg.store.journal import Entry
from kg.store.truth import Truth
home, folder = Path(sys.argv[1]), Path(sys.argv[2])
with Truth.open(home) as truth:
    print("open", flush=True)
    truth.load(folder / "added.nq", folder / "removed.nq", Entry("test", "import"))
    print("done", flush=True)
"""


def _quad(number: int, name: NamedNode = GRAPH) -> Quad:
    node = NamedNode(f"http://example.org/{number}")
    return Quad(node, NamedNode("http://example.org/p"), Literal(str(number)), name)


def _files(folder: Path, added: set[Quad], removed: set[Quad]) -> tuple[Path, Path]:
    paths = (folder / "added.nq", folder / "removed.nq")
    for path, quads in zip(paths, (added, removed), strict=True):
        path.write_text("".join(f"{quad} .\n" for quad in quads), encoding="utf-8")
    return paths


def _held(truth: Truth) -> set[Quad]:
    return {q for q in truth.quads() if not q.graph_name.value.endswith("/graph/journal")}


def _digest(quads: set[Quad]) -> str:
    return versions.content_digest(f"{quad} .".encode() for quad in quads)


def test_files_change_the_graph_and_are_taken_back_exactly(tmp_path: Path) -> None:
    old, new = {_quad(n) for n in range(5)} | {_quad(9, OTHER)}, {_quad(n) for n in range(5, 900)}
    gone = {_quad(0), _quad(9, OTHER)}
    with Truth.open(tmp_path / "home") as truth:
        first = truth.commit(old, [], Entry("test", "import"))
        second = truth.load(*_files(tmp_path, new, gone), Entry("test", "import"))
        assert _held(truth) == (old - gone) | new
        assert second.digest == truth.digest() == _digest((old - gone) | new)
        assert [line.quads for line in truth.journal()] == [6, 899]
        back = truth.undo(second.number, Entry("test", "undo"))
        assert back.digest == first.digest
        assert _held(truth) == old


def test_a_kill_leaves_all_of_a_long_change_or_nothing(tmp_path: Path) -> None:
    home, old = tmp_path / "home", {_quad(n) for n in range(50)}
    new = {_quad(n) for n in range(100, 20_100)}
    _files(tmp_path, new, {_quad(0)})
    with Truth.open(home) as truth:
        truth.commit(old, [], Entry("test", "import"))
    wanted = {_digest(old), _digest((old - {_quad(0)}) | new)}
    for number in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(home), str(tmp_path)],
            stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        ) as writer:  # fmt: skip
            assert writer.stdout is not None
            assert writer.stdout.readline() == "open\n"
            time.sleep(0.06 * number)
            writer.send_signal(signal.SIGKILL)
            acknowledged = "done" in writer.stdout.read()
        with Truth.open(home) as truth:
            assert truth.digest() in wanted
            # Odd versions hold what was there first, even ones the long change.
            assert truth.version % 2 == 0 or not acknowledged
            if truth.version % 2 == 0:
                truth.undo(truth.version, Entry("test", "undo"))
                assert truth.digest() == _digest(old)

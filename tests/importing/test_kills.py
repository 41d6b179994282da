"""A kill in any phase of an import, an undo or a build leaves the graph before or after it, whole.

`make kills` runs two hundred of them; the environment variable KILLS sets another number.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from kg import changing
from kg.changing import Load, Part
from kg.namespaces import GRAPH
from kg.settings import Settings
from kg.store import changes, versions
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests.serving import ROOT

KILLS = int(os.environ.get("KILLS") or 10)
#: Things of the import, and quads of the builds.
THINGS, QUADS = 150, 12_000

_BUILD = """
import sys
from pathlib import Path
from kg.store.journal import Entry
from kg.store.truth import Truth
with Truth.open(Path(sys.argv[1])) as truth:
    print(truth.replace(Path(sys.argv[2]), Entry("loop", "build")).number, flush=True)
"""


@dataclass
class Victim:
    """A home whose writers are killed.

    Attributes:
        home: The home.
        rng: Chooses the instants.
        seen: What came of the kills.
        instants: When the next ones are killed: few kills meet all of these as well.
    """

    home: Path
    rng: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    instants: Iterator[str] = field(
        default_factory=lambda: itertools.cycle(("told", "soon", "commit", "any", "commit"))
    )

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings(home=self.home)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a Python command on the home."""
        return subprocess.Popen(
            [sys.executable, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={"PYTHONPATH": str(ROOT), "ISTC_HOME": str(self.home), "LANG": "C.UTF-8"},
        )

    def whole(self, command: Sequence[str]) -> float:
        """Run a command to its end; return the seconds that it took."""
        begun = time.monotonic()
        process = self.start(*command)
        assert process.communicate()[0].strip().isdigit()
        return time.monotonic() - begun

    def kill(self, command: Sequence[str], took: float, sign: Callable[[], bool]) -> int | None:
        """Start a command and kill it: soon, at any instant, in its commit, or when acknowledged.

        Args:
            command: The command.
            took: Seconds that it takes when it is left alone.
            sign: Says whether the commit has begun.

        Returns:
            The version number that it printed before it died, None where it printed none.
        """
        process = self.start(*command)
        assert process.stdout is not None
        told = ""
        match next(self.instants):
            case "soon":
                time.sleep(self.rng.uniform(0, took / 4))
            case "any":
                time.sleep(self.rng.uniform(0, 1.3 * took))
            case "commit":
                while process.poll() is None and not sign():
                    time.sleep(0.002)
                time.sleep(self.rng.uniform(0, took / 2))
            case _:
                told = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        told += process.communicate()[0]
        return int(told) if told else None

    def state(self, told: int | None, before: str, after: str) -> str:
        """What a kill has left: `before` or `after`, the same for readers and for writers."""
        shown = versions.current(self.home)
        assert shown is not None
        # What readers see before anybody repairs anything.
        lines = Store.read_only(str(shown.path)).dump(format=RdfFormat.N_QUADS)
        content = [line for line in lines.split(b"\n") if line and b"graph/journal> ." not in line]
        assert versions.content_digest(content) == shown.digest
        assert shown.digest in (before, after)
        with Truth.open(self.home) as truth:
            digest, number = truth.digest(), truth.version
            assert digest == truth.journal()[-1].digest
            assert digest in (before, after)
            assert changes.numbers(self.home)[-1] == number
        if told is not None:
            assert (number, digest) == (told, after)
        found = "after" if digest == after else "before"
        self.seen[found] += 1
        self.seen["told"] += told is not None
        self.seen["repaired"] += shown.digest != digest
        return found

    def undo(self, before: str) -> None:
        """Take the last change back, which gives exactly what was before."""
        now = versions.current(self.home)
        assert now is not None
        assert changing.undo(self.settings, now.number, "loop").version.digest == before


def _digest(home: Path) -> str:
    now = versions.current(home)
    assert now is not None
    return now.digest


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    """A home with the ontology and nothing else: rules and shapes hold, and are quick."""
    home = tmp_path / "home"
    parts = [
        Part(str(path), "text/turtle", path.stem)
        for path in sorted((ROOT / "ontology").glob("*.ttl"))
    ]
    step = Load(tuple(parts), "https://w3id.org/istc-kg/", f"{GRAPH}ontology")
    changing.change(Settings(home=home, write_bar="none"), step, Entry("loop", "update"))
    return Victim(home, random.Random(20261126))


def _begun(home: Path) -> Callable[[], bool]:
    """Says whether the file of the next change has been begun."""
    folder = home / changes.FOLDER
    held = set(os.listdir(folder))
    return lambda: any(name not in held for name in os.listdir(folder))


def test_killed_imports_and_undos_leave_all_or_nothing(victim: Victim, tmp_path: Path) -> None:
    table = tmp_path / "actors.csv"
    rows = (f"org/x-{n},University,,Example University {n}" for n in range(THINGS))
    table.write_text("\n".join(["key,class,label_zh,label_en", *rows, ""]))
    command = ["-m", "service.cli", "import", str(table), "--source", "x", "--yes", "--bar", "none"]
    before = _digest(victim.home)
    took = victim.whole(command)
    after = _digest(victim.home)
    victim.undo(before)
    for _ in range(KILLS * 3 // 5):
        told = victim.kill(command, took, _begun(victim.home))
        if victim.state(told, before, after) == "before":
            continue
        number = str(versions.numbers(victim.home)[-1])
        undo = ["-m", "service.cli", "undo", number]
        told = victim.kill(undo, took / 2, _begun(victim.home))
        if victim.state(told, after, before) == "before":
            victim.undo(before)
    print(dict(victim.seen))
    assert victim.seen["told"] > 0
    assert victim.seen["before"] > 0
    assert victim.seen["after"] > 0


def test_killed_builds_leave_all_or_nothing(tmp_path: Path) -> None:
    victim = Victim(tmp_path / "home", random.Random(20261127))
    files = []
    for name in ("one", "two"):
        files.append(tmp_path / f"{name}.nq")
        lines = (
            f'<http://e/s{n}> <http://e/p> "{name if n % 9 == 0 else n}" <http://e/g{n % 3}> .\n'
            for n in range(QUADS)
        )
        files[-1].write_text("".join(lines))
    with Truth.open(victim.home) as truth:
        before = truth.replace(files[0], Entry("loop", "build")).digest
    command = ["-c", _BUILD, str(victim.home), str(files[1])]
    took = victim.whole(command)
    after = _digest(victim.home)
    victim.undo(before)
    new = victim.home / "truth.next"
    for _ in range(KILLS * 2 // 5):
        told = victim.kill(command, took, new.exists)
        if victim.state(told, before, after) == "after":
            victim.undo(before)
    print(dict(victim.seen))
    assert victim.seen["told"] > 0
    assert victim.seen["before"] > 0
    assert victim.seen["after"] > 0

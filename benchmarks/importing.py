"""Measure imports and small changes: clean data beside the bare engine and beside the plain way.

    python -m benchmarks.importing --sizes 100000 1000000 --bases 100000 5000000 --write

One run measures, each in a process of its own, one after the other:

- the engine's own bulk load of a file into a fresh store on disk, without any validation;
- our import of the same file into a built graph: read, link, derive, check, commit;
- rdflib and pySHACL on the whole, at the size that they can stand;
- the check of 1,000 rows for graphs of several sizes;
- one statement written over HTTP into the built graph.

The data are a register in our model (`benchmarks.register`). `--write` puts the tables into
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph

from benchmarks import machine
from benchmarks.register import TRIPLES, Register
from kg import assembling, building
from kg.importing import imports
from kg.importing.drafting import Upload
from kg.linking import kept
from kg.settings import Settings
from kg.store import versions
from kg.tokens import Tokens
from tests.serving import ROOT, serving

#: Rows of the import that meets graphs of several sizes.
ROWS = 1000
#: Triples that the plain way can stand, and those of one import while a large graph is made.
PLAIN, PART = 20_000, 1_000_000
_MIB = 1024
_SECONDS = 24 * 3600.0
_UPDATE = """INSERT DATA {{ GRAPH <https://example.org/notes> {{
  <https://example.org/note/{number}> <http://www.w3.org/2000/01/rdf-schema#comment> "{number}"
}} }}"""


@dataclass(frozen=True)
class Taken:
    """What one process has taken.

    Attributes:
        seconds: By stage, in the order of the stages.
        cpu: Seconds of processor time, with those of its children.
        mib: The most memory that it, or one of its children, has held.
    """

    seconds: dict[str, float]
    cpu: float
    mib: float

    @property
    def total(self) -> float:
        """Seconds of all stages."""
        return sum(self.seconds.values())


# --- what is measured, each in a process of its own -----------------------------------------------


class _Clock:
    """A Progress that notes the seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "read", time.monotonic()

    def __call__(self, stage: str, _done: int | None = None, _total: int | None = None) -> None:
        now = time.monotonic()
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now


def bare(file: Path, folder: Path, _commit: bool, clock: _Clock) -> None:
    """Load a file into a fresh store on disk by the engine's own bulk load."""
    clock("load")
    store = pyoxigraph.Store(str(folder / "bare"))
    store.bulk_load(path=file, format=pyoxigraph.RdfFormat.N_TRIPLES)
    store.flush()


def ours(file: Path, folder: Path, commit: bool, clock: _Clock) -> None:
    """Import a file into the graph of a home; the register is named like the file."""
    settings = Settings(home=folder, write_seconds=_SECONDS)
    order = imports.Order((Upload(file, file.name),), file.stem, "benchmark")
    with imports.workspace(folder) as space:
        checked = imports.check(settings, order, space, progress=clock)
        if checked.prepared is None:
            raise imports.refused(checked.findings)
        if commit:
            imports.commit(settings, checked, progress=clock)
        clock("done")


def plain(file: Path, folder: Path, _commit: bool, clock: _Clock) -> None:
    """Parse with rdflib and validate the whole with pySHACL."""
    import pyshacl
    import rdflib

    from kg.shapes import shapes_text

    clock("parse")
    now = versions.current(folder)
    assert now is not None
    held = folder / "held.nt"
    with held.open("wb") as target:
        target.write(assembling.flattened(pyoxigraph.Store.read_only(str(now.path))))
    graph = rdflib.Graph().parse(held, format="nt").parse(file, format="nt")
    clock("pySHACL")
    shapes = rdflib.Graph().parse(data=shapes_text(), format="turtle")
    pyshacl.validate(graph, shacl_graph=shapes, inference="rdfs", advanced=False, inplace=True)


_WAYS: dict[str, Callable[[Path, Path, bool, _Clock], None]] = {
    "bare": bare, "ours": ours, "plain": plain,
}  # fmt: skip


def one(way: str, file: Path, folder: Path, *, commit: bool) -> None:
    """Run one way in this process and print what it has taken as JSON."""
    clock = _Clock()
    _WAYS[way](file, folder, commit, clock)
    clock("done")
    mine, theirs = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(used.ru_utime + used.ru_stime for used in (mine, theirs))
    most = max(mine.ru_maxrss, theirs.ru_maxrss) / _MIB
    print(json.dumps({"seconds": clock.seconds, "cpu": cpu, "mib": most}))


def taken(way: str, file: Path, folder: Path, *, commit: bool = True) -> Taken:
    """Run one way in a process of its own."""
    _say(f"{way}: {file.name}")
    command = [sys.executable, "-m", "benchmarks.importing", "--one", way, str(file), str(folder)]
    done = subprocess.run(
        [*command, *(["--commit"] if commit else [])],
        cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    return Taken(told["seconds"], told["cpu"], told["mib"])


# --- the graphs -----------------------------------------------------------------------------------


def built(folder: Path) -> Path:
    """A home with the built graph, made where it is missing or old."""
    home = folder / "built"
    building.build(Settings(home=home))
    return home


def grown(folder: Path, triples: int) -> Path:
    """A home with the built graph and registers of so many triples."""
    home, made = folder / f"grown-{triples}", built(folder)
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(made, home)
        left, number = triples, 0
        while left > 0:
            file = _register(folder, f"base-{number}", min(left, PART))
            taken("ours", file, home)
            left, number = left - PART, number + 1
        (home / "complete").touch()
    return home


def _register(folder: Path, key: str, triples: int) -> Path:
    """The file of a register of so many triples."""
    file = folder / f"{key}.nt"
    if not file.exists():
        Register(key, max(1, triples // TRIPLES)).write(file)
    return file


# --- a run ----------------------------------------------------------------------------------------


@dataclass
class Figures:
    """All that a run has measured: by size, by graph, and of one small change.

    `first` are the checks that make the index of names of a graph, `bases` those that find it.
    """

    bulk: dict[int, tuple[Taken, Taken]] = field(default_factory=dict)
    plain: tuple[int, Taken, Taken] | None = None
    first: dict[str, Taken] = field(default_factory=dict)
    bases: dict[str, list[Taken]] = field(default_factory=dict)
    change: tuple[list[float], float] | None = None


def measure(chosen: argparse.Namespace, folder: Path) -> Figures:
    """Measure all that was asked for."""
    figures, made = Figures(), built(folder)
    for size in chosen.sizes:
        file = _register(folder, f"register-{size}", size)
        found = [_fresh("bare", file, made), _fresh("ours", file, made), _fresh("bare", file, made)]
        loaded = min(found[0], found[2], key=lambda t: t.total)
        figures.bulk[size] = (loaded, found[1])
    if not chosen.no_plain:
        file = _register(folder, f"plain-{PLAIN}", PLAIN)
        figures.plain = (PLAIN, _fresh("plain", file, made), _fresh("ours", file, made))
    homes = {f"{size:,} triples and ours": grown(folder, size) for size in chosen.bases}
    homes |= {_described(home): home for home in chosen.homes}
    rows = _register(folder, "rows", ROWS * TRIPLES)
    for name, home in homes.items() if chosen.rounds else ():
        shutil.rmtree(home / kept.FOLDER, ignore_errors=True)
        figures.first[name] = taken("ours", rows, home, commit=False)
    for _ in range(chosen.rounds):
        for name, home in homes.items():
            figures.bases.setdefault(name, []).append(taken("ours", rows, home, commit=False))
    if chosen.rounds:
        figures.change = _changes(made, chosen.rounds)
    return figures


def _described(home: Path) -> str:
    """What the graph in a home is called."""
    found = versions.current(home)
    if found is None:
        raise SystemExit(f"There is no graph in {home}.")
    return f"{found.quads:,} quads, those that follow among them ({home.name})"


def _fresh(way: str, file: Path, made: Path) -> Taken:
    """Run one way in a fresh home."""
    with tempfile.TemporaryDirectory(dir=made.parent) as name:
        home = Path(name) / "home"
        shutil.copytree(made, home)
        return taken(way, file, home)


def _changes(made: Path, rounds: int) -> tuple[list[float], float]:
    """Seconds of each small change over HTTP, and seconds of processor time of one."""
    with tempfile.TemporaryDirectory(dir=made.parent) as name:
        home = Path(name) / "home"
        shutil.copytree(made, home)
        token = Tokens(Settings(home=home)).create("benchmark", ["write"])
        headers = {
            "Authorization": f"Bearer {token}", "Content-Type": "application/sparql-update",
        }  # fmt: skip
        seconds = []
        with serving(home) as service:
            service.send("POST", "/update", _UPDATE.format(number=0), headers)
            time.sleep(2)
            before = _used(service.process.pid)
            for number in range(1, rounds + 1):
                began = time.monotonic()
                reply = service.send("POST", "/update", _UPDATE.format(number=number), headers)
                seconds.append(time.monotonic() - began)
                assert reply.status < 300, reply.text
                time.sleep(1)
            return seconds, (_used(service.process.pid) - before) / rounds


def _used(process: int) -> float:
    """Processor seconds of a tree of processes, with those of its children that have ended."""
    used = machine.cpu_seconds(process)
    for member in machine.tree(process):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used += (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return used


# --- the page -------------------------------------------------------------------------------------


def text(figures: Figures, about: str, command: str) -> str:
    """The section of the page."""
    parts = ["## Importing and changing", f"{about}. `{command}`"]
    if figures.bulk:
        parts += ["### Clean data", _bulk(figures)]
    if figures.plain:
        size, theirs, mine = figures.plain
        parts += [
            "### The plain way",
            f"{size:,} triples into the built graph: rdflib and pySHACL {theirs.total:.1f} s and "
            f"{theirs.mib:,.0f} MiB, ours with the commit {mine.total:.1f} s and {mine.mib:,.0f} "
            f"MiB: {theirs.total / mine.total:.1f} times as fast.",
        ]
    if figures.bases:
        parts += [f"### {ROWS:,} rows ({ROWS * TRIPLES:,} triples) checked for a graph of",
                  _bases(figures)]  # fmt: skip
    if figures.change:
        seconds, cpu = figures.change
        parts += [
            "### One statement over HTTP",
            f"Into the built graph: median {statistics.median(seconds):.2f} s, at most "
            f"{max(seconds):.2f} s ({len(seconds)} writes); {cpu:.2f} s of processor time each, "
            "with the start of new readers.",
        ]
    return "\n\n".join(parts)


def _bulk(figures: Figures) -> str:
    rows, first = [], next(iter(figures.bulk.items()))
    for size, (loaded, mine) in figures.bulk.items():
        stages = ", ".join(f"{name} {sec:.1f}" for name, sec in mine.seconds.items() if sec >= 0.05)
        grown_by, times = size / first[0], mine.total / first[1][1].total
        rows.append([
            f"{size:,}", f"{loaded.total:.1f}", f"{loaded.mib:,.0f}", f"{mine.total:.1f}",
            f"{mine.total / loaded.total:.1f}", f"{mine.cpu:.1f}", f"{mine.mib:,.0f}", stages,
            f"{times:.1f} for {grown_by:.0f}",
        ])  # fmt: skip
    head = ["triples", "bulk load, s", "MiB", "ours, s", "× bulk load", "processor, s", "MiB",
            "stages, s", "times as long"]  # fmt: skip
    return machine.table(head, rows)


def _bases(figures: Figures) -> str:
    medians = {
        name: statistics.median(one.total for one in found) for name, found in figures.bases.items()
    }
    least, rows = next(iter(medians.values())), []
    for graph, found in figures.bases.items():
        stages = ", ".join(
            f"{name} {statistics.median(one.seconds.get(name, 0) for one in found):.1f}"
            for name in found[0].seconds
        )
        most = max(one.mib for one in found)
        median = medians[graph]
        rows.append([graph, f"{figures.first[graph].total:.1f}", f"{median:.1f}",
                     f"{median / least:.2f}", f"{most:,.0f}", stages])  # fmt: skip
    head = ["graph", "first after a change, s", "median of others, s", "×", "MiB", "stages, s"]
    return machine.table(head, rows)


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="*", type=int, default=[100_000], help="triples")
    parser.add_argument("--bases", nargs="*", type=int, default=[], help="triples of the graphs")
    parser.add_argument("--homes", nargs="*", type=Path, default=[], help="graphs that are there")
    parser.add_argument("--rounds", type=int, default=3, help="checks of each graph, and writes")
    parser.add_argument("--no-plain", action="store_true", help="without rdflib and pySHACL")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FILE", "FOLDER"), help="one process")
    parser.add_argument("--commit", action="store_true", help="with --one: commit as well")
    chosen = parser.parse_args()
    if chosen.one:
        way, file, home = chosen.one
        one(way, Path(file), Path(home), commit=chosen.commit)
        return
    about = machine.described()
    folder = Path(os.environ.get("ISTC_HOME", ".istc")).resolve() / "bench" / "importing"
    folder.mkdir(parents=True, exist_ok=True)
    figures = measure(chosen, folder)
    # Folders by their names: where they are on this machine tells nobody anything.
    words = " ".join(Path(word).name for word in sys.argv[1:])
    found = text(figures, about, f"python -m benchmarks.importing {words}")
    print(found)
    if chosen.write:
        machine.write("importing", found)


if __name__ == "__main__":
    main()

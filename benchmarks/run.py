"""Measure, in one run on one machine: the build, and every question in three ways.

    bare     the query in pyoxigraph, in this process, in memory, answer as SPARQL JSON
    http     the same query sent to `istc serve`
    rdflib   the same query sent to rdflib-endpoint with the same exported graph

Times depend on the machine; read the ratios. `make bench`, or `python benchmarks/run.py --help`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph
from pyoxigraph import QueryResultsFormat, RdfFormat

from kg import catalogue

ROOT = Path(__file__).parents[1]
PEER = "rdflib-endpoint[web]==0.6.3"
GIVE_UP_SECONDS = 60.0


@dataclass(frozen=True)
class Build:
    """One build from nothing: seconds, and the most memory a process of it held, in MiB."""

    seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Timing:
    """Median milliseconds of one question; None where it was not answered."""

    question: str
    rows: int
    bare: float
    http: float | None
    rdflib: float | None


def istc(*arguments: str) -> list[str]:
    """A command line of ours."""
    return [sys.executable, "-m", "service.cli", *arguments]


def environment(home: Path) -> dict[str, str]:
    """The environment of our commands, with this home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ISTC_")}
    return kept | {"ISTC_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def measure_build(home: Path) -> Build:
    """Build from nothing in a process of its own."""
    began = time.perf_counter()
    process = subprocess.Popen(
        istc("build"), env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("istc build failed; run it by itself to see why")
    # Linux counts ru_maxrss in KiB.
    return Build(time.perf_counter() - began, usage.ru_maxrss / 1024)


def export(home: Path, out: Path) -> None:
    """Write the union of all graphs as N-Triples."""
    subprocess.run(istc("export", str(out)), env=environment(home), check=True, capture_output=True)


@contextmanager
def ours(home: Path) -> Iterator[str]:
    """`istc serve` on a free port; yields the address of its endpoint."""
    process = subprocess.Popen(
        istc("serve", "--port", "0"), env=environment(home), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.rstrip().endswith("/sparql"):
                yield line.split()[-1]
                break
        else:
            raise SystemExit("istc serve did not start")
    finally:
        process.terminate()
        process.communicate(timeout=30)


def peer_command(folder: Path) -> Path | None:
    """rdflib-endpoint in an environment of its own, or None when it cannot be installed."""
    script = folder / "bin" / "rdflib-endpoint"
    if not script.exists():
        print(f"installing {PEER} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        done = subprocess.run([folder / "bin" / "pip", "install", "-q", PEER], check=False)
        if done.returncode:
            print("rdflib-endpoint cannot be installed here: left out", file=sys.stderr)
            return None
    return script


@contextmanager
def theirs(script: Path, data: Path, port: int) -> Iterator[str]:
    """rdflib-endpoint with the exported graph; yields the address of its endpoint."""
    process = subprocess.Popen(
        [script, "serve", "--host", "127.0.0.1", "--port", str(port), str(data)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # It serves at the root.
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(1200):
            try:
                ask_http(address, "ASK {}")
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        # It does not end while a query runs.
        process.kill()
        process.wait()


def ask_http(address: str, query: str) -> bytes:
    """The whole answer to a query, as SPARQL JSON."""
    request = urllib.request.Request(
        address,
        data=urllib.parse.urlencode({"query": query}).encode(),
        headers={"Accept": "application/sparql-results+json"},
    )
    with urllib.request.urlopen(request, timeout=GIVE_UP_SECONDS) as answer:
        return bytes(answer.read())


def ask_bare(store: pyoxigraph.Store, query: str) -> bytes:
    """The whole answer to a query from the engine in this process."""
    found = store.query(query, use_default_graph_as_union=True)
    return found.serialize(format=QueryResultsFormat.JSON) or b""  # type: ignore[arg-type]


def median_ms(call: Callable[[], bytes], rounds: int) -> tuple[float | None, bytes]:
    """Median milliseconds of a call after one to warm up; None when it fails."""
    try:
        answer = call()
        taken = []
        for _ in range(rounds):
            began = time.perf_counter()
            answer = call()
            taken.append((time.perf_counter() - began) * 1000)
    except (OSError, urllib.error.HTTPError):
        return None, b""
    return statistics.median(taken), answer


def free_port() -> int:
    """A port nobody listens on now."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure_questions(
    home: Path, data: Path, peer: Path | None, rounds: int, only: list[str]
) -> list[Timing]:
    """Ask every question of the catalogue, or only some, with its defaults."""
    store = pyoxigraph.Store()
    store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
    timings = []
    with ours(home) as address:
        for question in catalogue.questions():
            if only and question.id not in only:
                continue
            bare, answer = median_ms(lambda q=question: ask_bare(store, q.text), rounds)  # type: ignore[misc]
            http, _ = median_ms(lambda q=question: ask_http(address, q.text), rounds)  # type: ignore[misc]
            rows = len(json.loads(answer)["results"]["bindings"])
            timings.append(Timing(question.id, rows, bare or 0.0, http, None))
    if peer is None:
        return timings
    with theirs(peer, data, free_port()) as address:
        for number, timing in enumerate(timings):
            text = catalogue.question(timing.question).text
            slow, _ = median_ms(lambda q=text: ask_http(address, q), max(1, rounds // 5))  # type: ignore[misc]
            timings[number] = Timing(**{**asdict(timing), "rdflib": slow})
    return timings


def show(build: Build, timings: list[Timing]) -> None:
    """Print what was measured."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"build from nothing: {build.seconds:.1f} s, at most {build.peak_mib:.0f} MiB\n")
    print(f"{'question':<34}{'rows':>6}{'bare ms':>10}{'http ms':>10}{'rdflib ms':>11}"
          f"{'http/bare':>11}{'rdflib/http':>13}")  # fmt: skip
    for t in sorted(timings, key=lambda t: -t.bare):
        print(f"{t.question:<34}{t.rows:>6}{t.bare:>10.2f}{_cell(t.http):>10}{_cell(t.rdflib):>11}"
              f"{_ratio(t.http, t.bare):>11}{_ratio(t.rdflib, t.http):>13}")  # fmt: skip
    over = [t.http - t.bare for t in timings if t.http is not None]
    times = [t.rdflib / t.http for t in timings if t.rdflib and t.http]
    if over:
        print(f"\nHTTP, fork and spool add {statistics.median(over):.1f} ms (median)")
    if times:
        print(f"rdflib-endpoint takes {statistics.median(times):.1f} times as long (median)")


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _ratio(value: float | None, by: float | None) -> str:
    return "–" if not value or not by else f"{value / by:.1f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="times each question is asked")
    parser.add_argument("--only", nargs="*", default=[], help="ids of the questions to ask")
    parser.add_argument("--no-peer", action="store_true", help="leave rdflib-endpoint out")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    chosen = parser.parse_args()
    kept = Path(os.environ.get("ISTC_HOME", ".istc")) / "bench"
    kept.mkdir(parents=True, exist_ok=True)
    peer = None if chosen.no_peer else peer_command(kept.resolve() / "rdflib-endpoint")
    work = Path(tempfile.mkdtemp(dir=kept))
    try:
        build = measure_build(work / "home")
        export(work / "home", work / "graph.nt")
        timings = measure_questions(
            work / "home", work / "graph.nt", peer, chosen.rounds, chosen.only
        )
    finally:
        shutil.rmtree(work)
    show(build, timings)
    if chosen.json:
        found = {"build": asdict(build), "questions": [asdict(t) for t in timings]}
        chosen.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

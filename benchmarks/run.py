"""Measure, in one run on one machine: the build, and every question in three ways.

    bare     the query in pyoxigraph, in this process, in memory, answer as SPARQL JSON
    http     the same query sent to `istc serve`
    rdflib   the same query sent to rdflib-endpoint with the same exported graph

Times depend on the machine; read the ratios. `make bench`, or `python -m benchmarks.run --help`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from benchmarks import machine
from benchmarks.clients import BareClient, Client, HttpClient
from benchmarks.targets import RDFLIB_ENDPOINT, Failed, free_port, installed, started
from kg import catalogue
from tests.serving import ROOT, ROWS, serving

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


def median_ms(client: Client, query: str, rounds: int) -> float | None:
    """Median milliseconds of a query after one call to warm up; None when it fails.

    Each call is a text of its own, so that no kept answer is measured.
    """
    texts = (f"{query}\n# {number}" for number in range(rounds))
    try:
        client.ask(query, ROWS)
        return statistics.median(client.ask(text, ROWS).seconds * 1000 for text in texts)
    except OSError:
        return None


def measure_questions(
    home: Path, data: Path, peer: Path | None, rounds: int, only: list[str]
) -> list[Timing]:
    """Ask every question of the catalogue, or only some, with its defaults."""
    store = Store()
    store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
    asked = {q.id: q.text for q in catalogue.questions() if not only or q.id in only}
    timings = []
    with serving(home) as service:
        over = HttpClient(f"{service.url}/sparql", GIVE_UP_SECONDS)
        for name, text in asked.items():
            bare = median_ms(BareClient(store), text, rounds)
            rows = len(list(store.query(text)))  # type: ignore[arg-type]
            timings.append(Timing(name, rows, bare or 0.0, median_ms(over, text, rounds), None))
    if peer is None:
        return timings
    # It serves at the root.
    address = f"http://127.0.0.1:{free_port()}/"
    port = address.rstrip("/").rpartition(":")[2]
    with started([str(peer), "serve", "--host", "127.0.0.1", "--port", port, str(data)], address):
        over, few = HttpClient(address, GIVE_UP_SECONDS), max(1, rounds // 5)
        return [replace(t, rdflib=median_ms(over, asked[t.question], few)) for t in timings]


def peer_command(folder: Path) -> Path | None:
    """rdflib-endpoint in an environment of its own, or None when it cannot be installed."""
    try:
        return installed(RDFLIB_ENDPOINT, folder, "rdflib-endpoint")
    except Failed as error:
        print(f"{error}: left out", file=sys.stderr)
        return None


def show(build: Build, timings: list[Timing]) -> None:
    """Print what was measured."""
    print(machine.described())
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
    peer = None if chosen.no_peer else peer_command(kept.resolve())
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

"""Eight clients fire runaway queries without pause, a ninth asks ordinary questions: how is it?

    python -m benchmarks.protection --write

The runaway queries come from the folder `bench` of ISTC_SHARED, the ordinary ones are questions of
the catalogue and small queries. The eight come from 127.0.0.2 to 127.0.0.9, the ninth from
127.0.0.1, so that the service tells them apart. `--write` puts the table into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import ast
import http.client
import itertools
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks import machine
from benchmarks.clients import HttpClient
from kg import catalogue
from tests.needs import shared
from tests.serving import ROOT, ROWS, Service, serving

ATTACKERS = [f"127.0.0.{last}" for last in range(2, 10)]
#: At most this many times the undisturbed p95 is what we promise.
PROMISE = 3.0
#: Seconds within which the CPU is free after the fire.
FREE_SECONDS = 2.0
#: The generated graph's property in the runaway path, and one of ours that does the same harm.
_THEIRS = "https://example.org/istc/def/affiliation"
_OURS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_EACH = 12
#: Seconds after which clients hang up, in turn.
_PATIENCE = (120.0, 3.0)
_SMALL = (
    "ASK { ?s a ?class }",
    "SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/istc-kg/ontology#Organization> }",
    "SELECT ?p ?o WHERE { <https://w3id.org/istc-kg/id/org/anso> ?p ?o }",
    "DESCRIBE <https://w3id.org/istc-kg/id/org/cas>",
    "SELECT ?s ?label WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } LIMIT 50",
)
_KINDS = {"questions": "questions of the catalogue", "queries": "new queries", "all": "all"}
_NUMBERS = itertools.count()


@dataclass
class Phase:
    """How the ninth client was served.

    Attributes:
        questions: Milliseconds of questions that are asked as pages of the catalogue are.
        queries: Milliseconds of queries whose text nobody asked before.
        failed: What went wrong, by how often.
    """

    questions: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def all(self) -> list[float]:
        """Both kinds."""
        return self.questions + self.queries


@dataclass
class Fire:
    """What was measured: without fire, under it, and after it."""

    before: Phase
    under: Phase
    memory: machine.Watched
    idle_mib: float
    left: float
    said: Counter[str]


def runaways() -> dict[str, str]:
    """The queries that never end, read from a script that would fire them when imported."""
    script = ast.parse((shared("bench") / "runaway.py").read_text("utf-8"))
    for node in script.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "H":
            found: dict[str, str] = eval(compile(ast.Expression(node.value), "runaway", "eval"))
            return {name: text.replace(_THEIRS, _OURS) for name, text in found.items()}
    raise SystemExit("bench/runaway.py has no queries H")


def fire(url: str, told: multiprocessing.SimpleQueue[tuple[str, str]]) -> None:
    """Send runaway queries from eight addresses until this process is killed.

    Every other client hangs up after a few seconds and sends the next one.
    """

    def work(source: str, patience: float) -> None:
        texts, choice = list(runaways().items()), random.Random(source)
        while True:
            name, text = choice.choice(texts)
            began = time.monotonic()
            try:
                HttpClient(url, patience, source).ask(f"{text}\n# {source} {time.time_ns()}", ROWS)
                outcome = "answered"
            except OSError as error:
                outcome = str(error)
            told.put((name, f"{outcome} after {time.monotonic() - began:.0f} s"))

    threads = [
        threading.Thread(target=work, args=[source, _PATIENCE[number % len(_PATIENCE)]])
        for number, source in enumerate(ATTACKERS)
    ]
    for thread in threads:
        thread.start()


@contextmanager
def _firing(url: str, said: Counter[str]) -> Iterator[BaseProcess]:
    """Fire in a process of its own, whose end closes all connections at once."""
    context = multiprocessing.get_context("spawn")
    told = context.SimpleQueue()
    process = context.Process(target=fire, args=(url, told), daemon=True)

    def hear() -> None:
        while True:
            said[told.get()[1]] += 1

    threading.Thread(target=hear, daemon=True).start()
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _ordinary(service: Service, seconds: float, slugs: list[str], phase: Phase) -> None:
    """Ask ordinary things, one after the other."""
    until = time.monotonic() + seconds
    connection = http.client.HTTPConnection(service.host, timeout=60)
    client = HttpClient(f"{service.url}/sparql", 60)
    texts = [*_SMALL, *(catalogue.question(slug).text for slug in slugs)]
    while time.monotonic() < until:
        number = next(_NUMBERS)
        began = time.perf_counter()
        try:
            if number % 2:
                connection.request("GET", f"/questions/{slugs[number // 2 % len(slugs)]}.json")
                reply = connection.getresponse()
                reply.read()
                if reply.status != 200:
                    raise OSError(f"status {reply.status}")
                phase.questions.append((time.perf_counter() - began) * 1000)
            else:
                text = texts[number // 2 % len(texts)]
                accept = "text/turtle" if text.startswith("DESCRIBE") else ROWS
                client.ask(f"{text}\n# {number}", accept)
                phase.queries.append((time.perf_counter() - began) * 1000)
        except (OSError, http.client.HTTPException) as error:
            phase.failed[str(error)[:60]] += 1
            connection.close()
        # A person, not a load.
        time.sleep(0.02)


def measure(home: Path, chosen: argparse.Namespace) -> Fire:
    """Serve, ask, fire, ask again, and look what is left."""
    slugs = [question.id for question in catalogue.questions()]
    slugs = slugs[:: max(1, len(slugs) // _EACH)][:_EACH]
    before, under, said = Phase(), Phase(), Counter[str]()
    with serving(home) as service:
        process = service.process.pid
        _ordinary(service, chosen.seconds / 4, slugs, Phase())
        _ordinary(service, chosen.seconds, slugs, before)
        idle = machine.memory_mib(process)
        with machine.watched(process, 1.0) as memory:
            with _firing(f"{service.url}/sparql", said):
                time.sleep(3)
                _ordinary(service, chosen.fire, slugs, under)
            time.sleep(FREE_SECONDS)
            began, used = time.monotonic(), machine.cpu_seconds(process)
            time.sleep(2)
            left = (machine.cpu_seconds(process) - used) / (time.monotonic() - began)
    return Fire(before, under, memory, idle, left, said)


def text(found: Fire, about: str, command: str) -> str:
    """The section of the page."""
    rows = []
    for name in _KINDS:
        quiet, busy = getattr(found.before, name), getattr(found.under, name)
        if not quiet or not busy:
            rows.append([name, *["–"] * 5])
            continue
        p95 = machine.percentile(quiet, 0.95), machine.percentile(busy, 0.95)
        rows.append(
            [
                {"questions": "questions of the catalogue", "queries": "new queries"}.get(
                    name, name
                ),
                f"{statistics.median(quiet):.1f} / {p95[0]:.1f} ({len(quiet)})",
                f"{statistics.median(busy):.1f} / {p95[1]:.1f} ({len(busy)})",
                f"{statistics.median(busy) / statistics.median(quiet):.1f}",
                f"{p95[1] / p95[0]:.1f}",
                f"{max(busy):.0f}",
            ]
        )
    head = ["", "undisturbed: p50 / p95, ms (asked)", "under fire", "× p50", "× p95", "longest, ms"]
    times = machine.percentile(found.under.all, 0.95) / machine.percentile(found.before.all, 0.95)
    kept = "kept" if times <= PROMISE else "missed"
    over = _over_time(found.memory)
    failed = dict(found.under.failed + found.before.failed)
    said = ", ".join(f"{what}: {number}" for what, number in found.said.most_common(8))
    lines = [
        f"- p95 under fire is {times:.1f} times the undisturbed one (promised: at most "
        f"{PROMISE:g}): {kept}.",
        f"- Memory of all processes: {found.idle_mib:,.0f} MiB before, at most "
        f"{found.memory.most:,.0f} MiB under fire (shared pages once). Over time: {over}.",
        f"- CPU of all processes from {FREE_SECONDS:g} s after the fire: "
        f"{found.left * 100:.0f} % of one core.",
        f"- Ordinary requests that failed: {failed or 'none'}.",
        f"- What the eight were told: {said or 'nothing yet'}.",
    ]
    return "\n\n".join(
        [
            "## Ordinary questions while eight clients fire runaway queries",
            f"{about}. `{command}`",
            machine.table(head, rows),
            "\n".join(lines),
        ]
    )


def _over_time(memory: machine.Watched) -> str:
    """Some of what was seen, evenly spread."""
    step = max(1, len(memory.mib) // 10)
    pairs = list(zip(memory.seconds, memory.mib, strict=True))[::step]
    return ", ".join(f"{mib:,.0f} ({seconds:.0f} s)" for seconds, mib in pairs)


def main() -> None:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="without fire")
    parser.add_argument("--fire", type=float, default=60.0, help="seconds under fire")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    chosen = parser.parse_args()
    about = machine.described()
    home = Path(os.environ.get("ISTC_HOME", ".istc")).resolve() / "bench" / "home"
    home.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "service.cli", "build", "--quiet"],
        env=os.environ | {"ISTC_HOME": str(home), "PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    found = measure(home, chosen)
    told = text(found, about, " ".join(["python -m benchmarks.protection", *sys.argv[1:]]))
    print(told)
    if chosen.write:
        machine.write("protection", told)


if __name__ == "__main__":
    main()

"""Measure the SPARQL service beside the bare engine and its peers, on the same data in one run.

    python -m benchmarks.endpoint --sizes 100000 1000000 5000000 --write

The data and the mix of twelve queries come from the folder `bench` of ISTC_SHARED. All targets of a
size run at the same time; each query is sent to one after the other, so that a busy moment of the
machine meets all of them. `--write` puts the tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from benchmarks import endpoint_page, machine
from benchmarks.clients import Client
from benchmarks.targets import CSV, N_TRIPLES, TARGETS, Data, Target, generator, prepared
from tests.serving import ROWS

#: Too heavy for throughput: they would measure themselves (as in bench/bench_store.py).
HEAVY = frozenset(("q04_aggregate", "q12_export"))
EXPORTS = {
    "csv": ("SELECT ?s ?p ?o WHERE { ?s ?p ?o }", CSV),
    "nt": ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", N_TRIPLES),
}
#: Above this size a target is not tried: it would not be loaded within minutes.
MOST = {"rdflib": 1_000_000}
CLIENTS = 8
_NUMBERS = itertools.count()


@dataclass
class Under:
    """Many clients at once: answers a second, milliseconds of an answer, answers that failed."""

    each_second: float
    p50: float
    p95: float
    failed: int


@dataclass
class Export:
    """A large answer: seconds to its first byte and to its end, bytes, MiB held at most."""

    first: float
    seconds: float
    size: int
    mib: float


@dataclass
class Measured:
    """What was measured of one target on one size.

    Attributes:
        name: Of the target.
        loaded: Seconds until it answered, with its data.
        first: Milliseconds of the first call of each query, after the start.
        distinct: The same of texts that nobody asked before.
        repeated: The same of texts that were asked before.
        unchanged: The same, asked with If-None-Match; for those who know it.
        served: Milliseconds to the end of an answer as our own log tells them, the median of each
            query, by `repeated` and `unchanged`.
        under: Eight clients, by `distinct` and `repeated`.
        exports: All triples, by format.
        mib: Memory at most, with eight clients; each shared page once.
        failures: What failed, by query or phase.
    """

    name: str
    loaded: float
    first: dict[str, list[float]] = field(default_factory=dict)
    distinct: dict[str, list[float]] = field(default_factory=dict)
    repeated: dict[str, list[float]] = field(default_factory=dict)
    unchanged: dict[str, list[float]] = field(default_factory=dict)
    served: dict[str, dict[str, float]] = field(default_factory=dict)
    under: dict[str, Under] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    mib: float = 0.0
    failures: dict[str, str] = field(default_factory=dict)


@dataclass
class Size:
    """All that was measured on one size, and what could not be started."""

    quads: int
    measured: list[Measured] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mix:
    """The queries of one size: name → variants."""

    variants: dict[str, list[str]]
    graphs: frozenset[str]

    def accept(self, name: str) -> str:
        """The media type that a query is asked in."""
        return N_TRIPLES if name in self.graphs else ROWS

    def fresh(self, name: str, number: int) -> str:
        """A variant of a query as a text that nobody has asked before."""
        texts = self.variants[name]
        return f"{texts[number % len(texts)]}\n# {next(_NUMBERS)}"


def mix(size: int) -> Mix:
    """The mix for a size."""
    queries = generator("queries")
    return Mix(queries.make(size, k=20), frozenset(queries.GRAPH_RESULT))


# --- one client -----------------------------------------------------------------------------------


@dataclass
class _One:
    """A target with one client, and what was measured of it."""

    target: Target
    client: Client
    told: Measured
    deadline: dict[str, float] = field(default_factory=dict)


def _note(
    into: dict[str, list[float]], one: _One, name: str, text: str, accept: str, etag: str = ""
) -> str:
    """Ask once, and note milliseconds or failure; the entity tag of the answer."""
    if name in one.told.failures:
        return ""
    try:
        answer = one.client.ask(text, accept, etag)
    except (OSError, ValueError, RuntimeError) as error:
        one.told.failures[name] = str(error)[:80]
        into.pop(name, None)
        return ""
    into.setdefault(name, []).append(answer.seconds * 1000)
    return answer.etag


def _latencies(ones: list[_One], queries: Mix, rounds: int, seconds: float) -> None:
    """First calls, then distinct texts, then repeated ones: round by round, target by target."""
    for name in queries.variants:
        for one in ones:
            _note(one.told.first, one, name, queries.fresh(name, 0), queries.accept(name))
    used: dict[tuple[str, str], float] = {}
    for number, name in itertools.product(range(1, rounds + 1), queries.variants):
        for one in ones:
            key = (one.told.name, name)
            if number > 3 and used.get(key, 0) > seconds:
                continue
            began = time.monotonic()
            text = queries.fresh(name, number)
            _note(one.told.distinct, one, name, text, queries.accept(name))
            used[key] = used.get(key, 0) + time.monotonic() - began
    for name in queries.variants:
        text, accept = queries.variants[name][0], queries.accept(name)
        for one in ones:
            _repeated(one, name, text, accept, rounds, seconds)


def _repeated(one: _One, name: str, text: str, accept: str, rounds: int, seconds: float) -> None:
    etag = _note({}, one, name, text, accept)
    with _served(one, "repeated", name):
        _times(lambda: _note(one.told.repeated, one, name, text, accept), rounds, seconds)
    if etag and one.target.service is not None:
        with _served(one, "unchanged", name):
            _times(
                lambda: _note(one.told.unchanged, one, name, text, accept, etag), rounds, seconds
            )


def _times(call: Callable[[], object], rounds: int, seconds: float) -> None:
    began = time.monotonic()
    for number in range(rounds):
        if number >= 3 and time.monotonic() - began > seconds:
            break
        call()


class _served:  # noqa: N801 - used as a function
    """Notes the median of the server's own milliseconds, from the log of our service."""

    def __init__(self, one: _One, phase: str, name: str) -> None:
        self._one, self._phase, self._name = one, phase, name

    def __enter__(self) -> None:
        service = self._one.target.service
        self._before = len(service.said) if service else 0

    def __exit__(self, *_: object) -> None:
        service = self._one.target.service
        if service is None:
            return
        # The line of a request is written after its answer.
        time.sleep(0.05)
        found = [re.search(r"seconds=([\d.]+)", line) for line in service.said[self._before :]]
        taken = [float(m[1]) * 1000 for m in found if m]
        if taken:
            served = self._one.told.served.setdefault(self._phase, {})
            served[self._name] = statistics.median(taken)


# --- eight clients --------------------------------------------------------------------------------


def _under(target: Target, ask: Callable[[Client, random.Random], float], seconds: float) -> Under:
    """Let clients ask without pause for some seconds."""
    taken: list[float] = []
    failed = [0]
    until = time.monotonic() + seconds

    def work(seed: int) -> None:
        client, choice = target.client(), random.Random(seed)
        while time.monotonic() < until:
            try:
                taken.append(ask(client, choice) * 1000)
            except (OSError, ValueError, RuntimeError):
                failed[0] += 1
                time.sleep(0.05)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(CLIENTS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    each = len(taken) / (time.monotonic() - began)
    if not taken:
        return Under(0.0, 0.0, 0.0, failed[0])
    return Under(each, statistics.median(taken), machine.percentile(taken, 0.95), failed[0])


def _throughput(ones: list[_One], queries: Mix, seconds: float) -> None:
    for one in ones:
        names = [n for n in queries.variants if n not in HEAVY and n not in one.told.failures]
        if not names:
            continue

        def distinct(client: Client, choice: random.Random, names: list[str] = names) -> float:
            name = choice.choice(names)
            text = queries.fresh(name, choice.randrange(1000))
            return client.ask(text, queries.accept(name)).seconds

        def repeated(client: Client, choice: random.Random, names: list[str] = names) -> float:
            name = choice.choice(names)
            text = choice.choice(queries.variants[name])
            return client.ask(text, queries.accept(name)).seconds

        with machine.watched(one.target.process) as seen:
            # Each once before: workers have taken the pages that they need, then kept answers.
            _under(one.target, distinct, seconds)
            one.told.under["distinct"] = _under(one.target, distinct, seconds)
            _under(one.target, repeated, seconds / 2)
            one.told.under["repeated"] = _under(one.target, repeated, seconds)
        one.told.mib = max(one.told.mib, seen.most)


def _exports(ones: list[_One]) -> None:
    for one, (name, (query, accept)) in itertools.product(ones, EXPORTS.items()):
        text = f"{query}\n# {next(_NUMBERS)}"
        with machine.watched(one.target.process) as seen:
            try:
                answer = one.client.ask(text, accept)
            except (OSError, ValueError, RuntimeError) as error:
                one.told.failures[f"export {name}"] = str(error)[:80]
                continue
        one.told.exports[name] = Export(answer.first, answer.seconds, answer.size, seen.most)


# --- a run ----------------------------------------------------------------------------------------


def measure(data: Data, chosen: argparse.Namespace) -> Size:
    """Measure all targets on one size."""
    size, queries = Size(sum(1 for _ in data.quads.open("rb"))), mix(data.size)
    with ExitStack() as held:
        ones = list(_started(held, data, chosen, size))
        _say(f"{size.quads} quads: one client")
        _latencies(ones, queries, chosen.rounds, chosen.seconds)
        _say("eight clients")
        _throughput(ones, queries, chosen.seconds * 2)
        _say("exports")
        _exports(ones)
    size.measured = [one.told for one in ones]
    return size


def _started(held: ExitStack, data: Data, chosen: argparse.Namespace, size: Size) -> Iterator[_One]:
    names = ["bare", "ours", *([] if chosen.no_peer else chosen.peers)]
    for name in names:
        if data.size > MOST.get(name, data.size):
            size.missing[name] = f"not tried above {MOST[name]:,} quads"
            continue
        _say(f"starting {name}")
        try:
            target = held.enter_context(TARGETS[name](data, chosen.timeout))
        except (Exception, pytest.skip.Exception) as error:
            if name in ("bare", "ours"):
                raise
            size.missing[name] = f"{type(error).__name__}: {error}"[:160]
            _say(f"{name} cannot be started: {size.missing[name]}")
            continue
        yield _One(target, target.client(), Measured(target.name, target.loaded))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="*", type=int, default=[100_000], help="quads to aim at")
    parser.add_argument("--rounds", type=int, default=20, help="calls of each query at most")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each query and target")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for one answer")
    parser.add_argument("--no-peer", action="store_true", help="only the bare engine and ours")
    peers = [name for name in TARGETS if name not in ("bare", "ours")]
    parser.add_argument("--peers", nargs="*", choices=peers, default=peers, help="which peers")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    chosen = parser.parse_args()
    about, folder = machine.described(), Path(os.environ.get("ISTC_HOME", ".istc")) / "bench"
    sizes = [measure(prepared(size, folder.resolve()), chosen) for size in chosen.sizes]
    text = endpoint_page.text(
        sizes, about, f"python -m benchmarks.endpoint {' '.join(sys.argv[1:])}"
    )
    print(text)
    if chosen.json:
        figures = json.dumps([asdict(size) for size in sizes], indent=1)
        chosen.json.write_text(figures + "\n", encoding="utf-8")
    if chosen.write:
        machine.write("endpoint", text)


if __name__ == "__main__":
    main()

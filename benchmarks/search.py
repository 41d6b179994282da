"""Measure search on generated things: making the index, suggestions while one types, the page.

    python -m benchmarks.search [--things 100000 1000000] [--write]

Times are those that the service itself takes, as its log says. Each text is typed once, so that no
kept answer is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import RdfFormat, Store

from benchmarks import machine
from benchmarks.search_names import write as generate
from kg.searching import keeping
from kg.store import versions
from tests.serving import Service, serving

CLIENTS = 8
#: What may take how long at the 95th percentile, in milliseconds, on a hundred thousand things.
TARGETS = {"/suggest": 50, "/search": 100}
_SECONDS = re.compile(r"status=200 seconds=([\d.]+)")
_TEXTS = 40


@dataclass(frozen=True)
class Sort:
    """A way of typing: its name, and the texts."""

    name: str
    texts: tuple[str, ...]


def home(things: int, folder: Path) -> Path:
    """A home with one version of so many things; made once.

    Args:
        things: How many.
        folder: Where it is kept.

    Returns:
        The home.
    """
    made = folder / f"search-{things}"
    if versions.current(made) is None:
        file = generate(things, folder / f"search-{things}.nq")
        (made / "truth").mkdir(parents=True, exist_ok=True)
        store = Store(str(made / "truth"))
        store.bulk_load(path=str(file), format=RdfFormat.N_QUADS)
        store.flush()
        versions.publish(store, made, 1, f"{things:064x}", quads=len(store))
    return made


def make(place: Path) -> tuple[float, float, float]:
    """Make the index anew.

    Args:
        place: The home.

    Returns:
        Seconds, the most memory in MiB, and the size of the file in MiB.
    """
    version = versions.current(place)
    assert version is not None
    file = keeping.FILES.path(place, version.digest)
    file.unlink(missing_ok=True)
    began = time.perf_counter()
    keeping.ensure(place, version)
    seconds = time.perf_counter() - began
    # Linux counts ru_maxrss in KiB; of the largest of our children, of which this is the first.
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return seconds, memory, file.stat().st_size / 2**20


def sorts(place: Path) -> Iterator[Sort]:
    """What is typed: pieces of names that are there, some of them misspelt."""
    version = versions.current(place)
    assert version is not None
    pick = random.Random(3)
    pairs: list[tuple[str, str]] = []
    with (place.parent / f"{place.name}.nq").open(encoding="utf-8") as lines:
        for line in lines:
            found = re.search(r'label> "([^"]+)"@(zh|en)', line)
            if found is not None and pick.random() < 0.002:
                pairs.append((found[2], found[1]))
            if len(pairs) > 20 * _TEXTS:
                break
    zh = [name for language, name in pairs if language == "zh"]
    en = [name for language, name in pairs if language == "en" and len(name) > 12]
    yield Sort("one letter or character", _some([n[0] for n in zh] + [n[0] for n in en]))
    yield Sort("two characters", _some([n[-3:-1] for n in zh] + [n[:2] for n in zh]))
    yield Sort("longer Chinese names", _some([n[: 3 + at % 4] for at, n in enumerate(zh)]))
    yield Sort("beginnings of English names", _some([n[: 3 + at % 9] for at, n in enumerate(en)]))
    yield Sort("words inside", _some([" ".join(n.split()[1:3]) + n.split()[0][:at % 4]
                                      for at, n in enumerate(en)]))  # fmt: skip
    yield Sort("misspelt", _some([n[:5] + n[6:] for n in en] + [n[:2] + "错" + n[3:] for n in zh]))
    yield Sort("identifiers", _some([f"0{at * 37:08x}" for at in range(_TEXTS)]))


def _some(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))[:_TEXTS]


def served(
    service: Service, addresses: Sequence[str], accept: str, clients: int = 1
) -> list[float]:
    """What the service takes for each of some addresses.

    Args:
        service: The service, whom nobody else asks.
        addresses: What is asked for, in this order.
        accept: The media type that is wanted.
        clients: How many ask at the same time.

    Returns:
        Milliseconds, from its log.
    """
    before = len(service.said)
    with ThreadPoolExecutor(clients) as pool:
        replies = list(pool.map(lambda address: service.get(address, accept), addresses))
    wrong = [
        (at, reply.text)
        for at, reply in zip(addresses, replies, strict=True)
        if reply.status != 200
    ]
    assert not wrong, wrong[0]
    until = time.monotonic() + 10
    found: list[float] = []
    while len(found) < len(addresses) and time.monotonic() < until:
        time.sleep(0.05)
        lines = [_SECONDS.search(line) for line in service.said[before:]]
        found = [1000 * float(m[1]) for m in lines if m is not None]
    return found


def timed(service: Service, path: str, texts: Iterable[str], clients: int = 1) -> list[float]:
    """What the service takes for each text that is typed into `/suggest` or `/search`."""
    asked = [f"{path}?q={quote(text)}&limit=8" for text in texts]
    accept = "text/html" if path == "/search" else "application/json"
    return served(service, asked, accept, clients)


def ready(service: Service) -> None:
    """Wait until a service that has just been started can search."""
    while service.get("/suggest?q=x").status != 200:
        time.sleep(0.2)


def measure(things: int, folder: Path) -> tuple[list[list[str]], bool]:
    """Measure one size.

    Args:
        things: How many things.
        folder: Where data are kept.

    Returns:
        Rows of the table, and whether the targets are met.
    """
    place = home(things, folder)
    seconds, memory, size = make(place)
    rows = [[f"{things:,}", "making the index", f"{seconds:.0f} s", f"{memory:.0f} MiB",
             f"{size:.0f} MiB"]]  # fmt: skip
    every: dict[str, list[float]] = {"/suggest": [], "/search": []}
    with serving(place, memory_quads="1") as service:
        ready(service)
        typed = list(sorts(place))
        for path, found in every.items():
            for sort in typed:
                some = timed(service, path, sort.texts)
                found += some
                if path == "/suggest":
                    rows.append(_row(things, f"suggestions: {sort.name}", some))
            rows.append(_row(things, f"{path}, all of these", found))
        # Others than those whose answers are kept.
        texts = [text + text[0] for sort in typed for text in sort.texts if len(text) > 2]
        shared = timed(service, "/suggest", texts, CLIENTS)
        rows.append(_row(things, f"/suggest, {CLIENTS} clients at once", shared))
    met = all(machine.percentile(found, 0.95) < TARGETS[path] for path, found in every.items())
    return rows, met


def _row(things: int, what: str, found: list[float]) -> list[str]:
    half, most = (machine.percentile(found, share) for share in (0.5, 0.95))
    return [f"{things:,}", what, f"{half:.1f} ms", f"{most:.1f} ms", str(len(found))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--things", type=int, nargs="+", default=[100_000])
    parser.add_argument("--write", action="store_true", help="write into docs/benchmarks.md")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    chosen = parser.parse_args()
    folder = Path(os.environ.get("ISTC_HOME", ".istc")) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[list[str]] = []
    met = True
    for things in chosen.things:
        some, good = measure(things, folder.resolve())
        rows += some
        met = met and (good or things > 100_000)
    head = ["things", "what", "p50, or time", "p95, or memory", "texts, or size"]
    text = machine.table(head, rows)
    print(machine.described(), text, sep="\n\n")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    if chosen.write:
        machine.write("search", f"## Search\n\n{machine.described()}\n\n{text}")
    if not met:
        sys.exit("a target was missed: " + ", ".join(f"{p} {ms} ms" for p, ms in TARGETS.items()))


if __name__ == "__main__":
    main()

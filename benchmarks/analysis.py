"""Measure analyses on generated links of co-authorship: the projection, and positions in the net.

    python -m benchmarks.analysis [--links 100000 1000000] [--write]

A link is a figure of works that two organizations signed together, with its record: eight triples.
Organizations are a tenth as many as links, and how many partners one has is as uneven as in real
networks (preferential choice). Each step runs in a process of its own, so that its memory is known.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from benchmarks import machine
from kg.analysis import projecting
from kg.analysis.networks import LARGE, PIVOTS, Network
from kg.namespaces import GRAPH, ID, ISTC, RDF_TYPE, XSD
from kg.store import versions

#: Organizations for a hundred links.
_PER_HUNDRED = 10
_YEARS = tuple(range(2013, 2024))
_STEPS = ("projection", "reading", "building the network", "positions")


# --- data -----------------------------------------------------------------------------------------


def _pairs(links: int, seed: int = 11) -> Iterator[tuple[int, int]]:
    """Ends of links: one by chance, the other one that already has links."""
    chosen = random.Random(seed)
    count = max(4, links * _PER_HUNDRED // 100)
    ends = [0, 1]
    for number in range(links):
        one = number if number < count else chosen.randrange(count)
        other = ends[chosen.randrange(len(ends))]
        if one == other:
            other = (one + 1) % count
        ends += (one, other)
        yield one, other


def _lines(links: int) -> Iterator[str]:
    graph = f"<{GRAPH}source/bench>"

    def istc(name: str) -> str:
        return f"<{ISTC}{name}>"

    def thing(path: str) -> str:
        return f"<{ID}{path}>"

    document = thing("doc/bench")
    for year in _YEARS:
        period = thing(f"period/{year}")
        yield f'{period} {istc("edtf")} "{year}" {graph} .\n'
        for name, day in (("earliestBegin", f"{year}-01-01"), ("latestEnd", f"{year}-12-31")):
            yield f'{period} {istc(name)} "{day}"^^<{XSD}date> {graph} .\n'
    for number, (one, other) in enumerate(_pairs(links)):
        fact, place = thing(f"fact/bench-{number}"), thing(f"location/bench/{number // 50}")
        said = {
            str(RDF_TYPE): istc("QuantitativeFact"),
            istc("about"): thing(f"org/bench-{one}"),
            istc("counterpart"): thing(f"org/bench-{other}"),
            istc("indicator"): thing("indicator/co-authored-works"),
            istc("value"): f'"{number % 90 + 1}"^^<{XSD}decimal>',
            istc("unit"): thing("unit/work"),
            istc("period"): thing(f"period/{_YEARS[number % len(_YEARS)]}"),
            istc("statedIn"): place,
        }
        for name, value in said.items():
            yield f"{fact} {name} {value} {graph} .\n"
        if number % 50 == 0:
            yield f"{place} {istc('inDocument')} {document} {graph} .\n"


def home(links: int, folder: Path) -> Path:
    """A home with one version of so many links; made once.

    Args:
        links: How many.
        folder: Where it is kept.
    """
    made = folder / f"analysis-{links}"
    if versions.current(made) is None:
        made.mkdir(parents=True, exist_ok=True)
        file = folder / f"analysis-{links}.nq"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(_lines(links))
        store = Store(str(made / "truth"))
        store.bulk_load(path=str(file), format=RdfFormat.N_QUADS)
        store.flush()
        versions.publish(store, made, 1, f"{links:064x}", quads=len(store))
        file.unlink()
    return made


# --- one step in a process of its own -------------------------------------------------------------


def _step(name: str, made: Path) -> dict[str, float]:
    """Do one step; what it took."""
    import polars as pl

    now = versions.current(made)
    assert now is not None
    wanted = projecting.projection("pairs")
    began = time.process_time()
    told: dict[str, float] = {}
    if name == "projection":
        projecting.path(made, now, wanted).unlink(missing_ok=True)
        began = time.process_time()
        file = projecting.parquet(made, now, wanted)
        told["size"] = file.stat().st_size / (1 << 20)
        told["seconds"] = time.process_time() - began
    else:
        table = pl.read_parquet(projecting.parquet(made, now, wanted))
        ties = table.group_by("one", "other").agg(pl.col("value").sum()).rows()
        told["seconds"] = time.process_time() - began
        if name != "reading":
            began = time.process_time()
            network = Network(ties)
            told["seconds"] = time.process_time() - began
            told |= {"nodes": len(network.names), "ties": network.ties}
            if name == "positions":
                began = time.process_time()
                network.positions()
                told["seconds"] = time.process_time() - began
    told["memory"] = _most() / 1024
    return told


def _most() -> int:
    """The most memory that this process held, in KiB; unlike ru_maxrss it forgets its parent."""
    text = Path("/proc/self/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0


def _measured(name: str, made: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.analysis", "--step", name, "--home", str(made)],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- the page -------------------------------------------------------------------------------------


def _report(sizes: list[int], found: dict[int, dict[str, dict[str, float]]]) -> str:
    head = ["", *(f"{size:,} links" for size in sizes)]
    if len(sizes) > 1:
        head.append(f"{sizes[-1] / sizes[0]:g} times the links take")
    net = [found[size]["positions"] for size in sizes]
    rows = [["nodes / ties", *(f"{one['nodes']:,.0f} / {one['ties']:,.0f}" for one in net)]]
    for name in _STEPS:
        cells = [
            f"{found[s][name]['seconds']:.1f} s, {found[s][name]['memory']:,.0f} MiB" for s in sizes
        ]
        if len(sizes) > 1:
            times = found[sizes[-1]][name]["seconds"] / found[sizes[0]][name]["seconds"]
            cells.append(f"{times:.1f} times the time")
        rows.append([name, *cells])
    rows.append(["Parquet", *(f"{found[s]['projection']['size']:.1f} MiB" for s in sizes)])
    width = len(head)
    lines = [
        "## Analyses: a projection, and positions in a network",
        "",
        machine.described(),
        "",
        "A link is a figure of two organizations with its record (8 triples). Seconds are those of "
        "the processor, on all cores; memory is the most that the process of the step held. "
        "Positions are degree, strength, betweenness, eigenvector, k-core and Leiden communities. "
        f"With more than {LARGE:,} nodes betweenness is estimated from the paths that begin at "
        f"{PIVOTS:,} of them: exact, it grows with nodes times ties; so it grows with the ties.",
        "",
        machine.table(head, [row + [""] * (width - len(row)) for row in rows]),
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--links", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--write", action="store_true", help="Put the table into the page.")
    parser.add_argument("--step", choices=_STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(_step(given.step, given.home)))
        return
    folder = Path(os.environ.get("ISTC_HOME", ".istc")) / "bench"
    sizes = sorted(given.links)
    found: dict[int, dict[str, dict[str, float]]] = {}
    for size in sizes:
        made = home(size, folder)
        found[size] = {}
        for name in _STEPS:
            found[size][name] = told = _measured(name, made)
            print(f"{size:>9} {name:<22}", {k: round(v, 1) for k, v in told.items()}, flush=True)
    text = _report(sizes, found)
    print(text)
    if given.write:
        machine.write("analysis", text)


if __name__ == "__main__":
    main()

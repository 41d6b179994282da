"""How often matching is right: `python -m benchmarks.matching [--tune] [--write]`.

Real links are hidden, and told from the rest: co-authorship of countries in the last year, grants
of the last year, and a fifth of the works and EU projects. What is measured is the code that the
tool runs. Weights are chosen on a development split (`--tune` shows them) and never on what is
reported. Countries and concepts are those of the graph in ISTC_HOME (`istc build`).
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import math
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from pyoxigraph import Store

from benchmarks.matching_data import Rows
from kg.analysis import cooperation, countries, frameworks, partners
from kg.analysis.computing import matching
from kg.analysis.partners import Ground
from kg.analysis.rows import Data
from kg.store import versions
from tests.needs import SHARED

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "matching.md"
TOP = 10
#: Weights that are tried for each component: none is left out, so that each can be explained.
_GRID = (0.25, 0.5, 1.0, 2.0, 4.0)
_ROUNDS = 3


@dataclass(frozen=True)
class Case:
    """One that seeks.

    Attributes:
        names: The candidates, sorted.
        true: Whether each became a partner.
        parts: Component or baseline → value of each candidate.
    """

    names: list[str]
    true: np.ndarray
    parts: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Task:
    """A kind of hidden link.

    Attributes:
        name: What is hidden.
        level: Which weights count.
        baselines: Label → component or baseline.
        dev: The cases that weights are chosen on.
        test: The cases that are reported.
    """

    name: str
    level: str
    baselines: Mapping[str, str]
    dev: list[Case]
    test: list[Case]


def _case(names: list[str], truth: set[str], parts: Mapping[str, Mapping[str, float]]) -> Case:
    return Case(
        names,
        np.array([name in truth for name in names]),
        {part: np.array([some.get(n, 0.0) for n in names]) for part, some in parts.items()},
    )


def figures(cases: Sequence[Case], weight: Mapping[str, float]) -> tuple[float, float]:
    """Precision and recall at ten, the mean over all that seek. Equal scores stand by name."""
    found = []
    for case in cases:
        score = sum(w * case.parts[part] for part, w in weight.items())
        best = case.true[np.argsort(-np.asarray(score), kind="stable")[:TOP]]
        found.append((best.sum() / TOP, best.sum() / case.true.sum()))
    precision, recall = np.mean(np.array(found), axis=0)
    return float(precision), float(recall)


def ceiling(cases: Sequence[Case]) -> tuple[float, float]:
    """What nobody can exceed: all ten right, or all that there are."""
    most = [min(TOP, case.true.sum()) for case in cases]
    shares = [m / case.true.sum() for m, case in zip(most, cases, strict=True)]
    return float(np.mean(most)) / TOP, float(np.mean(shares))


def chance(cases: Sequence[Case]) -> tuple[float, float]:
    """What is to be expected of candidates in any order."""
    shares = [case.true.mean() for case in cases]
    return float(np.mean(shares)), float(np.mean([min(1, TOP / len(c.names)) for c in cases]))


# --- countries -----------------------------------------------------------------------------------


def by_country(
    data: Data, year: int, wanted: Callable[[float, float, float], bool], *, new: bool
) -> Iterator[Case]:
    """Each country in a year that is hidden.

    Args:
        data: The graph.
        year: The year.
        wanted: Whether a pair is to be found, from its works in the year and the two before.
        new: Whether candidates have no works in the two years before; else they have some.
    """
    table = matching.coauthorships(data)
    known = countries.Coauthorship(table, year - 1)
    after = countries.Coauthorship(table, year)
    cover = frameworks.cover(frameworks.in_force(data, year - 1))
    degree = {one: len(some) for one, some in known.network.items()}
    for country in known.countries:
        names, truth = [], set()
        for other in known.countries:
            now, one, two = (after.works(country, other, y) for y in (year, year - 1, year - 2))
            if other == country or (one + two == 0) != new:
                continue
            names.append(other)
            if wanted(now, one, two):
                truth.add(other)
        if truth and country in known.network:
            parts = known.components(country, cover)
            parts["adamic-adar"] = _adamic_adar(known.network, country, degree)
            parts["common"] = partners.in_common(known.network, [country])
            yield _case(names, truth, parts)


def _adamic_adar(
    network: partners.Adjacency, seeker: str, degree: Mapping[str, int]
) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for between in network.get(seeker, {}):
        for other in network[between]:
            if other != seeker and degree[between] > 1:
                found[other] += 1 / math.log(degree[between])
    return found


# --- organizations -------------------------------------------------------------------------------


def by_agent(data: Data, told: Sequence[str], hidden: Sequence[str], year: int) -> Iterator[Case]:
    """Each agent with a new tie abroad in what is hidden, of those that are known without it.

    Args:
        data: The graph.
        told: Things that are known.
        hidden: Things in which ties are to be found.
        year: The year for what is in force.
    """
    found = cooperation.involvements(data)
    every = found.select("thing").unique()
    keep = pl.DataFrame({"thing": list(told)}, schema={"thing": pl.String})
    ground = matching.ground(data, year, hidden=every.join(keep, on="thing", how="anti"))
    later = cooperation.pairs(found.filter(pl.col("thing").is_in(list(hidden))))
    truth: dict[str, set[str]] = defaultdict(set)
    for one, other in later.select("one", "other").rows():
        truth[one].add(other)
    degree = {one: len(some) for one, some in ground.network.items()}
    for seeker in sorted(truth.keys() & ground.network.keys()):
        home = ground.homes.get(seeker)
        names = sorted(
            agent
            for agent in ground.things
            if agent != seeker
            and agent not in ground.network[seeker]
            and ground.homes.get(agent) not in (None, home)
        )
        if home is not None and truth[seeker] & set(names):
            yield _case(names, truth[seeker], _parts(ground, seeker, names, degree))


def _parts(
    ground: Ground, seeker: str, names: list[str], degree: Mapping[str, int]
) -> dict[str, Mapping[str, float]]:
    parts: dict[str, Mapping[str, float]] = dict(ground.components([seeker], names))
    parts["adamic-adar"] = _adamic_adar(ground.network, seeker, degree)
    parts["common"] = partners.in_common(ground.network, [seeker])
    return parts


def _fifth(thing: str) -> int:
    """0 to 4, always the same for the same thing."""
    return hashlib.sha256(thing.encode()).digest()[0] % 5


def tasks(data: Data) -> Iterator[Task]:
    """The kinds of hidden links."""
    common = {"popularity": "standing", "common neighbours": "common", "Adamic-Adar": "adamic-adar"}

    def fresh(now: float, one: float, two: float) -> bool:
        return now > 0

    def grown(now: float, one: float, two: float) -> bool:
        return now >= 10 and now >= 1.5 * (one + two) / 2

    for name, wanted, new in (
        ("countries: new pairs of a year", fresh, True),
        ("countries: pairs that grow by half", grown, False),
    ):
        dev, test = (list(by_country(data, year, wanted, new=new)) for year in (2022, 2023))
        yield Task(name, "countries", common, dev, test)
    common = common | {"same field": "field"}
    found = cooperation.involvements(data)
    once = found.select("thing", "year").unique("thing")
    grants = {y: [] for y in range(2017, 2023)}
    for thing, year in once.filter(pl.col("thing").str.contains("/project/snsf-")).rows():
        grants[year].append(thing)
    before = [thing for year in range(2017, 2021) for thing in grants[year]]
    yield Task(
        "SNSF grants of a year: institutions and countries",
        "organisations",
        common,
        list(by_agent(data, before, grants[2021], 2021)),
        list(by_agent(data, [*before, *grants[2021]], grants[2022], 2022)),
    )
    works = once.filter(pl.col("thing").str.contains("/output/openalex-|/project/cordis-"))["thing"]
    parts: dict[int, list[str]] = defaultdict(list)
    for thing in sorted(works):
        parts[_fifth(thing)].append(thing)
    before = [*parts[0], *parts[1], *parts[2]]
    yield Task(
        "works and EU projects, a fifth hidden: organizations",
        "organisations",
        common,
        list(by_agent(data, before, parts[3], 2022)),
        list(by_agent(data, [*before, *parts[3]], parts[4], 2022)),
    )


# --- weights and report --------------------------------------------------------------------------


def tune(some: Sequence[Task], start: Mapping[str, float]) -> dict[str, float]:
    """Weights that do best on the development cases: one at a time, from a grid.

    What counts is the sum over the tasks of precision and recall, each against its ceiling.
    """

    def worth(weight: Mapping[str, float]) -> float:
        if not any(weight.values()):
            return 0.0
        total = 0.0
        for task in some:
            for got, most in zip(figures(task.dev, weight), ceiling(task.dev), strict=True):
                total += got / most
        return total

    best = dict(start)
    for _, part in itertools.product(range(_ROUNDS), list(best)):
        tried = [{**best, part: weight} for weight in _GRID]
        winner = max(tried, key=lambda weight: (worth(weight), -sum(weight.values())))
        if worth(winner) > worth(best):
            best = winner
    return best


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def report(some: Sequence[Task]) -> list[str]:
    """The table of the page."""
    lines = [
        _row(("hidden links", "way", "precision at 10 (%)", "recall at 10 (%)")),
        "|---|---|---:|---:|",
    ]
    for task in some:
        ways = {"matching": partners.weights(task.level)}
        ways |= {label: {part: 1.0} for label, part in task.baselines.items()}
        shown = {label: figures(task.test, weight) for label, weight in ways.items()}
        best = [max(pair[at] for pair in shown.values()) for at in (0, 1)]
        name = f"{task.name} ({len(task.test)} that seek)"
        for label, pair in shown.items():
            cells = [
                f"**{_percent(v)}**" if v == best[at] else _percent(v) for at, v in enumerate(pair)
            ]
            lines.append(_row((name, label, *cells)))
            name = ""
        lines.append(_row(("", "any order", *map(_percent, chance(task.test)))))
        lines.append(_row(("", "the most there can be", *map(_percent, ceiling(task.test)))))
    return lines


def write(lines: Sequence[str]) -> None:
    """Put the table into the page, between its marks."""
    text = PAGE.read_text("utf-8")
    new = "<!-- measured -->\n" + "\n".join(lines) + "\n<!-- /measured -->"
    PAGE.write_text(
        re.sub(r"<!-- measured -->.*<!-- /measured -->", lambda _: new, text, flags=re.S), "utf-8"
    )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true", help="show the weights of the dev split")
    parser.add_argument("--write", action="store_true", help="put the table into docs/matching.md")
    given = parser.parse_args()
    now = versions.current(Path(os.environ.get("ISTC_HOME", ".istc")))
    if now is None:
        parser.error("there is no graph: run istc build")
    with versions.hold(now):
        some = list(tasks(Rows(SHARED / "data", Store.read_only(str(now.path)))))
    if given.tune:
        for level in ("countries", "organisations"):
            own = [task for task in some if task.level == level]
            print(level, tune(own, partners.weights(level)))
            for task in own:
                print(" ", task.name, "dev", figures(task.dev, partners.weights(level)))
    lines = report(some)
    print("\n".join(lines))
    if given.write:
        write(lines)


if __name__ == "__main__":
    main()

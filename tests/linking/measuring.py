"""How often the linker is right: `python -m tests.linking.measuring [HOME] [--write] [--cases]`.

The cases of `gold.csv` were labelled by hand before the linker existed. Those `against` `ror` are
linked to the organizations of the ROR subset, those against `graph` to the graph that is built;
countries to its countries. A third is `held-out`: it was not looked at while weights were set.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from kg import open_graph
from kg.linking import Candidate, Linker, Match, Outcome, build
from kg.linking.index import Index
from kg.linking.known import Known, Whole, codes, plain_identifier, read
from tests.needs import SHARED

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "linking.md"
PARTS = ("tuning", "held-out")
KINDS = {"org": "organizations", "country": "countries"}
_ROW = (
    "| {kind}, {part} | {cases} | {same} | {linked} | {precision} % | {recall} % | {reviewed} % "
    "| {open} % |"
)


@dataclass(frozen=True)
class Case:
    """A name, or several of one body, and what it is."""

    number: str
    part: str
    against: str
    candidate: Candidate
    wanted: str
    reason: str


@dataclass
class Measured:
    """Counts of one kind and part, and the cases that went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def share(self, name: str, of: str) -> float:
        """A count as a share of another; 1 of nothing."""
        return self.counts[name] / self.counts[of] if self.counts[of] else 1.0

    @property
    def precision(self) -> float:
        """Share of the links that are right."""
        return self.share("right", "linked")

    @property
    def recall(self) -> float:
        """Share of what is there that is linked, and rightly."""
        return self.share("right", "same")

    @property
    def reviewed(self) -> float:
        """Share of what is there that is linked rightly, or offered for review."""
        return self.share("found", "same")


@cache
def cases() -> tuple[Case, ...]:
    """The labelled cases."""
    with (FOLDER / "gold.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Case(
                row["id"],
                row["part"],
                row["against"],
                Candidate(
                    row["kind"],
                    f"{row['kind']}/gold-{row['id']}",
                    dict(pair.split("=", 1) for pair in row["identifiers"].split("|") if pair),
                    tuple(row["names"].split("|")),
                    row["country"] or None,
                ),
                row["wanted"],
                row["reason"],
            )
            for row in csv.DictReader(file)
        )


def _records() -> Iterator[dict[str, object]]:
    for name in ("ror-v2-subset.json", "ror-v1-subset.json"):
        yield from json.loads((SHARED / "data" / "ror" / name).read_text("utf-8"))


def ror(country: dict[str, str]) -> Iterator[Known]:
    """The organizations of the ROR subset, without their ROR numbers' neighbours.

    Args:
        country: ISO code → key.
    """
    for record in _records():
        if record["status"] == "withdrawn":
            continue
        names: list[str] = []
        others: list[str] = []
        if "names" in record:
            for name in record["names"]:
                shown = {"label", "ror_display"} & set(name["types"])
                (names if shown else others).append(name["value"])
            ids = {e["type"]: e["preferred"] or e["all"][0] for e in record["external_ids"]}
            places = {p["geonames_details"]["country_code"] for p in record["locations"]}
        else:
            names += [record["name"], *(label["label"] for label in record["labels"])]
            others += [*record["aliases"], *record["acronyms"]]
            ids = {
                scheme: e["preferred"] or (e["all"] if isinstance(e["all"], str) else e["all"][0])
                for scheme, e in record["external_ids"].items()
            }
            places = {record["country"]["country_code"]}
        code = record["id"].rpartition("/")[2]
        yield Known(
            f"org/ror-{code}",
            tuple(names),
            tuple(others),
            frozenset(plain_identifier(s, v) for s, v in {"ror": record["id"], **ids}.items()),
            frozenset(country[p] for p in places if p in country),
            frozenset({"GovernmentBody"} if "government" in str(record["types"]).lower() else ()),
        )


def linkers(home: str | Path | None) -> dict[str, Linker]:
    """A linker for each graph that cases are linked against.

    Args:
        home: ISTC_HOME with a built graph.
    """
    engine = Whole(open_graph(home).store())
    iso = codes(engine)
    countries = [thing for thing in read(engine) if thing.kind == "country"]
    return {"graph": build(engine), "ror": Linker(lambda: Index.of([*countries, *ror(iso)], iso))}


def found(case: Case, by: dict[str, Linker]) -> Match:
    """What a linker says of a case."""
    linker = by[case.against]
    if case.candidate.kind != "country":
        return linker.match(case.candidate)
    key = linker.country(case.candidate.names[0])
    if key is None:
        return Match(case.candidate, Outcome.DOUBTFUL)
    known = Candidate("country", key, {})
    return Match(known, Outcome.LINKED, ())


def measure(by: dict[str, Linker]) -> dict[tuple[str, str], Measured]:
    """Link everything.

    Args:
        by: The linkers; see `linkers`.

    Returns:
        Kind and part → what was counted.
    """
    measured = {(kind, part): Measured() for kind in KINDS for part in PARTS}
    for case in cases():
        result = measured[case.candidate.kind, case.part]
        match = found(case, by)
        linked = match.outcome is Outcome.LINKED
        offered = {option.key for option in match.options}
        right = linked and (match.candidate.key if not offered else match.key) == case.wanted
        result.counts.update(
            cases=1,
            same=bool(case.wanted),
            linked=linked,
            right=right,
            open=match.outcome is Outcome.DOUBTFUL,
            found=bool(case.wanted) and (right or (not linked and case.wanted in offered)),
        )
        if (linked and not right) or (case.wanted and not right):
            best = [
                f"{o.key} {o.score} "
                + "; ".join(f"{f.words('en')} {f.weight:+}" for f in o.features)
                for o in match.options[:2]
            ]
            names = " | ".join(case.candidate.names)
            result.wrong.append(
                f"{'WRONG' if linked else 'missed'} {case.number} {names} → {match.outcome} "
                f"{' / '.join(best)}, wanted {case.wanted or 'nothing'}"
            )
    return measured


def rows(measured: dict[tuple[str, str], Measured]) -> list[str]:
    """The rows of the table in docs/linking.md."""
    return [
        _ROW.format(
            kind=KINDS[kind],
            part=part,
            cases=result.counts["cases"],
            same=result.counts["same"],
            linked=result.counts["linked"],
            precision=round(100 * result.precision),
            recall=round(100 * result.recall),
            reviewed=round(100 * result.reviewed),
            open=round(100 * result.share("open", "cases")),
        )
        for (kind, part), result in measured.items()
    ]


def documented() -> dict[str, list[int]]:
    """The figures of docs/linking.md: first cell → the numbers of its row."""
    text = PAGE.read_text("utf-8")
    found_ = re.findall(r"^\| ((?:organizations|countries), [\w-]+) (\|.*)$", text, re.MULTILINE)
    return {name: [int(n) for n in re.findall(r"\d+", row)] for name, row in found_}


def main(home: str | None, *, write: bool, show: frozenset[str]) -> None:
    """Print the figures; write them into the page if asked to."""
    measured = measure(linkers(home))
    for line in rows(measured):
        print(line)
    for (kind, part), result in measured.items():
        if part in show:
            print(kind, part, *result.wrong, sep="\n  ")
    if write:
        text = PAGE.read_text("utf-8")
        for line in rows(measured):
            start = line[: line.index("|", 2)]
            text = re.sub(rf"^{re.escape(start)}\|.*$", line, text, flags=re.MULTILINE)
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    parts = frozenset(PARTS if "--cases" in sys.argv else PARTS[:1])
    main(arguments[0] if arguments else None, write="--write" in sys.argv, show=parts)

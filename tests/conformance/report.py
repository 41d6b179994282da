"""Write docs/conformance.md: `python -m tests.conformance.report`.

The page says what the tests of this folder hold: each case passes, or stands in `known.csv`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from tests.conformance import manifests, suites
from tests.conformance.manifests import Case
from tests.needs import SHARED

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
#: The parts of the standards, by the kinds of their cases; the first that fits counts.
PARTS = {
    "Protocol": ("ProtocolTest",),
    "Graph Store Protocol": ("GraphStoreProtocolTest",),
    "Service Description": ("ServiceDescriptionTest",),
    "Update, evaluation": ("UpdateEvaluationTest",),
    "Update, syntax": ("PositiveUpdateSyntaxTest11", "NegativeUpdateSyntaxTest11"),
    "Query, evaluation": ("QueryEvaluationTest",),
    "Query, syntax": (
        *("PositiveSyntaxTest", "PositiveSyntaxTest11"),
        *("NegativeSyntaxTest", "NegativeSyntaxTest11"),
    ),
}
RESULTS = ("sparql11/csv-tsv-res", "sparql11/json-res")
FAULTS = {
    "engine": "the engine, pyoxigraph",
    "suite": "the suite",
    "design": "refused by design",
}
_HEAD = """\
<!-- Written by python -m tests.conformance.report -->

# Conformance to SPARQL

The W3C test suites for SPARQL 1.1, and those of SPARQL 1.0 that it keeps, run over HTTP against
the real server, with its tokens, its commits and its processes: queries go to `/sparql`, updates
to `/update`, data to `/store`. `make conformance` runs them all; `make test` runs all of the
protocols and every seventh case of the others. Both fail when a case fails that is not in the list
below, or passes although it is.
Engine: pyoxigraph {engine}.
"""
_HOW = """\
## How a case is judged

- The service runs with `ISTC_DATASET=plain`, in which the default graph is what was loaded there,
  and with `ISTC_WRITE_BAR=none`, since the data of the suites break our shapes. By default the
  endpoint answers from the union of all graphs, and its description says so.
- The files of a suite of queries are loaded as graphs, and each request names the dataset of its
  query (`default-graph-uri`, `named-graph-uri`), unless the query does so itself by FROM. For an
  update the default graph and the named graphs are loaded as its test says, and read back after it.
- Rows are compared as multisets, in order where the suite numbers them, with blank nodes renamed;
  graphs by isomorphism. Two literals of one numeric, boolean or time datatype are equal when their
  values are, so the lexical form of a number is tested only where a suite asks for it.
- The format asked for is that of the expected results: XML, JSON, CSV, TSV, Turtle.
- A relative IRI is resolved against the file of its query, by a BASE line before it.
- A text with wrong syntax must be refused with 400 and the problem `sparql-syntax`, or, when it
  holds LOAD, with 403 and `no-outside-access`; it is then not read any further. A text with right
  syntax must be carried out, or named for what there is not: a function or a graph.
- `http-rdf-update` is deprecated in favour of `graph-store-protocol` and told in words. Where a
  document lacks its last full stop it is added; 200 and 204 count as the same, as in its successor.
- The third test of the service description, “conforms to schema”, is a set of SHACL shapes of ours.
"""


def text(cases: list[Case]) -> str:
    """The page.

    Args:
        cases: All cases of SPARQL 1.0 and 1.1.

    Returns:
        Markdown.
    """
    run = [case for case in cases if case.suite not in suites.excluded()]
    lines = [_HEAD.format(engine=version("pyoxigraph")), *_totals(run), "", *_failing(run)]
    return "\n".join([*lines, "", *_left_out(cases), "", _HOW, *_by_suite(run), ""])


def _part(case: Case) -> str:
    if case.suite in RESULTS:
        return "Results in CSV, TSV, JSON"
    return next(part for part, kinds in PARTS.items() if case.kind in kinds)


def _totals(run: list[Case]) -> list[str]:
    lines = ["| standard | part | cases | pass | |", "|---|---|---:|---:|---:|"]
    for name in manifests.VERSIONS:
        chosen = [case for case in run if case.suite.startswith(name)]
        standard = f"SPARQL {name[-2]}.{name[-1]}"
        for part in sorted({_part(case) for case in chosen}):
            lines.append(_row(standard, part, (c for c in chosen if _part(c) == part)))
        lines.append(_row(f"**{standard}**", "**all**", chosen))
    return [*lines, _row("**both**", "**all**", run)]


def _row(one: str, other: str, cases: Iterable[Case]) -> str:
    passed = [case.name not in suites.known() for case in cases]
    share = 100 * sum(passed) / len(passed)
    shown = "100 %" if all(passed) else f"{share:.1f} %"
    return f"| {one} | {other} | {len(passed)} | {sum(passed)} | {shown} |"


def _failing(run: list[Case]) -> list[str]:
    lines = ["## What does not pass", "", "| cases | whose fault | why |", "|---|---|---|"]
    grouped: dict[suites.Known, list[str]] = {}
    for case in run:
        known = suites.known().get(case.name)
        if known is not None:
            grouped.setdefault(known, []).append(f"`{case.name}`")
    for known, names in grouped.items():
        why = f"{known.reason} ([{_short(known.reference)}]({known.reference}))"
        lines.append(f"| {', '.join(names)} | {FAULTS[known.fault]} | {why} |")
    return lines


def _short(reference: str) -> str:
    """`oxigraph/oxigraph#526` for an issue, the last part of the path for anything else."""
    owner, name, *rest = reference.removeprefix("https://github.com/").split("/")
    return f"{owner}/{name}#{rest[1]}" if rest[0] in ("issues", "pull") else rest[-1]


def _left_out(cases: list[Case]) -> list[str]:
    counts = Counter(case.suite for case in cases)
    rows = [f"| `{name}` | {counts[name]} | {why} |" for name, why in suites.excluded().items()]
    return [
        "## What is not run",
        "",
        "| suite | cases | why |",
        "|---|---:|---|",
        *rows,
        "| `sparql12` | | SPARQL 1.2 is a draft; nothing is claimed. |",
    ]


def _by_suite(run: list[Case]) -> list[str]:
    lines = ["## By suite", "", "| suite | cases | pass |", "|---|---:|---:|"]
    for suite in dict.fromkeys(case.suite for case in run):
        passed = [case.name not in suites.known() for case in run if case.suite == suite]
        lines.append(f"| `{suite}` | {len(passed)} | {sum(passed)} |")
    return lines


def main() -> None:
    """Write the page."""
    PAGE.write_text(text(manifests.read(SHARED / manifests.FOLDER)), encoding="utf-8")


if __name__ == "__main__":
    main()

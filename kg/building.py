"""Build the graph: tables → mapping → facts → rules → validation → snapshot, all or nothing.

The same input gives the same graph; nothing is written before everything has been checked, and the
graph that is being served stays until a new version is complete. A build replaces the graphs it
makes; those that people have pushed stay, and take part in rules and validation.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store

from kg import assembling, describing, inspecting, resources, rq
from kg.assembling import Sources, Staged
from kg.namespaces import BASE, JOURNAL
from kg.progress import Progress, silent
from kg.report import Report, Result, refusal
from kg.resources import tool_version
from kg.settings import Settings
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import Version

_INPUTS = ("ontology", "shapes", "kg")
_SUFFIXES = (".ttl", ".csv", ".rq", ".py")
#: How long a build waits for another writer to finish.
WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        version: The data version that is current now.
        changed: Whether it is a new one.
        quads: Quads by graph; empty when the inputs had not changed.
        warnings: Results below the severity that stops a build.
        seconds: Seconds by stage.
        counts: Rows of further sources, by source and table.
    """

    version: Version
    changed: bool
    quads: dict[str, int] = field(default_factory=dict)
    warnings: tuple[Result, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class More:
    """Sources to be built together with the curated tables.

    Attributes:
        sources: Their tables.
        checksum: SHA-256 over what they are read from.
        expected: Looks at the counts of their rows, and raises when a source falls short.
    """

    sources: Sources
    checksum: str
    expected: Callable[[Mapping[tuple[str, str], int]], None]


def _files(item: Traversable) -> Iterator[Traversable]:
    for entry in sorted(item.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            if not entry.name.startswith(("_", ".")):
                yield from _files(entry)
        elif entry.name.endswith(_SUFFIXES):
            yield entry


def inputs_checksum(settings: Settings) -> str:
    """SHA-256 over everything that a build reads, and the code that reads it."""
    digest = hashlib.sha256(f"{tool_version()} {settings.base_iri}".encode())
    for room in _INPUTS:
        for item in _files(resources.root(room)):
            digest.update(item.name.encode() + b"\0")
            digest.update(hashlib.sha256(item.read_bytes()).digest())
    return digest.hexdigest()


def inspect(staged: Staged) -> Report:
    """Validate a staged graph with shapes and checks.

    Args:
        staged: The assembled graph.

    Returns:
        The results, each with its row and column where a table states it.
    """
    return inspecting.inspect(staged.store)


class _Clock:
    """Seconds by stage, told to a Progress as well."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage = ""
        self._since = time.monotonic()

    def __call__(self, stage: str, done: int | None = None, total: int | None = None) -> None:
        now = time.monotonic()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now
        self._progress(stage, done, total)


def _of_others(truth: Truth, base_iri: str) -> set[Quad]:
    """What people have pushed into graphs of their own, under the default base IRI."""
    made = {*truth.made_graphs(), JOURNAL.value}
    derived = {NamedNode(rq.rebase(g.value, base_iri)) for g in assembling.DERIVED}
    found = {
        quad
        for quad in truth.quads()
        if quad.graph_name not in derived
        and not (isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in made)
    }
    return set(assembling.moved(found, base_iri, BASE))


def build(
    settings: Settings,
    progress: Progress = silent,
    *,
    force: bool = False,
    more: More | None = None,
) -> BuildReport:
    """Build the graph from the curated tables and make it the current version.

    Args:
        settings: Home and base IRI.
        progress: Told the stage and the steps done.
        force: Build even when no input has changed since the current version.
        more: Further sources.

    Returns:
        What was done.

    Raises:
        InvalidTable: A table, a row or a cell is wrong.
        NonConforming: The graph breaks a shape or a check.
        StoreLocked: Another process is writing.
    """
    clock = _Clock(progress)
    checksum = inputs_checksum(settings)
    if more is not None:
        checksum = hashlib.sha256(f"{checksum} {more.checksum}".encode()).hexdigest()
    with Truth.open(settings.home, wait_seconds=WAIT_SECONDS) as truth:
        last = truth.last("build")
        if truth.current is not None and not force and last and last.entry.checksum == checksum:
            return BuildReport(truth.current, changed=False)
        others = _of_others(truth, settings.base_iri)
        staged = assembling.assemble(clock, others, None if more is None else more.sources)
        if more is not None:
            more.expected(staged.counts)
        clock("validation")
        report = _inspected(staged, others, settings.write_bar)
        clock("catalogue")
        catalogue = describing.catalogue_quads(staged.store, settings.memory_quads)
        staged.store.extend(catalogue)
        clock("commit")
        sizes = _sizes(staged.store, settings)
        theirs = {str(q.graph_name) for q in assembling.moved(others, BASE, settings.base_iri)}
        entry = Entry(
            agent="istc build",
            activity="build",
            checksum=checksum,
            tool_version=tool_version(),
            graphs=tuple(sorted(name.strip("<>") for name in sizes.keys() - theirs)),
        )
        with _content(staged, settings) as content:
            before = truth.version
            committed = truth.replace(content, entry)
            changed = truth.version != before
    clock("done")
    return BuildReport(
        committed,
        changed,
        sizes,
        tuple(r for r in report.results if r.severity != "violation"),
        clock.seconds,
        dict(staged.counts),
    )


@contextmanager
def _content(staged: Staged, settings: Settings) -> Iterator[Path]:
    """A file of N-Quads with all of a staged graph, under the base IRI of the settings.

    The memory of the graph is free then.
    """
    with tempfile.TemporaryDirectory(prefix="istc-build-") as folder:
        path = Path(folder) / "content.nq"
        staged.store.dump(output=path, format=RdfFormat.N_QUADS)
        staged.store = Store()
        if settings.base_iri != BASE:
            moved = Path(folder) / "moved.nq"
            with (
                path.open(encoding="utf-8", newline="\n") as old,
                moved.open("w", encoding="utf-8", newline="\n") as new,
            ):
                new.writelines(rq.rebase(line, settings.base_iri) for line in old)
            path = moved
        yield path


def _sizes(store: Store, settings: Settings) -> dict[str, int]:
    """Quads of each named graph by its name as N-Quads write it."""
    rows = cast(QuerySolutions, store.query(rq.load("kg", "queries", "store", "sizes").text))
    return {
        rq.rebase(str(row["graph"]), settings.base_iri): int(cast(Literal, row["quads"]).value)
        for row in rows
    }


def _inspected(staged: Staged, others: set[Quad], bar: str) -> Report:
    """The results of a staged graph without violations.

    Raises:
        NonConforming: There are violations. Where nothing refuses what people push (`bar` is
            `none`), those in their things alone refuse no build.
    """
    report = inspect(staged)
    wrong = report.at_least("violation")
    if bar == "none":
        theirs = {q.subject.value for q in others if isinstance(q.subject, NamedNode)}
        wrong = tuple(r for r in wrong if r.focus not in theirs)
    if wrong:
        raise refusal(wrong, staged.where)
    return report

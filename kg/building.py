"""Build the graph: tables → mapping → facts → rules → validation → snapshot, all or nothing.

The same input gives the same graph; nothing is written before everything has been checked, and the
graph that is being served stays until a new version is complete.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.resources.abc import Traversable

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

from kg import assembling, describing, resources, rq, validation
from kg.assembling import Progress, Staged, silent
from kg.errors import NonConforming
from kg.namespaces import BASE, JOURNAL
from kg.settings import Settings
from kg.store import union
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import Version, current

_INPUTS = ("ontology", "shapes", "kg")
_SUFFIXES = (".ttl", ".csv", ".rq", ".py")
_SHOWN = 20


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        version: The data version that is current now.
        changed: Whether it is a new one.
        quads: Quads by graph; empty when the inputs had not changed.
        warnings: Results below the severity that stops a build.
        seconds: Seconds by stage.
    """

    version: Version
    changed: bool
    quads: dict[str, int] = field(default_factory=dict)
    warnings: tuple[validation.Result, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


def tool_version() -> str:
    """The version of this software."""
    try:
        return version("istc-kg")
    except PackageNotFoundError:
        return "unreleased"


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


def inspect(staged: Staged) -> validation.Report:
    """Validate a staged graph with shapes and checks.

    Args:
        staged: The assembled graph.

    Returns:
        The results, each with its row and column where a table states it.
    """
    shapes = validation.validate(assembling.flattened(staged.store))
    checks = validation.check(union.filled(staged.store))
    return validation.Report(shapes.results + tuple(checks))


def _refuse(staged: Staged, report: validation.Report) -> NonConforming:
    wrong = [r for r in report.results if r.severity == "violation"]
    first = wrong[0]
    more = f" ({len(wrong) - 1} more violations)" if len(wrong) > 1 else ""
    return NonConforming(
        f"{first.messages.get('en', first.shape)}{more}",
        where=f"{staged.where(first.focus, first.path) or first.focus}, "
        f"rule {first.shape.rpartition('#')[2]}",
        hint=first.messages.get("zh"),
        extra={
            "results": [
                {
                    "where": staged.where(r.focus, r.path),
                    "focus": r.focus,
                    "path": r.path,
                    "value": r.value,
                    "rule": r.shape,
                    "messages": r.messages,
                }
                for r in wrong[:_SHOWN]
            ]
        },
    )


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


def _rebased(quads: set[Quad], base_iri: str) -> set[Quad]:
    if base_iri == BASE:
        return quads
    text = (pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b"").decode("utf-8")
    moved = rq.rebase(text, base_iri)
    return set(pyoxigraph.parse(input=moved, format=RdfFormat.N_QUADS))


def build(settings: Settings, progress: Progress = silent, *, force: bool = False) -> BuildReport:
    """Build the graph from the curated tables and make it the current version.

    Args:
        settings: Home and base IRI.
        progress: Told the stage and the steps done.
        force: Build even when no input has changed since the current version.

    Returns:
        What was done.

    Raises:
        InvalidTable: A table, a row or a cell is wrong.
        NonConforming: The graph breaks a shape or a check.
        StoreLocked: Another process is writing.
    """
    clock = _Clock(progress)
    checksum = inputs_checksum(settings)
    now = current(settings.home)
    if now is not None and not force:
        with Truth.open(settings.home) as truth:
            if truth.last_checksum("build") == checksum:
                return BuildReport(now, changed=False)
    staged = assembling.assemble(clock)
    clock("validation")
    report = inspect(staged)
    if not report.conforms:
        raise _refuse(staged, report)
    clock("catalogue")
    staged.store.extend(list(describing.catalogue_quads(staged.store)))
    clock("commit")
    with Truth.open(settings.home) as truth:
        wanted = _rebased(set(staged.store), settings.base_iri)
        held = {q for q in truth.quads() if q.graph_name != JOURNAL}
        entry = Entry(
            agent="istc build", activity="build", checksum=checksum, tool_version=tool_version()
        )
        before = truth.version
        committed = truth.commit(wanted - held, held - wanted, entry)
        changed = truth.version != before
    clock("done")
    return BuildReport(
        committed,
        changed,
        dict(Counter(str(q.graph_name) for q in wanted)),
        tuple(r for r in report.results if r.severity != "violation"),
        clock.seconds,
    )

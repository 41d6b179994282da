"""A change in two halves: staged without the writer's lock, looked at, and committed later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

from kg.changing import ledger, running, steps
from kg.changing.running import Base, Changed, Guard
from kg.changing.steps import Step
from kg.progress import Progress, silent
from kg.report import Result
from kg.settings import Settings
from kg.store import versions
from kg.store.journal import Entry


@dataclass(frozen=True)
class Prepared:
    """A change that has been checked and may be committed.

    Attributes:
        step: What is to be done.
        folder: Where the lists of quads are.
        base: Number of the data version that it was staged on; 0 before the first.
        told: What the staging has told.
    """

    step: Step
    folder: Path
    base: int
    told: dict[str, Any]

    @property
    def stated(self) -> tuple[int, int]:
        """How many quads the step itself adds and removes."""
        added, removed = self.told["stated"]
        return int(added), int(removed)

    @property
    def warnings(self) -> tuple[Result, ...]:
        """What it may have got wrong although nothing refuses it."""
        return running.warnings(self.told)

    def record(self) -> dict[str, Any]:
        """The change as plain values; `parse` reads it where the folder is still there."""
        return {"step": steps.record(self.step), "base": self.base, "told": self.told}

    @classmethod
    def parse(cls, record: Mapping[str, Any], folder: Path) -> Prepared:
        """The change of a record.

        Args:
            record: What `record` has given.
            folder: Where the lists of quads are.
        """
        return cls(steps.parse(record["step"]), folder, record["base"], record["told"])

    def added(self) -> Iterator[Quad]:
        """The quads that are to be added, with those that follow from others."""
        return _quads(self.folder / ledger.ADDED)

    def removed(self) -> Iterator[Quad]:
        """The quads that are to be removed."""
        return _quads(self.folder / ledger.REMOVED)


def _quads(path: Path) -> Iterator[Quad]:
    return pyoxigraph.parse(path=str(path), format=RdfFormat.N_QUADS)


def prepare(
    settings: Settings,
    step: Step,
    folder: Path,
    *,
    progress: Progress = silent,
    gone: Callable[[], bool] | None = None,
) -> Prepared:
    """Stage and check a change, without holding up others.

    Args:
        settings: Home, bar and limits.
        step: What is to be done.
        folder: An empty folder of this change under the home; it is needed until the commit.
        progress: Told each stage.
        gone: Says whether who asked has left.

    Returns:
        The change, ready to be committed.

    Raises:
        IstcError: As for `kg.changing.change`.
    """
    with ExitStack() as held:
        with running.opened(settings) as truth:
            base = Base(truth.current, truth.made_graphs())
            if base.version is not None:
                held.enter_context(versions.hold(base.version))
        told = running.staged(settings, base, step, folder, progress=progress, gone=gone)
    return Prepared(step, folder, base.version.number if base.version else 0, told)


def commit(
    settings: Settings,
    prepared: Prepared,
    entry: Entry,
    *,
    guard: Guard | None = None,
    progress: Progress = silent,
) -> Changed:
    """Commit a prepared change; when the graph has changed since, it is staged and checked again.

    Args:
        settings: Home, bar and limits; the bar that it was prepared with.
        prepared: The change.
        entry: What to write in the journal.
        guard: Looks whether the graph is still as the client has read it.
        progress: Told each stage.

    Returns:
        What was done.

    Raises:
        IstcError: As for `kg.changing.change`.
    """
    with running.opened(settings) as truth:
        if guard is not None:
            guard(truth)
        told = prepared.told
        if truth.version != prepared.base:
            base = Base(truth.current, truth.made_graphs())
            told = running.staged(settings, base, prepared.step, prepared.folder, progress=progress)
        return running.committed(truth, prepared.folder, told, entry, progress)

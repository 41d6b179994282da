"""Run a change: the lock, the child process that stages it, the commit."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat

from kg import errors, resources, sparql
from kg.assembling import DERIVED
from kg.changing import ledger, staging, steps, worker
from kg.changing.bounds import Rules, allowed
from kg.changing.steps import Drop, Load, Quads, Step, Update
from kg.errors import BudgetExceeded, Cancelled, Internal, IstcError, StoreUnavailable, TimeLimit
from kg.namespaces import BASE
from kg.progress import Progress, silent
from kg.report import Result
from kg.settings import Settings
from kg.store import changes
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import Version

log = logging.getLogger(__name__)

FOLDER = "staging"
#: What the child remembers of queries and shapes; it may be removed at any time.
WALKS = "walks.json"
#: How long a change waits for another writer to finish, in seconds.
WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.1
#: Changes of more bytes than this go into the truth as files.
_LONG = 20_000_000
#: What a child that fails without a word said last.
_LAST_WORDS = 2000


@dataclass(frozen=True)
class Changed:
    """What a change did.

    Attributes:
        version: The data version that is current now.
        changed: Whether it is a new one.
        added: How many quads the change itself added.
        removed: How many it removed.
        warnings: What it may have got wrong although nothing refused it.
    """

    version: Version
    changed: bool
    added: int
    removed: int
    warnings: tuple[Result, ...] = ()


#: Looks at the truth before a change, under the lock, and raises to prevent it.
Guard = Callable[[Truth], None]


def change(
    settings: Settings,
    step: Step,
    entry: Entry,
    *,
    guard: Guard | None = None,
    progress: Progress = silent,
    gone: Callable[[], bool] | None = None,
) -> Changed:
    """Change the graph: everything or nothing.

    Args:
        settings: Home, bar and limits.
        step: What is to be done.
        entry: What to write in the journal.
        guard: Looks whether the graph is still as the client has read it.
        progress: Told each stage.
        gone: Says whether who asked has left; then nothing is changed.

    Returns:
        What was done.

    Raises:
        InvalidInput, InvalidQuery, InvalidRdf, OutsideAccess: The step cannot be done.
        BuiltGraph: It changes a graph that a build makes.
        NonConforming: The graph would break a rule; with all results.
        Stale: The guard says that the graph has changed since the client read it.
        TimeLimit, BudgetExceeded, Cancelled: It was stopped.
        StoreLocked: Others were writing for too long.
    """
    if isinstance(step, Update):
        # Told at once, without waiting for the lock.
        sparql.refuse_outside(step.text)
    with opened(settings) as truth:
        if guard is not None:
            guard(truth)
        return run(settings, truth, step, entry, progress=progress, gone=gone)


def undo(settings: Settings, number: int, agent: str, progress: Progress = silent) -> Changed:
    """Take a change back.

    The newest one is taken back exactly, quad by quad. Of an earlier one what was stated is taken
    back exactly, and what follows from the facts follows from those that are there now.

    Args:
        settings: Home, bar and limits.
        number: The data version that the change made.
        agent: Who takes it back.
        progress: Told each stage.

    Returns:
        What was done.

    Raises:
        NotFound: The change is not kept.
        Conflict: What it changed was changed since; `extra["changed"]` lists it.
        NonConforming: Without it the graph would break a rule.
    """
    entry = Entry(agent=agent, activity="undo", note=f"undoes change {number}", undoes=number)
    with opened(settings) as truth:
        if number == truth.version:
            taken = changes.read(settings.home, number)
            version = truth.undo(number, entry)
            return Changed(version, True, len(taken.removed), len(taken.added))
        stated = _stated(changes.read(settings.home, number), settings.base_iri)
        truth.unchanged_since(stated)
        with workplace(settings.home) as folder:
            step = Quads(str(folder / "back.nq"), str(folder / "away.nq"))
            _write(Path(step.added), stated.removed)
            _write(Path(step.removed), stated.added)
            return run(settings, truth, step, entry, progress=progress, trusted=True)


def _stated(change_: changes.Change, base_iri: str) -> changes.Change:
    following = {NamedNode(name.value.replace(BASE, base_iri)) for name in DERIVED}
    return changes.Change(
        change_.number,
        tuple(q for q in change_.added if q.graph_name not in following),
        tuple(q for q in change_.removed if q.graph_name not in following),
    )


def _write(path: Path, quads: tuple[Quad, ...]) -> None:
    path.write_text("".join(f"{quad} .\n" for quad in quads), encoding="utf-8")


@contextmanager
def opened(settings: Settings) -> Iterator[Truth]:
    """The truth for one change, under the writer's lock; what interrupted changes left goes."""
    with Truth.open(
        settings.home, wait_seconds=WAIT_SECONDS, keep_versions=settings.keep_versions
    ) as truth:
        shutil.rmtree(settings.home / FOLDER, ignore_errors=True)
        yield truth


@contextmanager
def workplace(home: Path) -> Iterator[Path]:
    """A folder for one change."""
    base = home.absolute() / FOLDER
    base.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Base:
    """What a change is staged on.

    Attributes:
        version: The data version; None before the first.
        made: Graphs that a build makes.
    """

    version: Version | None
    made: frozenset[str]


def staged(
    settings: Settings,
    base: Base,
    step: Step,
    folder: Path,
    *,
    progress: Progress,
    gone: Callable[[], bool] | None = None,
    trusted: bool = False,
) -> dict[str, Any]:
    """Stage a step in a child process; what it changes is left in the folder.

    Args:
        settings: Bar and limits.
        base: What it is staged on.
        step: What is to be done.
        folder: For `added.nq`, `removed.nq` and what the child needs.
        progress: Told each stage.
        gone: Says whether who asked has left.
        trusted: Whether the step may write into graphs that a build makes.

    Returns:
        What the child tells: the members `stated` and `warnings`.

    Raises:
        IstcError: As for `change`.
    """
    rules = Rules(
        base_iri=settings.base_iri,
        unite=settings.dataset == "union",
        bar=settings.write_bar,
        owned=base.made,
        trusted=trusted,
    )
    # Told at once; what an update or a data set touches shows when it has run.
    parts = (one for one in steps.single(step) if isinstance(one, Load | Drop))
    allowed({one.graph for one in parts if one.graph}, rules)
    now = base.version
    job = {
        "version": None if now is None else str(now.path),
        "quads": 0 if now is None else now.quads,
        "memory_quads": settings.memory_quads,
        "rules": {**asdict(rules), "owned": sorted(rules.owned)},
        "step": steps.record(step),
        "memory_of_walks": str(settings.home.absolute() / WALKS),
        "seconds": settings.write_seconds,
        "memory": settings.write_bytes,
    }
    shutil.rmtree(folder / staging.COPY, ignore_errors=True)
    (folder / worker.JOB).write_text(json.dumps(job), encoding="utf-8")
    code, said = _child(folder, settings.write_seconds, progress, gone)
    if code != 0:
        raise _failure(folder, code, said, settings)
    told: dict[str, Any] = json.loads((folder / worker.RESULT).read_text(encoding="utf-8"))
    return told


def committed(
    truth: Truth, folder: Path, told: dict[str, Any], entry: Entry, progress: Progress
) -> Changed:
    """Commit what has been staged on the version that the truth holds.

    Args:
        truth: The truth, under the writer's lock.
        folder: Where `staged` has left it.
        told: What `staged` has told.
        entry: What to write in the journal.
        progress: Told each stage.
    """
    now = truth.current
    files = (folder / ledger.ADDED, folder / ledger.REMOVED)
    size = sum(path.stat().st_size for path in files)
    if now is not None and not size:
        return Changed(now, False, 0, 0)
    progress("commit", None, None)
    if size > _LONG:
        version = truth.load(*files, entry)
    else:
        added, removed = (_read(path) for path in files)
        version = truth.commit(added, removed, entry)
    added_here, removed_here = told["stated"]
    return Changed(
        version,
        now is None or version.number != now.number,
        added_here,
        removed_here,
        warnings(told),
    )


def warnings(told: dict[str, Any]) -> tuple[Result, ...]:
    """What a staged change may have got wrong although nothing refuses it."""
    return tuple(Result.parse(record) for record in told["warnings"])


def run(
    settings: Settings,
    truth: Truth,
    step: Step,
    entry: Entry,
    *,
    progress: Progress,
    gone: Callable[[], bool] | None = None,
    trusted: bool = False,
) -> Changed:
    """Stage and commit a step on the truth, under the writer's lock; see `change`."""
    base = Base(truth.current, truth.made_graphs())
    with workplace(settings.home) as folder:
        told = staged(settings, base, step, folder, progress=progress, gone=gone, trusted=trusted)
        return committed(truth, folder, told, entry, progress)


def _read(path: Path) -> list[Quad]:
    return list(pyoxigraph.parse(path=str(path), format=RdfFormat.N_QUADS))


def _child(
    folder: Path, seconds: float, progress: Progress, gone: Callable[[], bool] | None
) -> tuple[int, str]:
    """Run the child; kill it at the limit, or when nobody waits for it any more."""
    command = [sys.executable, "-P", "-m", "kg.changing.worker", str(folder), str(os.getpid())]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=resources.environment(),
    )
    said: list[str] = []

    def hear() -> None:
        for line in process.stdout or ():
            progress(line.strip(), None, None)

    listeners = [
        threading.Thread(target=hear, daemon=True),
        threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True),
    ]
    for listener in listeners:
        listener.start()
    until = time.monotonic() + seconds
    try:
        while process.poll() is None:
            if time.monotonic() > until:
                raise _too_slow(seconds)
            if gone is not None and gone():
                raise Cancelled("The client left before its change was done; nothing was changed.")
            try:
                process.wait(_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
    finally:
        process.kill()
        process.wait()
        for listener in listeners:
            listener.join()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    return process.returncode, "".join(said)


def _too_slow(seconds: float) -> TimeLimit:
    return TimeLimit(
        f"The change was stopped after {seconds:g} seconds; nothing was changed.",
        hint="Change less at a time.",
        extra={"limitSeconds": seconds},
    )


def _failure(folder: Path, code: int, said: str, settings: Settings) -> IstcError:
    told = folder / worker.ERROR
    if told.exists():
        return errors.of_record(json.loads(told.read_text(encoding="utf-8")))
    if code == -14:
        return _too_slow(settings.write_seconds)
    if code == worker.NO_ROOM:
        return StoreUnavailable(
            "The disk is full; nothing was changed.",
            where=str(settings.home),
            hint="Free disk space, then try again.",
        )
    if code == worker.TOO_LARGE:
        return BudgetExceeded(
            "The change needs more disk than it may take; nothing was changed.",
            hint="Change less at a time.",
        )
    if code == worker.NO_MEMORY or code < 0:
        return BudgetExceeded(
            f"The change needs more than {settings.write_bytes} bytes of memory; nothing was "
            "changed.",
            hint="Change less at a time.",
            extra={"limitBytes": settings.write_bytes},
        )
    log.error("the child of a change ended with code %s: %s", code, said[-_LAST_WORDS:])
    return Internal("The change failed; nothing was changed.", extra={"code": code})

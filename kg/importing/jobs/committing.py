"""Commit and take back the import of a job: once, whatever happens in between.

A job is `committing` before the commit begins. Its id is in the journal entry, which is written in
the same transaction as the data: where a commit was interrupted, the journal tells which it was.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kg import changing
from kg.changing import Changed, Guard
from kg.errors import NonConforming, Stale, WrongState
from kg.importing import imports
from kg.importing.jobs import worker
from kg.importing.jobs.job import Job
from kg.importing.jobs.jobs import WORK, Jobs, now
from kg.importing.jobs.preview import DIFFERENCE
from kg.importing.jobs.progress import Telling
from kg.resources import environment
from kg.store.truth import Truth

_LOCK = ".committing"
#: How long settling waits for another writer, in seconds.
_WAIT_SECONDS = 5.0
#: How long a commit waits for a job that must be read anew, in seconds.
AGAIN_SECONDS = 120.0
_LOOK_SECONDS = 0.1
#: Where an error of a guard says that the client expects another state.
PRECONDITIONS = ("If-Match", "If-None-Match")


@contextmanager
def _alone(jobs: Jobs, id_: str) -> Iterator[None]:
    """Be the only one who commits a job or takes it back.

    Raises:
        WrongState: Somebody is doing so.
    """
    jobs.get(id_)
    lock = FileLock(jobs.folder(id_) / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise WrongState(
            "The import is being committed or taken back.",
            where=id_,
            hint="Look again when that has ended.",
            extra={"state": jobs.get(id_).state},
        ) from error
    try:
        yield
    finally:
        lock.release()


def commit(
    jobs: Jobs, id_: str, guard: Guard | None = None, *, gone: Callable[[], bool] = lambda: False
) -> tuple[Job, Changed | None]:
    """Make a checked job a data version: everything or nothing.

    Where the graph has changed so much that the job must be read anew, it waits for its turn again.

    Args:
        jobs: The jobs.
        id_: Id of the job.
        guard: Looks whether the graph is still as the client has read it.
        gone: Says whether who asked has left.

    Returns:
        The job, and what was done. None when its commit turned out to have been done; or when it
        is still being read anew: the job is active then, and is to be committed once more.

    Raises:
        NotFound: There is no such job.
        WrongState: It is not checked, was for checking only, or somebody else is committing it.
        NonConforming: It breaks a rule now that the graph has changed.
        Stale: The guard says that the graph has changed since the client read it.
        StoreUnavailable: Others were writing for too long, or the disk is full.
    """
    with _alone(jobs, id_):
        if jobs.get(id_).dry_run:
            raise WrongState(
                "The import was sent to be checked only.",
                where=id_,
                hint="Send it again without dry_run.",
                extra={"state": jobs.get(id_).state},
            )
        while True:
            try:
                return _commit(jobs, id_, guard)
            except Stale as error:
                if error.where in PRECONDITIONS:
                    raise
            job = _again(jobs, id_, gone)
            if job.active:
                return job, None


def _again(jobs: Jobs, id_: str, gone: Callable[[], bool]) -> Job:
    """Let a job be read and checked anew, and wait for that for a while."""
    job = jobs.change(id_, ("checked",), state="queued", checked=None, preview=None)
    until = time.monotonic() + AGAIN_SECONDS
    while job.active and time.monotonic() < until and not gone():
        time.sleep(_LOOK_SECONDS)
        job = jobs.get(id_)
    if job.state == "refused":
        report = jobs.folder(id_) / worker.report("json")
        raise NonConforming(
            "The import no longer conforms: the graph has changed since it was checked.",
            where=id_,
            hint="Read the report of the import, mend the file and send it again.",
            extra={"findings": json.loads(report.read_text(encoding="utf-8"))["findings"]},
        )
    return job


def _commit(jobs: Jobs, id_: str, guard: Guard | None) -> tuple[Job, Changed | None]:
    job = jobs.change(id_, ("checked",), state="committing")
    folder = jobs.folder(id_)
    try:
        record = json.loads((folder / worker.PREPARED).read_text(encoding="utf-8"))
        order = worker.order(job, folder)
        checked = imports.restored(record, order, folder / WORK)
        done = imports.commit(jobs.settings, checked, guard=guard, progress=Telling(folder))
    except BaseException:
        job = _settled(jobs, id_)
        if job.state == "committed":
            return job, None
        raise
    preview = job.preview
    base = record["prepared"]["base"]
    if done.changed and done.version.number != base + 1 and preview is not None:
        # It was staged again.
        preview = {**preview, "added": done.added, "removed": done.removed, **_shown(folder)}
    job = jobs.change(
        id_,
        ("committing",),
        state="committed",
        committed=now(),
        version=done.version.number,
        changed=done.changed,
        preview=preview,
    )
    return job, done


def _shown(folder: Path) -> Mapping[str, Any]:
    """The difference of a job that was staged again, made in a process of its own."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", "kg.importing.jobs", DIFFERENCE, str(folder)],
        env=environment(),
        stdout=subprocess.PIPE,
        check=False,
    )
    # The commit is done whatever happens here.
    return {"diff": json.loads(done.stdout)} if done.returncode == 0 else {}


def settle(jobs: Jobs, id_: str) -> Job:
    """Find out what became of a commit that was interrupted; a commit that goes on is left alone.

    Args:
        jobs: The jobs.
        id_: Id of a job.

    Returns:
        The job: committed when its commit is in the journal, else checked.

    Raises:
        WrongState: It is being committed now.
        StoreUnavailable: Others are writing.
    """
    with _alone(jobs, id_):
        return _settled(jobs, id_)


def _settled(jobs: Jobs, id_: str) -> Job:
    settings = jobs.settings
    # Opening the truth publishes what an interrupted commit has left in it.
    with Truth.open(
        settings.home, wait_seconds=_WAIT_SECONDS, keep_versions=settings.keep_versions
    ) as truth:
        lines = [line for line in truth.journal() if line.entry.job == id_]
    if not lines:
        return jobs.change(id_, ("committing",), state="checked")
    (line,) = lines
    at = (line.entry.at or datetime.now(UTC)).isoformat().replace("+00:00", "Z")
    return jobs.change(
        id_, ("committing",), state="committed", committed=at, version=line.number, changed=True
    )


def revert(jobs: Jobs, id_: str, who: str) -> tuple[Job, Changed]:
    """Take a committed job back, as a new change.

    Args:
        jobs: The jobs.
        id_: Id of the job.
        who: Who takes it back.

    Returns:
        The job, and what was done.

    Raises:
        NotFound: There is no such job, or its change is not kept.
        WrongState: It is not committed, or its commit has changed nothing.
        Conflict: What it changed was changed since; `extra["changed"]` lists it.
        NonConforming: Without it the graph would break a rule.
    """
    with _alone(jobs, id_):
        job = jobs.get(id_)
        if job.state != "committed" or job.version is None or not job.changed:
            changed = job.state != "committed" or job.changed
            raise WrongState(
                f"The import is {job.state}." if changed else "The import has changed nothing.",
                where=id_,
                hint="This can be done when it is: committed." if changed else None,
                extra={"state": job.state},
            )
        done = changing.undo(jobs.settings, job.version, who, Telling(jobs.folder(id_)))
        return jobs.get(id_), done


__all__ = ["commit", "revert", "settle"]

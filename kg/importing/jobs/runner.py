"""Runs jobs in order of arrival, fairly between their senders, each in a process of its own.

One runner works for a home at a time: it holds `jobs/.runner`, so what it finds running at its
start was interrupted, and is begun again from the files that were sent.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kg.errors import (
    BudgetExceeded,
    Internal,
    IstcError,
    StoreUnavailable,
    TimeLimit,
    WrongState,
)
from kg.importing.jobs import committing, worker
from kg.importing.jobs.job import Job
from kg.importing.jobs.jobs import PROGRESS, WORK, Jobs, now
from kg.resources import environment
from kg.settings import Settings

log = logging.getLogger(__name__)

_LOCK = ".runner"
#: How often a runner looks at what runs, and how often at all jobs.
_POLL_SECONDS = 0.1
_SCAN_SECONDS = 5.0
_MEASURE_SECONDS = 1.0
_TIDY_SECONDS = 600.0
#: What a child that fails without a word said last.
_LAST_WORDS = 2000
_SAID = "worker.log"


@dataclass
class _Running:
    """A job that is being read and checked."""

    job: Job
    process: subprocess.Popen[bytes]
    until: float
    measured: float = 0.0
    stopped: IstcError | None = None


class Runner:
    """Runs the jobs of a home, in a thread of its own.

    Args:
        jobs: The jobs.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._settings = replace(jobs.settings, home=jobs.settings.home.absolute())
        self._running: dict[str, _Running] = {}
        self._served: dict[str, int] = {}
        self._clock = itertools.count()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to run jobs."""
        self._thread.start()

    def close(self) -> None:
        """Stop; what runs is begun again by the next runner."""
        self._ending.set()
        self._jobs.woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        base = self._jobs.folder("")
        lock = FileLock(base / _LOCK)
        scanned = tidied = -_TIDY_SECONDS
        try:
            while not self._ending.is_set():
                # Until a job comes there is nothing to make a folder for.
                if base.is_dir() and (lock.is_locked or self._took(lock)):
                    moment = time.monotonic()
                    if moment - tidied > _TIDY_SECONDS:
                        tidied = moment
                        self._safely(self._jobs.tidy)
                    if self._jobs.woken.is_set() or moment - scanned > _SCAN_SECONDS:
                        scanned = moment
                        self._jobs.woken.clear()
                        self._safely(self._scan)
                    self._safely(self._look)
                if self._running:
                    self._ending.wait(_POLL_SECONDS)
                else:
                    self._jobs.woken.wait(_SCAN_SECONDS)
        finally:
            for one in self._running.values():
                self._kill(one)
            lock.release()

    def _took(self, lock: FileLock) -> bool:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            self._jobs.woken.clear()
            return False
        self._jobs.woken.set()
        return True

    def _safely(self, do: Callable[[], None]) -> None:
        """The thread outlives whatever happens to one job."""
        try:
            do()
        except Exception:
            log.exception("running the imports failed")

    # --- starting ---------------------------------------------------------------------------------

    def _scan(self) -> None:
        """Settle what was interrupted, and start what may run."""
        jobs = self._jobs.all()
        for job in jobs:
            if job.state == "committing":
                self._safely(partial(self._settle, job.id))
            if job.state == "running" and job.id not in self._running:
                self._jobs.change(job.id, ("running",), state="queued")
        waiting = [job for job in self._jobs.all() if job.state == "queued"]
        while (first := self._next(waiting)) is not None:
            waiting.remove(first)
            self._start(first)

    def _settle(self, id_: str) -> None:
        with suppress(WrongState, StoreUnavailable):  # it goes on, or others are writing
            committing.settle(self._jobs, id_)

    def _next(self, waiting: list[Job]) -> Job | None:
        """The job that goes first: of who has the fewest running, then was not served longest.

        What somebody waits for has a place of its own, so that it does not wait for large imports.
        """
        running = [one.job for one in self._running.values()]
        quick = sum(self._quick(job) for job in running)
        may = [
            job
            for job in waiting
            if len(running) - quick < self._settings.jobs or (self._quick(job) and not quick)
        ]
        of = Counter(job.who for job in running)
        return min(
            may, key=lambda job: (of[job.who], self._served.get(job.who, -1), job.id), default=None
        )

    def _quick(self, job: Job) -> bool:
        size = sum(file.bytes for file in job.files)
        return job.dry_run and size <= self._settings.validate_bytes

    def _start(self, job: Job) -> None:
        folder = self._jobs.folder(job.id)
        work = folder / WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for name in (worker.RESULT, worker.ERROR, PROGRESS):
            (folder / name).unlink(missing_ok=True)
        try:
            job = self._jobs.change(job.id, ("queued",), state="running", started=now())
        except IstcError:
            return  # cancelled meanwhile
        self._served[job.who] = next(self._clock)
        until = time.monotonic() + self._settings.import_seconds
        self._running[job.id] = _Running(job, _spawn(folder, self._settings), until)

    # --- ending -----------------------------------------------------------------------------------

    def _look(self) -> None:
        """See to what runs: limits, cancelled jobs, those that have ended."""
        for id_, one in list(self._running.items()):
            if one.process.poll() is None:
                self._bound(one)
            if one.process.poll() is not None:
                del self._running[id_]
                self._end(one)
                self._jobs.woken.set()

    def _bound(self, one: _Running) -> None:
        moment = time.monotonic()
        folder = self._jobs.folder(one.job.id)
        if not folder.exists() or self._jobs.get(one.job.id).state != "running":
            self._kill(one)
        elif moment > one.until:
            one.stopped = _too_slow(self._settings)
            self._kill(one)
        elif moment - one.measured > _MEASURE_SECONDS:
            one.measured = moment
            if _size(folder / WORK) > self._settings.job_bytes:
                one.stopped = worker.disk_full(self._settings)
                self._kill(one)

    def _kill(self, one: _Running) -> None:
        # What the process has started ends with it.
        one.process.kill()
        one.process.wait()

    def _end(self, one: _Running) -> None:
        folder = self._jobs.folder(one.job.id)
        values: dict[str, Any] = {"checked": now()}
        result = _read(folder / worker.RESULT)
        if one.process.returncode == 0 and result is not None:
            values |= result
        else:
            problem = one.stopped or self._failure(folder, one.process.returncode)
            values |= {"state": "failed"}
            values["problem"] = problem if isinstance(problem, dict) else problem.record()
        with suppress(IstcError):  # cancelled meanwhile
            self._jobs.change(one.job.id, ("running",), **values)
        if not folder.exists():
            return
        job = self._jobs.get(one.job.id)
        if job.state != "checked" or job.dry_run:
            shutil.rmtree(folder / WORK, ignore_errors=True)

    def _failure(self, folder: Path, code: int) -> IstcError | dict[str, Any]:
        """Why a child has failed."""
        told = _read(folder / worker.ERROR)
        if told is not None:
            return told
        if code == -signal.SIGALRM:
            return _too_slow(self._settings)
        if code == worker.NO_MEMORY or code < 0:
            most = self._settings.write_bytes
            return BudgetExceeded(
                f"The import needs more than {most} bytes of memory.",
                hint="Import less at a time.",
                extra={"limitBytes": most},
            )
        said = (folder / _SAID).read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:]
        log.error("the child of import %s ended with code %s: %s", folder.name, code, said)
        return Internal("The import could not be checked; it has been logged.")


def _spawn(folder: Path, settings: Settings) -> subprocess.Popen[bytes]:
    kept = {name: text for name, text in environment().items() if not name.startswith("ISTC_")}
    command = [sys.executable, "-P", "-m", "kg.importing.jobs", worker.CHECK, str(folder)]
    with (folder / _SAID).open("wb") as said:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # What it leaves when it is killed goes with its folder.
            env=kept | settings.environ() | {"TMPDIR": str(folder / WORK)},
        )


def _too_slow(settings: Settings) -> TimeLimit:
    return TimeLimit(
        f"The import was stopped after {settings.import_seconds:g} seconds.",
        hint="Import less at a time.",
        extra={"limitSeconds": settings.import_seconds},
    )


def _size(folder: Path) -> int:
    """Bytes that a folder takes; tables that are linked to those of a data version count once."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            status = path.lstat()
            total += status.st_size if status.st_nlink == 1 else 0
    return total


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


__all__ = ["Runner"]

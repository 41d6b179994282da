"""Analyses beside a service: each in a process of its own, a few at a time, with progress.

Whoever asks for a result that is being computed waits for the same process. A result is kept for
its data version, so that it is computed once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg import errors, resources
from kg.analysis import kept, projecting
from kg.analysis.catalogue import Analysis
from kg.analysis.projecting import Projection
from kg.analysis.results import Result
from kg.analysis.worker import NO_MEMORY
from kg.errors import BudgetExceeded, Busy, Internal, IstcError, TimeLimit
from kg.settings import Settings
from kg.store.versions import Version

#: Analyses that may wait for a process.
WAITING = 32
#: How long an error is told to those who ask again, in seconds.
REMEMBERED = 30.0


@dataclass
class Work:
    """An analysis that is computed.

    Attributes:
        stage: What it is doing, in English; empty while it waits for others.
        done: Steps that are done.
        total: Steps in all; None when that is not known.
        since: When it was asked for, by the monotonic clock.
        ended: Set when there is a result, or an error.
        error: Why there is no result.
    """

    stage: str = ""
    done: int | None = None
    total: int | None = None
    since: float = field(default_factory=time.monotonic)
    ended: threading.Event = field(default_factory=threading.Event)
    error: IstcError | None = None
    until: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it has been waited for."""
        return time.monotonic() - self.since


class Workers:
    """The processes that compute analyses of one service; safe to use from many threads.

    Args:
        settings: Home and limits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = threading.Semaphore(settings.analyses)
        self._lock = threading.Lock()
        self._works: dict[Path, Work] = {}
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def result(
        self,
        version: Version,
        asked: Analysis,
        values: Mapping[str, str | None],
        wait: float,
    ) -> Result | Work:
        """The result of an analysis; begun when it is not there.

        Args:
            version: The data version.
            asked: The analysis.
            values: Its checked values, as keys; None means all.
            wait: How long to wait for it, in seconds.

        Returns:
            The result, or the work that goes on.

        Raises:
            Busy: Too many others wait.
            IstcError: What went wrong in it.
        """
        file = kept.path(self._settings.home, version, asked, values)
        found = kept.load(file)
        if found is not None:
            return found
        given = {name: value or "" for name, value in values.items()}
        job = {"analysis": asked.id, "values": given, "file": str(file)}
        work = self._done(file, job, version, wait)
        if work is not None:
            return work
        found = kept.load(file)
        if found is None:
            raise Internal("A result is not where it was kept.", where=asked.called)
        return found

    def table(self, version: Version, wanted: Projection, wait: float) -> Path | Work:
        """The file of a projection; begun when it is not there.

        Args:
            version: The data version.
            wanted: The projection.
            wait: How long to wait for it, in seconds.

        Returns:
            The file, or the work that goes on.

        Raises:
            Busy: Too many others wait.
            IstcError: What went wrong.
        """
        file = projecting.path(self._settings.home, version, wanted)
        if file.exists():
            return file
        return self._done(file, {"table": wanted.name}, version, wait) or file

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._closed = True
            running = list(self._processes)
        for process in running:
            process.kill()

    def _done(self, file: Path, job: dict[str, Any], version: Version, wait: float) -> Work | None:
        """Wait for a file to be made; the work when that takes longer."""
        work = self._begun(file, job, version)
        if not work.ended.wait(wait):
            return work
        if work.error is not None:
            raise work.error
        return None

    def _begun(self, file: Path, job: dict[str, Any], version: Version) -> Work:
        with self._lock:
            now = time.monotonic()
            # An error is told for a while, and then it is tried again.
            self._works = {f: w for f, w in self._works.items() if not w.until or w.until > now}
            work = self._works.get(file)
            if work is not None:
                return work
            if self._closed or len(self._works) >= WAITING + self._settings.analyses:
                raise Busy("Too many analyses wait.", hint="Try again in a minute.")
            work = self._works[file] = Work()
        job |= {
            "home": str(self._settings.home.absolute()),
            "version": version.number,
            "seconds": self._settings.analysis_seconds,
            "memory": self._settings.analysis_bytes,
        }
        threading.Thread(target=self._work, args=(file, work, job), daemon=True).start()
        return work

    def _work(self, file: Path, work: Work, job: dict[str, Any]) -> None:
        try:
            with self._slots:
                self._compute(work, job)
        except IstcError as error:
            work.error = error
        except OSError as error:
            work.error = Internal(f"An analysis could not be begun: {error}.")
        with self._lock:
            if work.error is None:
                self._works.pop(file, None)
            else:
                work.until = time.monotonic() + REMEMBERED
        work.ended.set()

    def _compute(self, work: Work, job: dict[str, Any]) -> None:
        if self._closed:
            raise Busy("The service stops.")
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "kg.analysis.worker", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=resources.environment(),
        )
        late = threading.Timer(self._settings.analysis_seconds, process.kill)
        late.daemon = True
        late.start()
        with self._lock:
            self._processes.add(process)
        began = time.monotonic()
        try:
            last = _follow(process, work, job)
        finally:
            late.cancel()
            process.kill()
            code = process.wait()
            with self._lock:
                self._processes.discard(process)
        if "kept" in last:
            return
        if "error" in last:
            raise errors.of_record(last["error"])
        if time.monotonic() - began >= self._settings.analysis_seconds:
            seconds = self._settings.analysis_seconds
            raise TimeLimit(
                f"The analysis took longer than {seconds:g} seconds.",
                hint="Choose narrower values.",
                extra={"limitSeconds": seconds},
            )
        if code == NO_MEMORY:
            raise BudgetExceeded(
                f"The analysis needs more than {self._settings.analysis_bytes} bytes of memory.",
                hint="Choose narrower values.",
                extra={"limitBytes": self._settings.analysis_bytes},
            )
        raise Internal("The process of an analysis ended without a word.", where=str(job))


def _follow(process: subprocess.Popen[bytes], work: Work, job: dict[str, Any]) -> dict[str, Any]:
    """Hand the job over and read what is told of it; the last of it."""
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    work.stage = "starting"
    process.stdin.write(json.dumps(job).encode())
    process.stdin.close()
    last: dict[str, Any] = {}
    for line in process.stdout:
        last = json.loads(line)
        if "stage" in last:
            work.stage, work.done, work.total = last["stage"], last["done"], last["total"]
    return last


__all__ = ["Work", "Workers"]

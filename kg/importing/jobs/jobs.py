"""The jobs of a service: one folder each, whose `job.json` is replaced as a whole.

Several processes may look at them at the same time: who changes a job holds its lock.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock
from pyoxigraph import Store

from kg.errors import NotFound, TooManyRequests, WrongState
from kg.importing.jobs.job import STATES, File, Job
from kg.settings import Settings
from kg.store import journal, versions
from kg.store.versions import Version, sync_folder

log = logging.getLogger(__name__)

FOLDER = "jobs"
JOB = "job.json"
PROGRESS = "progress.json"
#: Folders in the folder of a job: what was sent, and what is made of it.
FILES, WORK = "files", "work"
_LOCK = ".lock"
_RECEIVING = ".receiving-"
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{12}")
_RETRY_SECONDS = 30
_EXPIRED: dict[str, Any] = {
    "class": "Cancelled",
    "what": "Nobody committed the import in time; its files are gone.",
    "where": None,
    "hint": "Send the files again.",
    "extra": {},
}


def now() -> str:
    """The time in ISO 8601."""
    return _stamp(datetime.now(UTC))


def _stamp(moment: datetime | None) -> str:
    return (moment or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write(path: Path, record: Any) -> None:
    """Write a file of JSON as a whole and durably."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(record, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
        sync_folder(path.parent)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


@lru_cache(maxsize=4)
def _undone(version: Version) -> dict[int, tuple[int, str]]:
    """The data versions whose change is undone: which one undid it last, and when."""
    with versions.hold(version):
        lines = journal.entries(Store.read_only(str(version.path)))
    stand = {line.number for line in journal.standing(lines)}
    return {
        line.entry.undoes: (line.number, _stamp(line.entry.at))
        for line in lines
        if line.entry.undoes is not None and line.entry.undoes not in stand
    }


def _as_journal_tells(job: Job, version: Version | None) -> Job:
    """Whether a committed job still stands: it may have been taken back from anywhere."""
    if job.state != "committed" or not job.changed or version is None or job.version is None:
        return job
    number, at = _undone(version).get(job.version, (None, None))
    return job if number is None else replace(job, state="reverted", reverted=at, undo=number)


class Jobs:
    """The jobs under a home; safe to use from many threads and processes.

    Args:
        settings: Home and bounds.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._base = settings.home.absolute() / FOLDER
        #: Set when there is something new to do.
        self.woken = threading.Event()
        self._read: dict[str, tuple[tuple[int, int], Job]] = {}

    def folder(self, id_: str) -> Path:
        """The folder of a job, whether it exists or not."""
        return self._base / id_

    # --- coming in --------------------------------------------------------------------------------

    @contextmanager
    def receiving(self) -> Iterator[Path]:
        """A folder for what is being sent; it goes unless it becomes a job."""
        self._base.mkdir(parents=True, exist_ok=True)
        start = f"{_RECEIVING}{os.getpid()}-"
        folder = Path(tempfile.mkdtemp(prefix=start, dir=self._base))
        try:
            (folder / FILES).mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def submit(
        self,
        folder: Path,
        who: str,
        source: str,
        files: tuple[File, ...],
        *,
        mapping: File | None = None,
        bar: str | None = None,
        dry_run: bool = False,
    ) -> Job:
        """Make a job of what was received, and let it wait for its turn.

        Args:
            folder: The folder of `receiving`, with the files.
            who: Name of the token of the sender.
            source: Key of the source.
            files: The files.
            mapping: The mapping of a table of the sender's own.
            bar: Gravity that refuses; None: that of the settings.
            dry_run: Whether it is checked only.

        Returns:
            The job.

        Raises:
            TooManyRequests: The sender has as many jobs waiting as one may have.
        """
        waiting = sum(job.state == "queued" for job in self.all(who))
        if waiting >= self.settings.client_jobs:
            raise TooManyRequests(
                f"{waiting} of your imports are waiting already.",
                hint="Send the next one when one of them is done.",
                extra={"retryAfter": _RETRY_SECONDS},
            )
        made = now()
        start = re.sub(r"[-:]", "", made[:19]).replace("T", "-")
        job = Job(
            f"{start}-{secrets.token_hex(6)}",
            who,
            source,
            files,
            made,
            mapping=mapping,
            bar=bar,
            dry_run=dry_run,
        )
        write(folder / JOB, job.stored())
        os.rename(folder, self.folder(job.id))
        sync_folder(self._base)
        self.woken.set()
        return job

    # --- looking ----------------------------------------------------------------------------------

    def get(self, id_: str, who: str | None = None) -> Job:
        """A job.

        Args:
            id_: Its id.
            who: Whose it must be; None for anybody's.

        Returns:
            The job with its progress.

        Raises:
            NotFound: There is none of this id, or it is somebody else's.
        """
        job = self._load(id_) if _ID.fullmatch(id_) else None
        if job is None or who not in (None, job.who):
            raise NotFound(
                f"There is no import “{id_}” of yours.", hint="List them with: GET /imports."
            )
        if not job.active:
            return _as_journal_tells(job, versions.current(self.settings.home))
        try:
            told = json.loads((self.folder(id_) / PROGRESS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return job
        return replace(job, stage=told["stage"], done=told["done"], total=told["total"])

    def all(self, who: str | None = None) -> list[Job]:
        """Jobs, newest first.

        Args:
            who: Whose; None for all.
        """
        try:
            names = sorted((n for n in os.listdir(self._base) if _ID.fullmatch(n)), reverse=True)
        except FileNotFoundError:
            return []
        version = versions.current(self.settings.home)
        found = (self._load(name) for name in names)
        return [
            _as_journal_tells(job, version)
            for job in found
            if job is not None and who in (None, job.who)
        ]

    def counts(self) -> dict[str, int]:
        """How many jobs are in each state."""
        counted = Counter(job.state for job in self.all())
        return {state: counted[state] for state in STATES}

    def place(self, job: Job) -> int | None:
        """How many jobs came before one that is still waiting; None when it is not waiting."""
        if job.state != "queued":
            return None
        return sum(other.state == "queued" and other.id < job.id for other in self.all())

    def _load(self, id_: str) -> Job | None:
        path = self.folder(id_) / JOB
        try:
            with path.open(encoding="utf-8") as file:
                status = os.fstat(file.fileno())
                seen = (status.st_ino, status.st_mtime_ns)
                held = self._read.get(id_)
                if held is not None and held[0] == seen:
                    return held[1]
                job = Job.parse(json.load(file))
        except FileNotFoundError:
            self._read.pop(id_, None)
            return None
        except (ValueError, TypeError, KeyError):
            # One that is damaged is no reason to lose the others.
            log.exception("the import %s cannot be read", id_)
            return None
        self._read[id_] = (seen, job)
        return job

    # --- changing ---------------------------------------------------------------------------------

    def change(self, id_: str, states: Collection[str], **values: Any) -> Job:
        """Bring a job into another state.

        Args:
            id_: Its id.
            states: In which it must be.
            **values: What becomes of its attributes.

        Returns:
            The job as it is then.

        Raises:
            NotFound: There is none of this id.
            WrongState: It is in none of these states.
        """
        self.get(id_)
        with FileLock(self.folder(id_) / _LOCK):
            job = self.get(id_)
            if job.state not in states:
                raise WrongState(
                    f"The import is {job.state}.",
                    where=id_,
                    hint=f"This can be done when it is: {', '.join(sorted(states))}.",
                    extra={"state": job.state},
                )
            job = replace(job, stage=None, done=None, total=None, **values)
            (self.folder(id_) / PROGRESS).unlink(missing_ok=True)
            write(self.folder(id_) / JOB, job.stored())
        self.woken.set()
        return job

    def cancel(self, id_: str) -> Job:
        """Cancel a job that waits or is being checked; its process is stopped by who runs it.

        Raises:
            NotFound: There is none of this id.
            WrongState: It is done already.
        """
        return self.change(id_, ("queued", "running"), state="cancelled", checked=now())

    def remove(self, id_: str) -> None:
        """Remove a job and everything of it."""
        self._read.pop(id_, None)
        shutil.rmtree(self.folder(id_), ignore_errors=True)

    def tidy(self) -> None:
        """Remove the files of jobs that are old, and what dead processes were receiving."""
        if not self._base.is_dir():
            return
        for left in self._base.glob(f"{_RECEIVING}*"):
            owner = left.name.removeprefix(_RECEIVING).partition("-")[0]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                shutil.rmtree(left, ignore_errors=True)
        oldest = datetime.now(UTC) - timedelta(days=self.settings.job_days)
        for job in self.all():
            last = max(filter(None, (job.created, job.checked, job.committed, job.reverted)))
            if job.active or not job.kept or datetime.fromisoformat(last) > oldest:
                continue
            self._expire(job)

    def _expire(self, job: Job) -> None:
        values: dict[str, Any] = {"kept": False}
        if job.state == "checked":
            values |= {"state": "cancelled", "problem": _EXPIRED}
        self.change(job.id, (job.state,), **values)
        for name in (FILES, WORK):
            shutil.rmtree(self.folder(job.id) / name, ignore_errors=True)


__all__ = ["FILES", "FOLDER", "JOB", "PROGRESS", "WORK", "Jobs", "now", "write"]

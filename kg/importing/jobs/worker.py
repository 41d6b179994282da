"""What the child process does that reads and checks one job.

It reads `job.json` in the folder of the job and the settings from its environment, and writes the
report, the difference and the prepared change; last of all `result.json`, or `error.json`. It has
no way to the network where the system allows it, hard limits of time, memory and disk, a low
priority, and ends with its parent.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from kg import processes
from kg.errors import BudgetExceeded, IstcError
from kg.importing import imports
from kg.importing.drafting import Upload
from kg.importing.findings import Findings
from kg.importing.imports import Checked, Order
from kg.importing.jobs.job import Job
from kg.importing.jobs.jobs import JOB, WORK, write
from kg.importing.jobs.preview import write_difference
from kg.importing.jobs.progress import Telling
from kg.namespaces import ID
from kg.settings import Settings
from kg.store import keeper

RESULT, ERROR, PREPARED = "result.json", "error.json", "prepared.json"
#: Forms of the report, the endings of its files; words have one for each language.
REPORTS = ("json", "csv", "ttl", "jsonld", "zh.txt", "en.txt")
#: Exit codes beside 0.
FAILED, NO_MEMORY = 3, 5
#: Seconds after its limit at which the child ends by itself, should nobody stop it.
GRACE_SECONDS = 2.0
#: What the command line of a child says first.
CHECK = "check"
#: Links and linked things that a preview shows; the difference has them all.
SHOWN = 200
_PRIORITY = 5
#: Numbers of errors that say that there is no room on the disk.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def report(name: str) -> str:
    """Name of the file of a report."""
    return f"report.{name}"


def disk_full(settings: Settings) -> BudgetExceeded:
    """The error of a job that takes more disk than it may, or than there is."""
    return BudgetExceeded(
        f"The import needs more than {settings.job_bytes} bytes of disk, or the disk is full.",
        hint="Import less at a time.",
        extra={"limitBytes": settings.job_bytes},
    )


def _bounds(parent: int, settings: Settings) -> None:
    processes.end_with_parent(parent)
    keeper.leave_network()
    os.nice(_PRIORITY)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, settings.import_seconds + GRACE_SECONDS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + settings.write_bytes
    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, settings.job_bytes)):
        # Only the soft bound: the child that stages the change sets bounds of its own.
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def order(job: Job, folder: Path) -> Order:
    """What a job imports, from its folder."""
    return Order(
        tuple(Upload(folder / file.path, file.name) for file in job.files),
        job.source,
        job.who,
        None if job.mapping is None else folder / job.mapping.path,
        job.bar,
    )


def _reports(folder: Path, found: Findings, source: str) -> None:
    """Write the report in every form."""
    for form in ("csv", "ttl", "jsonld"):
        with (folder / report(form)).open("wb") as file:
            found.write(file, form, source)
    for language in ("zh", "en"):
        with (folder / report(f"{language}.txt")).open("wb") as file:
            found.write(file, "text", source, language)
    head = {"conforms": found.conforms, "counts": dict(found.counts)}
    with (folder / report("json")).open("wb") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "findings": ')
        found.write(file, "json", source)
        file.write(b"}")


def _bounded(preview: dict[str, Any]) -> dict[str, Any]:
    """A preview whose lists are cut off, with their true lengths: everybody reads it again."""
    for name, kind in (("linkedThings", dict), ("links", list)):
        whole = preview[name]
        preview[name] = kind(islice(whole.items() if kind is dict else whole, SHOWN))
        preview[f"{name}Total"] = len(whole)
    return preview


def _finished(folder: Path, job: Job, checked: Checked) -> None:
    _reports(folder, checked.findings, f"{ID}doc/{job.source}")
    preview = _bounded(checked.record())
    if checked.prepared is not None:
        preview["diff"] = write_difference(folder)
        ready = replace(checked, entry=replace(checked.entry, job=job.id))
        write(folder / PREPARED, ready.stored())
    state = "refused" if checked.prepared is None else "checked"
    write(folder / RESULT, {"state": state, "preview": preview})


def main(folder: Path, parent: int) -> int:
    """Read and check the job of a folder.

    Args:
        folder: Folder of the job.
        parent: Number of the process with which this one ends.

    Returns:
        The exit code.
    """
    settings = Settings.from_env(os.environ)
    _bounds(parent, settings)
    job = Job.parse(json.loads((folder / JOB).read_text(encoding="utf-8")))
    tell = Telling(folder)
    try:
        checked = imports.check(settings, order(job, folder), folder / WORK, progress=tell)
        tell("report", None, None)
        _finished(folder, job, checked)
    except IstcError as error:
        write(folder / ERROR, error.record())
        return FAILED
    except MemoryError:
        return NO_MEMORY
    except OSError as error:
        if error.errno == errno.ENOMEM:
            # Without memory not even a folder can be removed, and that error hides the first.
            return NO_MEMORY
        if error.errno not in FULL:
            raise
        # Where not even this can be written, who runs us finds no result.
        write(folder / ERROR, disk_full(settings).record())
        return FAILED
    return 0

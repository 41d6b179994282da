"""The child process that computes an analysis or a table: `python -m kg.analysis.worker PARENT`.

It reads the job as JSON on stdin (home; analysis and values, or table; version, limits), tells its
stages as lines of JSON on stdout, and keeps the result; the last line says that it is there, or the
error. It has no way to the network where the system allows it, hard limits of time and memory, a
low priority, and ends with its parent.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from kg import processes
from kg.analysis import kept, projecting, running
from kg.errors import IstcError, NoStore
from kg.store import keeper, versions

#: Exit code when memory was too small.
NO_MEMORY = 5
GRACE_SECONDS = 2.0
_PRIORITY = 5


def _bounds(parent: int, job: dict[str, Any]) -> None:
    processes.end_with_parent(parent)
    keeper.leave_network()
    os.nice(_PRIORITY)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, float(job["seconds"]) + GRACE_SECONDS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + int(job["memory"])
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _tell(record: dict[str, Any]) -> None:
    os.write(sys.stdout.fileno(), json.dumps(record, ensure_ascii=False).encode() + b"\n")


def main(arguments: list[str]) -> int:
    """Compute the job on stdin; return the exit code."""
    job: dict[str, Any] = json.load(sys.stdin)
    _bounds(int(arguments[0]), job)
    home = Path(job["home"])

    def progress(stage: str, done: int | None, total: int | None) -> None:
        _tell({"stage": stage, "done": done, "total": total})

    try:
        version = versions.at(home, job["version"])
        if version is None:
            raise NoStore(f"Data version {job['version']} is no longer kept.", where=str(home))
        if "table" in job:
            wanted = projecting.projection(job["table"])
            projecting.parquet(home, version, wanted, progress)
            _tell({"kept": True})
            return 0
        result = running.run(
            home, job["analysis"], job["values"], version=version, progress=progress
        )
        kept.save(Path(job["file"]), result)
    except IstcError as error:
        _tell({"error": error.record()})
        return 0
    except MemoryError:
        return NO_MEMORY
    _tell({"kept": True})
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # Without waiting for memory to be given back piece by piece.
    os._exit(code)

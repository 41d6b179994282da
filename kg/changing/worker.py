"""The child process that stages one change: `python -m kg.changing.worker FOLDER PARENT`.

It reads `job.json` in the folder, tells its stages as lines on stdout, and writes `added.nq` and
`removed.nq` with `result.json`; or `error.json`. It has no way to the network where the system
allows it, hard limits of time and memory, and ends with its parent.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from kg import processes, walking
from kg.changing import doing, staging, steps
from kg.changing.bounds import Rules
from kg.changing.ledger import Ledger
from kg.changing.staging import Staged
from kg.errors import IstcError
from kg.store import keeper

JOB, RESULT, ERROR = "job.json", "result.json", "error.json"
#: Exit codes beside 0.
FAILED, NO_MEMORY, NO_ROOM, TOO_LARGE = 3, 5, 6, 7
_FULL = (errno.ENOSPC, errno.EDQUOT)
#: Seconds after its limit at which the child ends by itself, should nobody stop it.
GRACE_SECONDS = 2.0


def _limit_memory(most: int) -> None:
    """Bound what is used beyond what is used now: the graph itself has been loaded."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        bound = pages * resource.getpagesize() + most
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


def _save(folder: Path, staged: Staged) -> None:
    result = {
        "stated": staged.stated,
        "warnings": [warning.record() for warning in staged.warnings],
    }
    (folder / RESULT).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Stage the change of a folder; return the exit code."""
    folder, parent = Path(arguments[0]), int(arguments[1])
    processes.end_with_parent(parent)
    keeper.leave_network()
    job: dict[str, Any] = json.loads((folder / JOB).read_text(encoding="utf-8"))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, float(job["seconds"]) + GRACE_SECONDS)
    # A bound of who started us does not reckon with the graph that is loaded here.
    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    rules = Rules(**{**job["rules"], "owned": frozenset(job["rules"]["owned"])})

    def tell(stage: str) -> None:
        os.write(sys.stdout.fileno(), f"{stage}\n".encode())

    walking.remember(Path(job["memory_of_walks"]))
    try:
        version = None if job["version"] is None else Path(job["version"])
        step = steps.parse(job["step"])
        in_memory = doing.prefers_memory(step, rules, job["quads"], job["memory_quads"])
        store = staging.copy(version, folder, in_memory=in_memory)
        _limit_memory(job["memory"])
        with closing(Ledger(folder)) as ledger:
            large = in_memory and doing.is_large(step, job["quads"])
            stage = staging.stage_whole if large else staging.stage
            staged = stage(store, step, rules, tell, ledger)
        _save(folder, staged)
    except IstcError as error:
        told = json.dumps(error.record(), ensure_ascii=False)
        (folder / ERROR).write_text(told, encoding="utf-8")
        return FAILED
    except MemoryError:
        return NO_MEMORY
    except OSError as error:
        # The engine tells of it in words only.
        if error.errno in _FULL or "No space left" in str(error):
            return NO_ROOM
        # A bound of who started us (RLIMIT_FSIZE).
        if error.errno == errno.EFBIG or "File too large" in str(error):
            return TOO_LARGE
        raise
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # Without waiting for memory to be given back piece by piece.
    os._exit(code)

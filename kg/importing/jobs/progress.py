"""How far a job is, in a file that others read while it goes on."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from kg.importing.jobs.jobs import PROGRESS

_SECONDS = 0.2


class Telling:
    """A `kg.progress.Progress` that writes `progress.json`, not more than five times a second.

    Args:
        folder: Folder of the job.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / PROGRESS
        self._stage = ""
        self._next = 0.0

    def __call__(self, stage: str, done: int | None, total: int | None) -> None:
        """Tell the stage, steps done and steps in all."""
        moment = time.monotonic()
        if stage == self._stage and moment < self._next:
            return
        self._stage, self._next = stage, moment + _SECONDS
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps({"stage": stage, "done": done, "total": total}))
        os.replace(partial, self._path)


__all__ = ["Telling"]

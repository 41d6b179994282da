"""The spool: one folder a process for answers, removed with it or swept after it."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from pathlib import Path

FOLDER = "spool"


class Spool:
    """Files of answers under ISTC_HOME/spool/<process>-…

    Args:
        home: ISTC_HOME.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._folder: Path | None = None

    def file(self) -> Path:
        """A path for a new answer; the first call sweeps what dead processes left."""
        with self._lock:
            if self._folder is None:
                spool = self._home / FOLDER
                spool.mkdir(parents=True, exist_ok=True)
                _sweep(spool)
                self._folder = spool / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
                self._folder.mkdir()
            return self._folder / uuid.uuid4().hex

    def close(self) -> None:
        """Remove the folder."""
        with self._lock:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None


def _sweep(spool: Path) -> None:
    for folder in spool.iterdir():
        process = folder.name.partition("-")[0]
        if process.isdigit() and not _lives(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

"""Files that anybody may have kept: each under a name made from its content, all of them bounded.

The same content has the same name whenever it is kept, and a file never changes. How many are
kept, how large they are and how many new ones come in an hour is bounded.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from kg.errors import NoRoom, TooManyRequests

HOUR = 3600


@dataclass(frozen=True)
class Shelf:
    """A folder of such files.

    Attributes:
        folder: Where they are.
        ending: Ending of their names, with the dot.
        most: How many are kept.
        hourly: How many new ones may come in an hour.
        things: What they are called in errors, e.g. `frozen answers`.
        instead: What to do when the shelf is full.
    """

    folder: Path
    ending: str
    most: int
    hourly: int
    things: str
    instead: str

    def path(self, name: str) -> Path:
        """The file of a name."""
        return self.folder / f"{name}{self.ending}"

    def keep(self, name: str, data: bytes, *, bounded: bool, beside: bytes | None = None) -> bool:
        """Keep content under its name, whole or not at all.

        Args:
            name: The name that the content has.
            data: The content.
            bounded: Whether the bound on new ones in an hour holds.
            beside: What to write into `<name>.date` when it is new.

        Returns:
            Whether it is new.

        Raises:
            TooManyRequests: Too many new ones came within an hour.
            NoRoom: As many are kept as may be kept.
        """
        path = self.path(name)
        if path.exists():
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".lock"):
            if path.exists():
                return False
            self._check_room(bounded=bounded)
            if beside is not None:
                _write(path.with_suffix(".date"), beside)
            _write(path, data)
        return True

    def _check_room(self, *, bounded: bool) -> None:
        times = sorted(item.stat().st_mtime for item in self.folder.glob(f"*{self.ending}"))
        if len(times) >= self.most:
            raise NoRoom(
                f"This service keeps {self.most} {self.things} and holds as many.",
                hint=self.instead,
            )
        since = time.time() - HOUR
        recent = [moment for moment in times if moment > since]
        if bounded and len(recent) >= self.hourly:
            freed = recent[-self.hourly] if self.hourly else time.time()
            raise TooManyRequests(
                f"{self.hourly} {self.things} have been made within an hour, as many as allowed.",
                hint="Try again after the seconds given in Retry-After.",
                extra={"retryAfter": max(1, int(freed - since) + 1)},
            )


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

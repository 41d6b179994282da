"""A running service keeps its remote store up to date: a thread that pushes after each commit."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from kg.errors import IstcError
from kg.store import versions
from service.remote.replica import Held, Replica

#: How often it looks for a new version, in seconds.
LOOK_SECONDS = 0.2
#: How long after a push that failed it tries again, in seconds.
AGAIN_SECONDS = 10.0
#: How long the end of the service waits for a push, in seconds.
CLOSE_SECONDS = 5.0

log = logging.getLogger(__name__)


class Follower:
    """Pushes each new version of the truth; `close` ends it.

    Args:
        home: ISTC_HOME, absolute.
        replica: The remote store.
    """

    def __init__(self, home: Path, replica: Replica) -> None:
        self._home, self._replica = home, replica
        self._closed = threading.Event()
        self._wanted = threading.Event()
        self._changed = threading.Condition()
        self._attempts = 0
        self._pushed: Held | None = None
        self.error: IstcError | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="remote-follow")
        self._thread.start()

    def catch_up(self, seconds: float) -> None:
        """Have the store looked at now, and wait until that is done.

        Args:
            seconds: How long to wait at most.
        """
        with self._changed:
            before = self._attempts
            # An attempt on its way may have read the pointer before it was moved.
            self._pushed = None
            self._wanted.set()
            self._changed.wait_for(lambda: self._attempts > before, seconds)

    def _run(self) -> None:
        pause = LOOK_SECONDS
        while not self._closed.is_set():
            self._wanted.wait(pause)
            self._wanted.clear()
            if self._closed.is_set():
                return
            shown = versions.current(self._home)
            if shown is None or Held(shown.number, shown.digest) == self._pushed:
                continue
            pause = LOOK_SECONDS if self._push() else AGAIN_SECONDS

    def _push(self) -> bool:
        try:
            done = self._replica.push()
            if done.how != "nothing":
                log.info("the remote store holds data version %d", done.version.number)
            self.error, pushed = None, Held(done.version.number, done.version.digest)
        except IstcError as error:
            log.warning("the remote store was not brought up to date: %s", error)
            self.error, pushed = error, None
        with self._changed:
            self._pushed = pushed
            self._attempts += 1
            self._changed.notify_all()
        return pushed is not None

    def close(self) -> None:
        """End the thread; a push that is cut off is noticed by the next one."""
        self._closed.set()
        self._wanted.set()
        self._thread.join(CLOSE_SECONDS)


__all__ = ["Follower"]

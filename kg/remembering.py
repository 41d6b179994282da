"""Answers that are kept while their data version answers: the ones used longest ago go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable


class Kept:
    """Answers of one data version, bounded in bytes; safe to use from many threads.

    Args:
        most: Bytes of all answers together; 0 keeps none.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._digest = ""
        self._bodies: OrderedDict[Hashable, bytes] = OrderedDict()
        self._used: dict[Hashable, int] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes that are kept now."""
        return self._size

    def get(self, digest: str, key: Hashable) -> bytes | None:
        """The answer to a request on a data version, None when it is not kept."""
        with self._lock:
            body = self._bodies.get(key) if digest == self._digest else None
            if body is not None:
                self._bodies.move_to_end(key)
                self._used[key] = self._used.get(key, 0) + 1
            return body

    def put(self, digest: str, key: Hashable, body: bytes) -> None:
        """Keep an answer, unless it alone would take more than an eighth of the room."""
        with self._lock:
            if digest != self._digest or len(body) > self._most // 8 or key in self._bodies:
                return
            self._bodies[key] = body
            self._size += len(body)
            while self._size > self._most:
                gone, old = self._bodies.popitem(last=False)
                self._used.pop(gone, None)
                self._size -= len(old)

    def begin(self, digest: str) -> list[Hashable]:
        """Forget everything, and keep answers of this data version from now on.

        Args:
            digest: Digest of the version.

        Returns:
            What was asked more than once of the version before, the most used first; nothing when
            the version is the same.
        """
        with self._lock:
            if digest == self._digest:
                return []
            often = sorted((k for k, n in self._used.items() if n), key=self._used.__getitem__)
            self._digest, self._size = digest, 0
            self._bodies.clear()
            self._used.clear()
            return often[::-1]

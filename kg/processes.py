"""Work in forked processes, as many at once as there are CPUs; what they need is inherited."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from kg.errors import LimitReached

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """End this process when its parent ends, however that ends.

    Args:
        parent: The number of the parent.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


@contextmanager
def beside(
    most: int, inherit: Callable[..., None] | None = None, what: tuple[Any, ...] = ()
) -> Iterator[ProcessPoolExecutor]:
    """Processes that work beside this one; what they return travels, what they inherit does not.

    Args:
        most: How many at most, at least one.
        inherit: Called in each process with `what` when it begins.
        what: What the processes inherit as it is.

    Yields:
        The pool to which work is given. After an error what has not begun is left.

    Raises:
        LimitReached: The system has ended one of them.
    """
    count = max(1, min(most, len(os.sched_getaffinity(0))))
    began = (os.getpid(), inherit, what)
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("fork"), _begin, began)
    try:
        with pool:
            try:
                yield pool
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
    except BrokenProcessPool as error:
        raise LimitReached(
            "A process that worked on the graph was ended by the system.",
            hint="It may have run out of memory: take fewer data sets, or give it more memory.",
        ) from error


def _begin(parent: int, inherit: Callable[..., None] | None, what: tuple[Any, ...]) -> None:
    end_with_parent(parent)
    if inherit is not None:
        inherit(*what)

"""Work in forked processes, as many at once as there are CPUs; what they need is inherited."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from kg.errors import LimitReached


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
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("fork"), inherit, what)
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

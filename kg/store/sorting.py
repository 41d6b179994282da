"""Lines of N-Quads in order, however many: sorted runs on disk, merged as a stream."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO

#: Lines that are sorted in memory at once.
_RUN = 500_000


def sorted_lines(lines: Iterable[bytes], folder: Path) -> Iterator[bytes]:
    """Lines in order, each once.

    Args:
        lines: The lines, without line ends.
        folder: Where runs are kept while they are needed.

    Yields:
        The lines.
    """
    source = iter(lines)
    with ExitStack() as opened:
        runs: list[IO[bytes]] = []
        while run := sorted(islice(source, _RUN)):
            file = opened.enter_context(tempfile.TemporaryFile(dir=folder))
            file.writelines(line + b"\n" for line in run)
            file.seek(0)
            runs.append(file)
        before = None
        for line in heapq.merge(*runs):
            if line != before:
                before = line
                yield line.rstrip(b"\n")


def write(lines: Iterable[bytes], target: Path, folder: Path) -> None:
    """Write lines in order, each once, to a file.

    Args:
        lines: The lines, without line ends.
        target: The file.
        folder: Where runs are kept while they are needed.
    """
    with target.open("wb") as file:
        file.writelines(line + b"\n" for line in sorted_lines(lines, folder))


def differences(
    held: Iterable[bytes], wanted: Iterable[bytes]
) -> Iterator[tuple[bytes, bool, bool]]:
    """Two sorted streams side by side.

    Args:
        held: Lines in order, each once.
        wanted: The same.

    Yields:
        Each line once, whether it is held, and whether it is wanted.
    """
    both = heapq.merge(((line, False) for line in held), ((line, True) for line in wanted))
    last: tuple[bytes, bool, bool] | None = None
    for line, new in both:
        if last is not None and last[0] == line:
            last = (line, True, True)
            continue
        if last is not None:
            yield last
        last = (line, not new, new)
    if last is not None:
        yield last

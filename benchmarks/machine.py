"""This machine and its processes: what they hold, what they use, and how a page says so."""

from __future__ import annotations

import os
import platform
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.serving import ROOT, children

PAGE = ROOT / "docs" / "benchmarks.md"
_MIB = 1 << 20


def described() -> str:
    """Processor, cores, memory, system and Python, in one line."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Linux {platform.release()}, Python {platform.python_version()}, "
        f"{date.today().isoformat()}, load before the run {os.getloadavg()[0]:.1f}"
    )


def tree(process: int) -> list[int]:
    """A process and all that it has started; this process alone."""
    return [process, *(sorted(children(process)) if process != os.getpid() else ())]


def memory_mib(process: int) -> float:
    """Memory of a tree of processes, each shared page counted once (PSS of proc(5)), in MiB."""
    held = 0
    for one in tree(process):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        held += int(found[1]) * 1024 if found else 0
    return held / _MIB


def cpu_seconds(process: int) -> float:
    """CPU time that the living processes of a tree have used, in seconds."""
    used = 0
    for one in tree(process):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


@dataclass
class Watched:
    """Memory of a tree of processes over time.

    Attributes:
        seconds: When it was looked at, from the beginning.
        mib: What it held then.
    """

    seconds: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)

    @property
    def most(self) -> float:
        """The most that was seen, in MiB."""
        return max(self.mib, default=0.0)


@contextmanager
def watched(process: int, every: float = 1.0) -> Iterator[Watched]:
    """Look at the memory of a tree of processes now and then.

    Args:
        process: Its root.
        every: Seconds between two looks.

    Yields:
        What was seen, complete at the end.
    """
    seen, ended, began = Watched(), threading.Event(), time.monotonic()

    def look() -> None:
        seen.mib.append(memory_mib(process))
        seen.seconds.append(time.monotonic() - began)

    def watch() -> None:
        while not ended.wait(every):
            look()

    look()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()
        look()


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(section: str, text: str) -> None:
    """Put a section into the page, in place of an earlier one of this name.

    Args:
        section: Its name, in marks that Markdown does not show.
        text: Its text.
    """
    mark, end = f"<!-- {section} -->", f"<!-- /{section} -->"
    page = PAGE.read_text("utf-8") if PAGE.exists() else "# Benchmarks\n"
    before, found, rest = page.partition(mark)
    after = rest.partition(end)[2] if found else "\n"
    before = before if found else before + "\n"
    PAGE.write_text(f"{before}{mark}\n{text.strip()}\n{end}{after}", "utf-8")

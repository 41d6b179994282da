"""How commands speak: results on stdout, progress on stderr."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kg.progress import Progress

#: Wide enough for every row, where nobody looks at a screen.
_UNBOUND = 10_000


def note(text: str) -> None:
    """Tell people something that is not a result."""
    click.echo(text, err=True)


def json_text(value: Any) -> str:
    """A value as JSON, Chinese as it is, with a line feed at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def csv_text(names: Sequence[str], records: Sequence[Mapping[str, str]]) -> str:
    """Records as CSV (RFC 4180, with line feeds)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def write_json(value: Any) -> None:
    """Write a value as JSON."""
    click.echo(json_text(value), nl=False)


def write_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows as a table for people.

    Args:
        names: Headings.
        rows: Cells, as many in each row as there are headings.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in names:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        # As Text, because square brackets in a cell are no markup.
        table.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() else _UNBOUND
    Console(width=width, highlight=False).print(table)


@contextmanager
def progress(*, lines: bool = False) -> Iterator[Progress]:
    """Show how far a long piece of work is: a bar with rate and time left, on a terminal only.

    Args:
        lines: Say a line a stage where there is no terminal, for logs.
    """
    from kg.progress import silent

    if sys.stderr.isatty():
        with _bar() as tell:
            yield tell
    else:
        yield _lines() if lines else silent


def _lines() -> Progress:
    said: list[str] = []

    def tell(stage: str, done: int | None, total: int | None) -> None:
        if stage not in said:
            said.append(stage)
            note(stage if not total else f"{stage} ({total})")

    return tell


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich import progress as shown_as
    from rich.console import Console
    from rich.text import Text

    class Rate(shown_as.ProgressColumn):
        def render(self, task: Any) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed and task.total else "")

    columns = (
        shown_as.SpinnerColumn(),
        shown_as.TextColumn("{task.description}"),
        shown_as.BarColumn(),
        shown_as.TaskProgressColumn(),
        Rate(),
        shown_as.TimeElapsedColumn(),
        shown_as.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with shown_as.Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=None)
        before = ""

        def tell(stage: str, done: int | None, total: int | None) -> None:
            nonlocal before
            if stage != before:
                # Rate and time left are those of the stage.
                shown.reset(task)
                before = stage
            shown.update(task, description=stage, total=total, completed=done or 0)

        yield tell


__all__ = ["csv_text", "json_text", "note", "progress", "write_json", "write_table"]

"""`istc diff`: how two data versions, or two dumps, differ."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.output import note, progress, write_table
from service.cli.session import Session

if TYPE_CHECKING:
    from kg.differing import Difference
    from kg.progress import Progress

#: Exit code where there is a difference, as that of diff (POSIX).
DIFFERENT = 1


@click.command("diff")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "patch", "json"]),
    default="text",
    help="Counts by graph, all quads as an RDF Patch, or JSON.",
)
@click.pass_context
def command(ctx: click.Context, first: str, second: str, form: str) -> None:
    """Show what B adds to A and what it lacks: numbers of data versions, or files of RDF.

    The journal is left out. Data version 0 is the empty graph. Ends with code 0 when they hold the
    same, 1 when they differ. Dumps may be larger than memory.

    \b
    Example:
      istc diff 6 7
      istc diff 6 7 --format patch > change.rdfp
      istc diff yesterday.nq.gz today.nq.gz
    """
    with ExitStack() as stack:
        with progress() as tell:
            found = stack.enter_context(_difference(ctx.obj, first, second, tell))
        _show(found, form)
        differs = found.added or found.removed
    ctx.exit(DIFFERENT if differs else 0)


def _show(found: Difference, form: str) -> None:
    if form == "patch":
        sys.stdout.buffer.writelines(found.patch())
        sys.stdout.buffer.flush()
        return
    graphs = found.graphs()
    if form == "json":
        counted = {g: {"added": a, "removed": r} for g, (a, r) in graphs.items()}
        told = {"added": found.added, "removed": found.removed, "graphs": counted}
        text = json.dumps(told, ensure_ascii=False, indent=2).removesuffix("\n}")
        click.echo(f'{text},\n  "things": [', nl=False)
        for number, name in enumerate(found.things()):
            click.echo(f"{',' if number else ''}\n    {json.dumps(name)}", nl=False)
        click.echo("\n  ]\n}")
        return
    write_table(
        ("graph", "added", "removed"), [(name, str(a), str(r)) for name, (a, r) in graphs.items()]
    )
    things = sum(1 for _ in found.things())
    note(f"{found.added} quads added, {found.removed} removed, {things} things touched")


def _difference(
    session: Session, first: str, second: str, tell: Progress
) -> AbstractContextManager[Difference]:
    from kg import differing

    if first.isdigit() and second.isdigit():
        session.version()
        home = session.settings.home
        return differing.between_versions(home, int(first), int(second), progress=tell)
    paths = [Path(first), Path(second)]
    for path in paths:
        if not path.is_file():
            raise click.UsageError(f"“{path}” is neither a data version nor a file.")
    return differing.between_dumps(*paths, progress=tell)


__all__ = ["command"]

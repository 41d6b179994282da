"""`istc diff`: how two data versions, or two dumps, differ."""

from __future__ import annotations

from pathlib import Path

import click

from kg import differing
from kg.differing import Difference
from service.cli.output import note, write_json, write_table
from service.cli.session import Session


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
@click.pass_obj
def command(session: Session, first: str, second: str, form: str) -> None:
    """Show what B adds to A and what it lacks: numbers of data versions, or files of RDF.

    The journal is left out. Data version 0 is the empty graph.

    \b
    Example:
      istc diff 6 7
      istc diff 6 7 --format patch > change.rdfp
      istc diff yesterday.nq.gz today.nq.gz
    """
    found = _difference(session, first, second)
    if form == "patch":
        for line in found.patch():
            click.echo(line)
    elif form == "json":
        write_json(
            {
                "added": len(found.added),
                "removed": len(found.removed),
                "graphs": {g: {"added": a, "removed": r} for g, (a, r) in found.graphs().items()},
                "things": found.things(),
            }
        )
    else:
        rows = [(name, str(a), str(r)) for name, (a, r) in found.graphs().items()]
        write_table(("graph", "added", "removed"), rows)
        note(
            f"{len(found.added)} quads added, {len(found.removed)} removed, "
            f"{len(found.things())} things touched"
        )


def _difference(session: Session, first: str, second: str) -> Difference:
    if first.isdigit() and second.isdigit():
        session.version()
        return differing.between_versions(session.settings.home, int(first), int(second))
    paths = [Path(first), Path(second)]
    for path in paths:
        if not path.is_file():
            raise click.UsageError(f"“{path}” is neither a data version nor a file.")
    return differing.between_dumps(*paths)


__all__ = ["command"]

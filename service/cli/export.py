"""`istc export`: the graph as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg import exporting
from service.cli.output import note
from service.cli.session import Session


@click.command("export")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@click.option(
    "--format",
    "form",
    type=click.Choice([*exporting.FORMATS, "rdf"]),
    help="Default: by the ending of OUT.",
)
@click.option("--graph", help="Only this graph, e.g. ontology or source/liu-2023.")
@click.option("--journal", is_flag=True, help="With the journal of builds and imports.")
@click.pass_obj
def command(
    session: Session, out: Path, form: str | None, graph: str | None, journal: bool
) -> None:
    """Write the graph to OUT: .nq, .trig, .ttl, .nt, .jsonld, .rdf; compressed when it ends in .gz.

    The same data version gives the same bytes. Formats without named graphs get the union of all
    graphs. OUT may be “-” for standard output, with --format.

    \b
    Example:
      istc export istc-kg.trig.gz
      istc export - --format ttl --graph source/liu-2023
    """
    version = session.version()
    base = session.settings.base_iri
    if str(out) != "-":
        number = exporting.export(version, out, form, graph=graph, journal=journal, base_iri=base)
        note(f"{number} quads of data version {version.number} in {out}")
        return
    if form is None:
        raise click.UsageError("Standard output needs --format.")
    found = exporting.quads(version, graph, journal=journal)
    exporting.serialise(found, sys.stdout.buffer, exporting.format_named(form), base)
    sys.stdout.buffer.flush()


__all__ = ["command"]

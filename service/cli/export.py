"""`istc export`: the graph, or a part of it, as a file; or all files as a folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg import exporting
from service.cli.output import note, progress
from service.cli.session import Session


@click.command("export")
@click.argument("out", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format",
    "form",
    type=click.Choice([*exporting.FORMATS, "rdf", *exporting.CSV]),
    help="Default: by the ending of OUT.",
)
@click.option("--graph", help="Only this graph, e.g. ontology or source/liu-2023.")
@click.option(
    "--class",
    "of",
    metavar="NAME",
    help="Only the things of this class, e.g. Organization, with their facts and evidence.",
)
@click.option("--table", help="A table that the tools read, as .parquet; see /downloads.")
@click.option("--all", "everything", is_flag=True, help="All files that the service offers.")
@click.option("--journal", is_flag=True, help="With the journal of builds and imports.")
@click.pass_obj
def command(
    session: Session,
    out: Path,
    form: str | None,
    graph: str | None,
    of: str | None,
    table: str | None,
    everything: bool,
    journal: bool,
) -> None:
    """Write the graph to OUT: .nq, .trig, .ttl, .nt, .jsonld, .rdf; compressed when it ends in .gz.

    The things of a class also come as a flat table: .csv with names of columns, .zh-en.csv with
    headings in Chinese and English for spreadsheets (docs/recipes.md). The same data version gives
    the same bytes. Formats without named graphs get the union of all graphs. OUT may be “-” for
    standard output, with --format. With --all, OUT is a folder for the files that the service
    offers: the whole graph, each named graph, each class, and SHA256SUMS.

    \b
    Example:
      istc export istc-kg.trig.gz
      istc export - --format ttl --graph source/liu-2023
      istc export organizations.csv --class Organization
      istc export pairs.parquet --table pairs
      istc export dumps --all
    """
    if table is not None:
        if form or graph or of or journal or everything:
            raise click.UsageError("--table takes no other option.")
        _table(session, table, out)
        return
    if everything:
        if form or graph or of or journal:
            raise click.UsageError("--all takes no other option.")
        _all(session, out)
        return
    version = session.version()
    base = session.settings.base_iri
    if str(out) == "-":
        if form is None:
            raise click.UsageError("Standard output needs --format.")
        exporting.export(
            version, sys.stdout.buffer, form, graph=graph, of=of, journal=journal, base_iri=base
        )
        sys.stdout.buffer.flush()
        return
    with progress() as tell:
        number = exporting.export(
            version,
            out,
            form,
            graph=graph,
            of=of,
            journal=journal,
            base_iri=base,
            progress=tell,
        )
    kind = "things" if out.name.endswith(exporting.CSV) or form in exporting.CSV else "quads"
    note(f"{number} {kind} of data version {version.number} in {out}")


def _table(session: Session, name: str, out: Path) -> None:
    import shutil

    from kg.analysis import projecting
    from kg.exporting.whole import whole_or_not

    wanted, version = projecting.projection(name), session.version()
    with progress() as tell:
        file = projecting.parquet(session.settings.home, version, wanted, tell)
    with file.open("rb") as made, whole_or_not(out) as copy:
        shutil.copyfileobj(made, copy)
    note(f"table {name} of data version {version.number} in {out}")


def _all(session: Session, folder: Path) -> None:
    version = session.version()
    base = session.settings.base_iri
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"“{folder}” is not empty.")
    names = exporting.file_names(version, base)
    with progress() as tell:
        exporting.make(version, names, folder, base_iri=base, progress=tell)
        exporting.write_checksums(folder, names)
    note(f"{len(names)} files of data version {version.number} in {folder}")


__all__ = ["command"]

"""`istc import`: tables and RDF into the graph, looked at before they are committed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.importing import imports
from kg.importing.drafting import Upload
from kg.importing.findings import Findings
from kg.importing.imports import Checked, Order
from kg.settings import BARS
from service.cli.options import language as language_option
from service.cli.options import who
from service.cli.output import note, progress, write_json
from service.cli.push import push
from service.cli.session import Session

_SHOWN = 20
#: Forms of a report.
FORMS = ("text", "csv", "json", "ttl")


@click.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--source", help="Key of the source, e.g. office-register; by default of the file.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How a table of your own becomes triples, like the files of kg/mappings.",
)
@click.option("--bar", type=click.Choice(BARS), help="Gravity that refuses the import.")
@click.option("--dry-run", is_flag=True, help="Do everything but the commit.")
@click.option("--yes", is_flag=True, help="Commit without being asked.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write all that is wrong into a file: .csv, .json, .ttl (SHACL) or .txt.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@language_option
@click.pass_obj
def command(
    session: Session,
    files: tuple[Path, ...],
    source: str | None,
    mapping: Path | None,
    bar: str | None,
    dry_run: bool,
    yes: bool,
    report: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Import FILES: tables (CSV, XLSX, JSON) by our templates, or RDF in any syntax, also gzip.

    Everything goes into the graph of the source; an import of the same source replaces it. What
    would be added and removed is shown first. Nothing changes when anything is wrong: each finding
    names file, sheet, row and column, what is expected, and ends with code 1. Prints the new data
    version; istc undo takes it back. Templates: istc template.

    \b
    Example:
      istc import register.xlsx --dry-run
      istc import register.xlsx --source office-register --yes
      istc import partners.csv --mapping partners.rq --yes
    """
    session.version()
    uploads = tuple(Upload(path, path.name) for path in files)
    key = source or imports.source_key(files[0].name)
    order = Order(uploads, key, who("istc import"), mapping, bar)

    with imports.workspace(session.settings.home) as folder:
        with progress() as tell:
            checked = imports.check(session.settings, order, folder, progress=tell)
        if report is not None:
            write_report(report, checked.findings, key, language)
        if not as_json:
            _preview(checked, language, shown=report is None)
        if checked.prepared is None or dry_run:
            if as_json:
                write_json(checked.record() | {"findings": list(checked.findings.records())})
            if checked.prepared is None:
                raise imports.refused(checked.findings)
            return
        if not yes and not _agreed():
            note("nothing was changed")
            return
        with progress() as tell:
            done = imports.commit(session.settings, checked, progress=tell)
        findings = list(checked.findings.records()) if as_json else []
    push(session)
    if as_json:
        write_json(
            checked.record()
            | {"version": done.version.number, "digest": done.version.digest}
            | {"changed": done.changed, "findings": findings}
        )
        return
    if not done.changed:
        note("the graph holds all of it already; nothing was changed")
    click.echo(done.version.number)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here: add --yes, or --dry-run.")
    return click.confirm("Commit?", err=True)


def _preview(checked: Checked, language: str, *, shown: bool) -> None:
    """What an import does, on stderr; what is wrong with it, on stdout."""
    if shown:
        for line in checked.findings.lines(language):
            click.echo(line)
    for table, number in checked.rows.items():
        note(f"{table}: {number} rows")
    for iri, cell in sorted(checked.linked.items())[:_SHOWN]:
        note(f"there already: {cell} is {iri}")
    if len(checked.linked) > _SHOWN:
        note(f"and {len(checked.linked) - _SHOWN} more are there already")
    _links(checked, language)
    if checked.prepared is not None:
        added, removed = checked.prepared.stated
        note(f"{checked.new} new things, {added} triples added, {removed} removed")
    note(", ".join(f"{number} {name}" for name, number in checked.findings.counts.items()))


def _links(checked: Checked, language: str) -> None:
    """What the linker found, the surest first, and what waits for a decision."""
    found = sorted(checked.links, key=lambda link: (link.status, -link.score, link.label))
    for link in found[:_SHOWN]:
        why = link.zh if language == "zh" else link.en
        verb = "linked" if link.status == "linked" else "may be"
        target = link.target or "nothing that is known"
        note(f"{verb}: {link.label} {link.score:.2f} {target} ({why})")
    if len(found) > _SHOWN:
        note(f"and {len(found) - _SHOWN} more links; --json shows all")
    waiting = len({link.candidate for link in found if link.status == "open"})
    if waiting:
        note(f"{waiting} things may be there already; decide after the import with: istc review")


def write_report(path: Path, found: Findings, source: str, language: str) -> None:
    """Write a report into a file, in the format of its ending.

    Args:
        path: The file.
        found: What the report says.
        source: Key of the source.
        language: Language of a report in words.

    Raises:
        click.UsageError: The ending is none of the formats.
    """
    form = {".txt": "text"}.get(path.suffix, path.suffix.removeprefix("."))
    if form not in FORMS:
        raise click.UsageError("A report ends with .csv, .json, .ttl or .txt.")
    with path.open("wb") as file:
        found.write(file, form, document(source), language)


def document(source: str) -> str:
    """IRI of the document of a source."""
    from kg.namespaces import ID

    return f"{ID}doc/{source}"


__all__ = ["FORMS", "command", "document", "write_report"]

"""`istc validate`: the packaged tables, or files as an import would check them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg import assembling, building
from kg.assembling import Staged
from kg.errors import NonConforming
from kg.importing import imports
from kg.importing.drafting import Upload
from kg.report import SEVERITIES, Report, Result, Severity
from service.cli.import_ import FORMS, document
from service.cli.options import language as language_option
from service.cli.options import who
from service.cli.output import note, progress
from service.cli.session import Session


@click.command("validate")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMS), default="text")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="Show results down to this severity.",
)
@click.option("--source", help="Key of the source of FILES; by default of the first file.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How a table of your own becomes triples, like the files of kg/mappings.",
)
@language_option
@click.pass_obj
def command(
    session: Session,
    files: tuple[Path, ...],
    form: str,
    severity: Severity,
    source: str | None,
    mapping: Path | None,
    language: str,
) -> None:
    """Validate the packaged tables, or FILES as istc import would check them.

    Files may hold RDF or tables; they are checked in the context of the current graph, and nothing
    is changed. Prints severity, where, what is wrong and how to mend it, one finding a line; or
    CSV, JSON, or a SHACL report (--format ttl). Ends with code 1 when there is a violation.

    \b
    Example:
      istc validate
      istc validate register.xlsx --format csv > findings.csv
      istc validate agreements.ttl --format ttl > report.ttl
    """
    if files:
        _files(session, files, form, severity, source, mapping, language)
        return
    with progress() as tell:
        staged = assembling.assemble(tell)
        tell("validation", None, None)
        report = building.inspect(staged)
    shown = Report(tuple(r for r in report.results if _graver(r.severity, severity)))
    if form == "ttl":
        click.echo(shown.turtle(), nl=False)
    elif form == "text":
        for result in shown.results:
            click.echo(_line(staged, result, language))
    else:
        raise click.UsageError("The packaged tables are reported as text or ttl.")
    note(", ".join(f"{number} {name}" for name, number in report.counts.items()))
    if not report.conforms:
        raise NonConforming(
            "The data do not conform.",
            where=f"{report.counts['violation']} violations",
            hint="Each line above names its place and its rule.",
        )


def _graver(severity: str, least: str) -> bool:
    names: tuple[str, ...] = SEVERITIES
    return names.index(severity) <= names.index(least)


def _line(staged: Staged, result: Result, language: str) -> str:
    place = staged.where(result.focus, result.path) or result.focus
    message = result.messages.get(language) or next(iter(result.messages.values()), "")
    return "\t".join((result.severity, place, message, result.name))


def _files(
    session: Session,
    files: tuple[Path, ...],
    form: str,
    severity: Severity,
    source: str | None,
    mapping: Path | None,
    language: str,
) -> None:
    session.version()
    key = source or imports.source_key(files[0].name)
    uploads = tuple(Upload(path, path.name) for path in files)
    order = imports.Order(uploads, key, who("istc validate"), mapping)
    with imports.workspace(session.settings.home) as folder:
        with progress() as tell:
            found = imports.check(session.settings, order, folder, progress=tell).findings
        if found.unreadable:
            raise imports.refused(found)
        found.down_to(severity).write(sys.stdout.buffer, form, document(key), language)
        sys.stdout.buffer.flush()
        note(", ".join(f"{number} {name}" for name, number in found.counts.items()))
        if not found.conforms:
            raise imports.refused(found)


__all__ = ["command"]

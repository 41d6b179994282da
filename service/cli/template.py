"""`istc template`: the layouts of tables that can be imported."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.importing import templates
from service.cli.options import language as language_option
from service.cli.output import write_table
from service.cli.session import Session


@click.command("template")
@click.argument("kinds", metavar="[KIND]…", nargs=-1)
@click.option("--format", "form", type=click.Choice(templates.FORMATS), default="xlsx")
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--list", "listed", is_flag=True, help="List the kinds of tables.")
@language_option
@click.pass_obj
def command(
    session: Session,
    kinds: tuple[str, ...],
    form: str,
    output: Path | None,
    listed: bool,
    language: str,
) -> None:
    """Write an empty table of each KIND, with headings and descriptions in Chinese and English.

    Without KIND the workbook holds the tables that most registers need. Fill in what you have,
    leave the other sheets empty or delete them, then: istc import. Rows that begin with # are not
    read.

    \b
    Example:
      istc template --list
      istc template -o register.xlsx
      istc template quantities --format csv > quantities.csv
    """
    if listed:
        rows = [
            (kind, templates.template(kind).title.get(language, "")) for kind in templates.kinds()
        ]
        write_table(("kind", "title"), rows)
        return
    if form == "csv":
        if len(kinds) != 1:
            raise click.UsageError("A CSV file is one table: name its kind (istc template --list).")
        data = templates.as_csv(kinds[0])
    else:
        data = templates.as_xlsx(kinds or templates.USUAL)
    if output is not None:
        output.write_bytes(data)
    elif form == "xlsx" and sys.stdout.isatty():
        raise click.UsageError("A workbook is no text: name a file with -o.")
    else:
        sys.stdout.buffer.write(data)


__all__ = ["command"]

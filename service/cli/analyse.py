"""`istc analyse`: compute a tool's tables, each row with its source, or write its report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import click

from service.cli import answering
from service.cli.ask import pairs
from service.cli.options import language as language_option
from service.cli.output import json_text, note, progress, write_json, write_table
from service.cli.session import Session

if TYPE_CHECKING:
    from kg.analysis.catalogue import Analysis
    from kg.analysis.results import Result


@click.command("analyse")
@click.argument("name", metavar="[TOOL]", required=False)
@click.argument("parameters", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--table", "table", metavar="TABLE", help="Only this table; csv needs one.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "xlsx"]),
    default="table",
    show_default=True,
    help="All but table also hold the IRIs.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file; xlsx needs one.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report of all tables: .html, or .pdf where Chromium is installed.",
)
@click.option("--choices", "choices_of", metavar="NAME", help="List the values of a parameter.")
@language_option
@click.pass_obj
def command(
    session: Session,
    name: str | None,
    parameters: tuple[str, ...],
    table: str | None,
    form: str,
    output: Path | None,
    report: Path | None,
    choices_of: str | None,
    language: str,
) -> None:
    """Compute the tables of a tool; without TOOL, list the tools with their tables and parameters.

    Parameters are given by name, as those of questions; what is not given has its default. Results
    are kept for each data version, so that the same is computed once.

    \b
    Example:
      istc analyse
      istc analyse country-profile country=country/CHN --lang en
      istc analyse network-positions --table positions --format csv
      istc analyse country-profile country=country/PAK --report pakistan.html
      istc analyse country-profile --choices country
    """
    from kg.analysis.catalogue import analyses, analysis

    answering.check_output(form, output)
    if name is None:
        _list(analyses(), form, language)
        return
    found = analysis(name)
    if choices_of is not None:
        _choices(session, found, choices_of, form, language)
        return
    if table is None and form == "csv" and len(found.tables) > 1:
        names = ", ".join(one.name for one in found.tables)
        raise click.UsageError(f"--format csv needs --table, one of: {names}.")
    if table is not None:
        found.table(table)
    result = _result(session, found, pairs(parameters))
    if report is not None:
        _report(session, result, report, language)
    elif table is not None or len(found.tables) == 1:
        answered = result.answered(table or found.tables[0].name, language)
        answering.show(answered, result.origin, form, output, _link(session, result, language))
    else:
        _all(session, result, form, output, language)


def _result(session: Session, found: Analysis, given: dict[str, str]) -> Result:
    from kg import choosing
    from kg.analysis import kept, running
    from kg.store import merging, versions

    home, version = session.settings.home, session.version()
    with versions.hold(version):
        engine = merging.opened(version.path)
        values, _ = choosing.check(engine, found, given)
    file = kept.path(home, version, found, values)
    result = kept.load(file)
    if result is None:
        with progress() as tell:
            result = running.run(home, found.id, given, version=version, progress=tell)
        kept.save(file, result)
    return result


def _link(session: Session, result: Result, language: str) -> str:
    """Where the service computes the tool; without one, its name."""
    site = session.settings.site_url.rstrip("/")
    values = [(name, value or "") for name, value in result.values.items()]
    query = urlencode([*values, ("lang", language)], safe="/:")
    return f"{site}/tools/{result.analysis}?{query}"


def _all(session: Session, result: Result, form: str, output: Path | None, language: str) -> None:
    tables = [result.answered(one.name, language) for one in result.asked.tables]
    if form == "xlsx":
        from kg import workbook

        link = _link(session, result, language)
        answering.write(workbook.write_all(tables, result.origin, link), output)
    elif form == "json":
        told = {
            "tool": result.analysis,
            "parameters": result.values,
            "version": result.version,
            "tables": {one.question.id.rpartition("/")[2]: answering.plain(one) for one in tables},
        }
        answering.write(json_text(told), output)
    elif output is not None:
        raise click.UsageError("A file needs --format csv, json or xlsx.")
    else:
        for one in tables:
            name = one.question.id.rpartition("/")[2]
            click.echo(f"\n{one.question.title[language]}  [{name}, {len(one.rows)}]")
            if one.rows:
                write_table(*answering.as_table(one))


def _report(session: Session, result: Result, path: Path, language: str) -> None:
    from service.analysis import reporting

    reporting.write(session.settings, result, path, language)
    note(str(path))


def _list(found: list[Analysis], form: str, language: str) -> None:
    if form == "json":
        write_json(
            [
                {
                    "id": one.id,
                    "title": one.title,
                    "theme": one.theme,
                    "parameters": [p.name for p in one.parameters],
                    "tables": [table.name for table in one.tables],
                }
                for one in found
            ]
        )
        return
    write_table(
        ("tool", "what it is", "parameters", "tables"),
        [
            (
                one.id,
                one.title[language],
                " ".join(p.name for p in one.parameters),
                " ".join(table.name for table in one.tables),
            )
            for one in found
        ],
    )


def _choices(session: Session, found: Analysis, name: str, form: str, language: str) -> None:
    from service.cli.questions import show_choices

    known = {parameter.name: parameter for parameter in found.parameters}
    if name not in known:
        raise click.UsageError(f"{found.id} has these parameters: {', '.join(known) or 'none'}.")
    show_choices(session, known[name], form, language)


__all__ = ["command"]

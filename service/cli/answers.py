"""`istc answers`: the frozen answers of this home, and each as it was, with its citation."""

from __future__ import annotations

from pathlib import Path

import click

from kg import bibliography, freezing
from kg.errors import Internal
from kg.freezing import Frozen
from service.cli import answering
from service.cli.options import language as language_option
from service.cli.output import csv_text, json_text, write_table
from service.cli.session import Session

_LISTED = ("table", "json", "csv")
_FORMATS = (*_LISTED, "xlsx", "text", "bibtex", "ris")
_FIELDS = ("sha256", "frozen", "version", "language", "rows", "question", "values")


@click.command("answers")
@click.argument("digest", metavar="[SHA256]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="table",
    show_default=True,
    help="json: the very bytes whose hash is SHA256; text, bibtex, ris: the citation.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file; xlsx needs one.",
)
@language_option
@click.pass_obj
def command(
    session: Session, digest: str | None, form: str, output: Path | None, language: str
) -> None:
    """List the frozen answers, newest first, or show one of them.

    Answers are frozen by `istc ask … --cite` and by “Cite this answer” on the page of a question.

    \b
    Example:
      istc answers
      istc answers SHA256 --format csv
      istc answers SHA256 --format bibtex
      istc answers SHA256 --format json | sha256sum
    """
    answering.check_output(form, output)
    if digest is None:
        if form not in _LISTED:
            raise click.UsageError(f"--format {form} needs the SHA256 of an answer.")
        _list(session, form, output, language)
    else:
        _one(session, freezing.load(session.settings.home, digest), form, output, language)


def _list(session: Session, form: str, output: Path | None, language: str) -> None:
    home = session.settings.home
    records = [_record(home, digest, language) for digest in freezing.digests(home)]
    if form == "json":
        answering.write(json_text(records), output)
    elif form == "csv" or output is not None:
        answering.write(csv_text(_FIELDS, records), output)
    else:
        write_table(_FIELDS, [[record[name] for name in _FIELDS] for record in records])


def _record(home: Path, digest: str, language: str) -> dict[str, str]:
    try:
        frozen = freezing.load(home, digest)
    except Internal as error:
        return dict.fromkeys(_FIELDS, "") | {"sha256": digest, "question": error.what}
    answered = frozen.answered
    return {
        "sha256": digest,
        "frozen": frozen.frozen.isoformat(),
        "version": str(frozen.origin.version),
        "language": answered.language,
        "rows": str(len(answered.rows)),
        "question": answered.question.title[language],
        "values": bibliography.values(frozen, language),
    }


def _one(session: Session, frozen: Frozen, form: str, output: Path | None, language: str) -> None:
    address = answering.address(session, frozen)
    files = {"bibtex": bibliography.bibtex, "ris": bibliography.ris}
    cited = bibliography.answer(frozen, address)
    if form == "json":
        answering.write(frozen.data, output)
    elif form == "text":
        answering.write(bibliography.text(cited, language) + "\n", output)
    elif form in files:
        answering.write(files[form](cited), output)
    else:
        answering.show(frozen.answered, frozen.origin, form, output, address)


__all__ = ["command"]

"""`istc ask`: answer a question of the catalogue, each row with its source."""

from __future__ import annotations

import click

from kg import asking
from service.cli.options import language as language_option
from service.cli.output import write_csv, write_json, write_table
from service.cli.session import Session


@click.command("ask")
@click.argument("question_id", metavar="ID")
@click.argument("parameters", metavar="[NAME=VALUE]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="csv and json also hold the IRIs.",
)
@language_option
@click.pass_obj
def command(
    session: Session, question_id: str, parameters: tuple[str, ...], form: str, language: str
) -> None:
    """Answer a question; every row says which document states it, and where.

    Parameters are given by name; what is not given has its default, and NAME= means all.
    Which questions there are: istc questions.

    \b
    Example:
      istc ask beijing-breakdowns
      istc ask ties-of-an-actor actor=org/cas --format csv --lang en
    """
    with session.engine() as engine:
        answered = asking.ask(engine, question_id, _pairs(parameters), language)
        version = engine.version()
    names = asking.field_names(answered)
    records = asking.records(answered)
    if form == "csv":
        write_csv(names, records)
    elif form == "json":
        write_json(
            {
                "question": answered.question.id,
                "title": answered.question.title[language],
                "parameters": answered.parameters,
                "version": None if version is None else version.number,
                "rows": records,
            }
        )
    else:
        shown = [name for name in names if not name.endswith("_iri")]
        labels = {c.name: c.label[language] for c in answered.columns}
        labels["source"] = "出处" if language == "zh" else "Source"
        write_table(
            [labels.get(name, name) for name in shown],
            [[record.get(name, "") for name in shown] for record in records],
        )


def _pairs(parameters: tuple[str, ...]) -> dict[str, str]:
    """`name=value` words as a mapping."""
    pairs: dict[str, str] = {}
    for word in parameters:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise click.UsageError(f"“{word}” is not of the form NAME=VALUE.")
        if name in pairs:
            raise click.UsageError(f"{name} is given twice.")
        pairs[name] = value
    return pairs


__all__ = ["command"]

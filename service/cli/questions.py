"""`istc questions`: the catalogue of questions."""

from __future__ import annotations

import click

from kg import catalogue
from kg.catalogue import Parameter, Question
from service.cli.options import language as language_option
from service.cli.output import write_json, write_table
from service.cli.session import Session


@click.command("questions")
@click.argument("question_id", metavar="[ID]", required=False)
@click.option("--choices", "parameter", help="List the allowed values of this parameter of ID.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@language_option
@click.pass_obj
def command(
    session: Session, question_id: str | None, parameter: str | None, form: str, language: str
) -> None:
    """List the questions that can be asked, or one of them with its parameters.

    \b
    Example:
      istc questions
      istc questions indicator-values --lang en
      istc questions indicator-values --choices indicator
    """
    if question_id is None:
        if parameter is not None:
            raise click.UsageError("--choices needs the ID of a question.")
        _list(catalogue.questions(), form, language)
    elif parameter is None:
        _one(catalogue.question(question_id), form, language)
    else:
        _choices(session, catalogue.question(question_id), parameter, form, language)


def _list(found: list[Question], form: str, language: str) -> None:
    if form == "json":
        write_json([{"id": q.id, "title": q.title, "theme": q.theme} for q in found])
        return
    write_table(
        ("id", "question", "parameters"),
        [(q.id, q.title[language], " ".join(p.name for p in q.parameters)) for q in found],
    )


def _one(question: Question, form: str, language: str) -> None:
    if form == "json":
        write_json(
            {
                "id": question.id,
                "title": question.title,
                "rationale": question.rationale,
                "theme": question.theme,
                "parameters": [
                    {"name": p.name, "type": p.type, "of": p.of, "default": p.default}
                    | {"label": p.label}
                    for p in question.parameters
                ],
                "columns": [
                    {"name": c.name, "role": c.role, "label": c.label} for c in question.columns
                ],
                "query": question.text,
            }
        )
        return
    click.echo(f"{question.title[language]}\n{question.rationale[language]}\n")
    write_table(
        ("parameter", "meaning", "a value is", "default"),
        [
            (p.name, p.label[language], f"{p.type} {p.of}".strip(), p.default or "all")
            for p in question.parameters
        ],
    )


def _choices(
    session: Session, question: Question, parameter: str, form: str, language: str
) -> None:
    known = {p.name: p for p in question.parameters}
    if parameter not in known:
        raise click.UsageError(f"{question.id} has these parameters: {', '.join(known) or 'none'}.")
    show_choices(session, known[parameter], form, language)


def show_choices(session: Session, parameter: Parameter, form: str, language: str) -> None:
    """List the values that a parameter may have.

    Args:
        session: This run.
        parameter: The parameter, of a question or of a tool.
        form: `table` or `json`.
        language: `zh` or `en`, for the names.
    """
    from kg import asking

    with session.engine() as engine:
        found = asking.choices(engine, parameter)
    if form == "json":
        write_json([{"key": c.key, "label": c.label, "facts": c.count} for c in found])
        return
    write_table(
        ("value", "label", "facts"),
        [(c.key, asking.pick(c.label, language) or "", str(c.count)) for c in found],
    )


__all__ = ["command"]

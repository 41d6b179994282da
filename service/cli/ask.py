"""`istc ask`: find a question and answer it, each row with its source."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import click
from pyoxigraph import QueryResultsFormat

from kg import asking
from kg.asking import Answered, Origin
from kg.resources import tool_version
from service.cli import answering, finding
from service.cli.options import language as language_option
from service.cli.output import note
from service.cli.session import Session


@click.command("ask")
@click.argument("question_id", metavar="[ID|WORDS]", required=False)
@click.argument("parameters", metavar="[NAME=VALUE]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "xlsx", "srj", "rq"]),
    default="table",
    show_default=True,
    help="All but table also hold the IRIs; srj: SPARQL results, rq: the query.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file; xlsx needs one.",
)
@click.option("--first", is_flag=True, help="Answer the question that fits the WORDS best.")
@click.option("--cite", is_flag=True, help="Freeze the answer; print its citation and its hash.")
@language_option
@click.pass_obj
def command(
    session: Session,
    question_id: str | None,
    parameters: tuple[str, ...],
    form: str,
    output: Path | None,
    first: bool,
    cite: bool,
    language: str,
) -> None:
    """Answer a question; every row says which document states it, and where.

    Parameters are given by name; what is not given has its default, and NAME= means all. A range
    is written 2014..2021, 2014.. or ..2021. Without ID the questions are listed; plain WORDS in
    Chinese or English find the questions that are meant, with their values filled in.

    \b
    Example:
      istc ask "papers with Singapore by field"
      istc ask "和巴基斯坦有哪些联合实验室" --first
      istc ask beijing-breakdowns
      istc ask ties-of-an-actor actor=org/cas --format csv --lang en
      istc ask rankings --format xlsx --output rankings.xlsx
      istc ask rankings --cite
    """
    answering.check_output(form, output)
    if cite and form in ("srj", "rq"):
        raise click.UsageError("--cite goes with --format table, csv, json or xlsx.")
    if question_id is None:
        finding.everything(form, language)
        return
    words = finding.words(question_id, parameters)
    given = {} if words else pairs(parameters)
    with session.engine() as engine:
        if words:
            found = finding.find(engine, words)
            if not first or not found.suggestions:
                finding.show(found, form, language)
                return
            question_id = found.suggestions[0].question.id
            given = found.suggestions[0].parameters
            note(finding.ready(found.suggestions[0]))
            if found.suggestions[0].rows == 0:
                note(finding.empty(found.suggestions[0], language))
        if form == "srj":
            query = asking.query_of(engine, question_id, given, language)
            answer = engine.query(query, QueryResultsFormat.JSON.media_type)
            answering.write(answer.read(), output)
            return
        answered, origin = asking.ask_one_version(
            engine, tool_version(), question_id, given, language
        )
    if cite:
        _cite(session, answered, origin)
        if output is None:
            return
    answering.show(answered, origin, form, output, _link(session, answered))


def _link(session: Session, answered: Answered) -> str:
    """Where the service answers the question; without one, what names the question."""
    site = session.settings.site_url.rstrip("/")
    start = f"{site}/questions/" if site else f"{session.settings.base_iri}id/question/"
    values = [(p.name, answered.parameters.get(p.name) or "") for p in answered.question.parameters]
    query = urlencode([*values, ("lang", answered.language)], safe="/:")
    return f"{start}{answered.question.id}?{query}"


def _cite(session: Session, answered: Answered, origin: Origin) -> None:
    from kg import bibliography, freezing

    frozen = freezing.freeze(answered, origin, session.settings, bounded=False)
    address = answering.address(session, frozen)
    cited = bibliography.answer(frozen, address)
    click.echo(bibliography.text(cited, answered.language))
    click.echo(f"sha256 {frozen.digest}")


def pairs(parameters: tuple[str, ...]) -> dict[str, str]:
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

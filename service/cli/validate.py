"""`istc validate`: the packaged tables, or a file of RDF, against shapes and checks."""

from __future__ import annotations

from pathlib import Path

import click
import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat

from kg import assembling, building, reasoning
from kg.assembling import Staged
from kg.errors import InvalidInput, InvalidRdf, NonConforming
from kg.namespaces import graph
from kg.validation import SEVERITIES, Report, Result
from service.cli.options import language as language_option
from service.cli.output import note, progress
from service.cli.session import Session

_UPLOAD = graph("upload")


@click.command("validate")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@click.option("--format", "form", type=click.Choice(["text", "ttl"]), default="text")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="Show results down to this severity.",
)
@language_option
@click.pass_obj
def command(session: Session, file: Path | None, form: str, severity: str, language: str) -> None:
    """Validate the packaged tables, or an RDF FILE in their context.

    Prints severity, where, message and rule, one result a line, or a SHACL report (--format ttl).
    Ends with code 1 when there is a violation.

    \b
    Example:
      istc validate
      istc validate agreements.ttl --format ttl > report.ttl
    """
    with progress() as tell:
        staged = assembling.assemble(tell)
        subjects = None if file is None else _add(staged, file)
        tell("validation", None, None)
        report = building.inspect(staged)
    if subjects is not None:
        report = Report(tuple(r for r in report.results if r.focus in subjects))
    shown = Report(
        tuple(
            r for r in report.results if SEVERITIES.index(r.severity) <= SEVERITIES.index(severity)
        )
    )
    if form == "ttl":
        click.echo(shown.turtle(), nl=False)
    else:
        for result in shown.results:
            click.echo(_line(staged, result, language))
    note(", ".join(f"{number} {name}" for name, number in report.counts.items()))
    if not report.conforms:
        raise NonConforming(
            "The data do not conform.",
            where=f"{report.counts['violation']} violations",
            hint="Each line above names its place and its rule.",
        )


def _line(staged: Staged, result: Result, language: str) -> str:
    place = staged.where(result.focus, result.path) or result.focus
    message = result.messages.get(language) or next(iter(result.messages.values()), "")
    return "\t".join((result.severity, place, message, result.name))


def _add(staged: Staged, file: Path) -> set[str]:
    """Add the triples of a file to the staged graph, and what follows from them.

    Returns:
        The things the file says something about.
    """
    rdf_format = RdfFormat.from_extension(file.suffix.removeprefix("."))
    if rdf_format is None:
        raise InvalidInput(
            "The ending does not tell the format.",
            where=str(file),
            hint="Use .ttl, .nt, .nq, .trig, .jsonld or .rdf.",
        )
    try:
        found = list(pyoxigraph.parse(input=file.read_bytes(), format=rdf_format))
    except SyntaxError as error:
        line = "" if error.lineno is None else f", line {error.lineno}"
        raise InvalidRdf(f"The file does not parse: {error.msg}", where=f"{file}{line}") from error
    staged.store.bulk_extend(Quad(q.subject, q.predicate, q.object, _UPLOAD) for q in found)
    reasoning.materialise(staged.store)
    return {q.subject.value if isinstance(q.subject, NamedNode) else str(q.subject) for q in found}


__all__ = ["command"]

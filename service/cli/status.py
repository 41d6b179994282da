"""`istc status`: which data version is current and what is in it."""

from __future__ import annotations

import click

from kg import describing
from kg.asking import pick
from kg.describing import Count, Summary
from kg.store.versions import Version
from service.cli.options import language as language_option
from service.cli.output import write_json
from service.cli.session import Session


@click.command("status")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@language_option
@click.pass_obj
def command(session: Session, form: str, language: str) -> None:
    """Show the current data version and what is in it.

    \b
    Example:
      istc status
      istc status --format json
    """
    version = session.version()
    with session.engine() as engine:
        summary = describing.summary(engine)
    if form == "text":
        write_summary(version, summary, language)
        return
    write_json(
        {
            "version": version.number,
            "digest": version.digest,
            "home": str(session.settings.home),
            "triples": summary.triples,
            "things": _as_json(summary.things),
            "facts": _as_json(summary.facts),
            "documents": _as_json(summary.documents),
        }
    )


def _as_json(counts: tuple[Count, ...]) -> list[dict[str, object]]:
    return [{"iri": c.iri, "label": c.label, "number": c.number} for c in counts]


def write_summary(version: Version, summary: Summary, language: str = "en") -> None:
    """Print what is in a version.

    Args:
        version: The version.
        summary: Its counts.
        language: Language of the labels.
    """
    write_version(version)
    write_counts(summary, language)


def write_version(version: Version) -> None:
    """Print which version it is."""
    click.echo(f"data version {version.number} ({version.digest[:12]})")


def write_counts(summary: Summary, language: str = "en") -> None:
    """Print how much is in a version.

    Args:
        summary: Its counts.
        language: Language of the labels.
    """
    things = sum(count.number for count in summary.things)
    facts = sum(count.number for count in summary.facts)
    click.echo(f"{summary.triples} triples, {things} things, {facts} facts")
    _section("facts by kind", summary.facts, language)
    _section("facts by document", summary.documents, language)


def _section(title: str, counts: tuple[Count, ...], language: str) -> None:
    click.echo(f"{title}:")
    for count in counts:
        click.echo(f"{count.number:>7}  {pick(count.label, language) or count.iri}")


__all__ = ["command", "write_counts", "write_summary", "write_version"]

"""`istc hide`: take a person out of the graph for good."""

from __future__ import annotations

import click

from kg import changing
from kg.namespaces import BASE, ID
from service.cli.options import who
from service.cli.output import note, progress, write_json
from service.cli.push import push
from service.cli.session import Session


@click.command("hide")
@click.argument("person", metavar="IRI")
@click.option(
    "--reason",
    required=True,
    help="Why, in one sentence; it is public, so name nobody.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(session: Session, person: str, reason: str, as_json: bool) -> None:
    """Hide the person of an IRI (or key): pages, search, tools, downloads and SPARQL go without.

    All that is said of the person leaves the graph, with the identifiers; a digest of them stays,
    so that no later import or build brings the person back. The journal has a line with the reason.
    To show the person again, take the change back with istc undo.

    \b
    Example:
      istc hide person/openalex-A1984172240 --reason "At the person's request."
    """
    session.version()
    iri = person if ":" in person else ID.replace(BASE, session.settings.base_iri) + person
    with progress() as tell:
        done = changing.hide(session.settings, iri, reason, who("istc hide"), tell)
    push(session)
    if as_json:
        write_json(
            {
                "version": done.version.number,
                "digest": done.version.digest,
                "removed": done.removed,
            }
        )
        return
    note(f"hidden with change {done.version.number}: {done.removed} quads removed")
    click.echo(done.version.number)


__all__ = ["command"]

"""`istc undo`: take a change back."""

from __future__ import annotations

import click

from kg import changing
from kg.errors import Conflict
from service.cli.options import who
from service.cli.output import note, progress, write_json
from service.cli.push import push
from service.cli.session import Session

_SHOWN = 20


@click.command("undo")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(session: Session, number: int, as_json: bool) -> None:
    """Take back the change that made data version NUMBER, as a new change.

    The numbers are those of istc log. The newest change is taken back exactly, quad by quad; of an
    earlier one what was stated, and what follows from the facts follows anew. When something that
    it changed was changed since, nothing is done and the list is printed.

    \b
    Example:
      istc undo 7
    """
    session.version()
    try:
        with progress() as tell:
            done = changing.undo(session.settings, number, who("istc undo"), tell)
    except Conflict as error:
        changed = error.extra["changed"]
        for item in changed[:_SHOWN]:
            note(f"{item['since']} since: {item['quad']}")
        if len(changed) > _SHOWN:
            note(f"and {len(changed) - _SHOWN} more")
        raise
    push(session)
    if as_json:
        write_json(
            {
                "version": done.version.number,
                "digest": done.version.digest,
                "undone": number,
                "added": done.added,
                "removed": done.removed,
            }
        )
        return
    note(f"change {number} is undone: {done.added} quads added, {done.removed} removed")
    click.echo(done.version.number)


__all__ = ["command"]

"""`istc log`: who changed the graph, when, and how."""

from __future__ import annotations

import click
from pyoxigraph import Store

from kg.store import changes, journal
from service.cli.output import write_json, write_table
from service.cli.session import Session


@click.command("log")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-n", "--number", type=click.IntRange(min=1), help="Only the newest N.")
@click.pass_obj
def command(session: Session, as_json: bool, number: int | None) -> None:
    """Show the journal: every change of the graph, newest first.

    \b
    Example:
      istc log -n 5
      istc log --json
    """
    settings = session.settings
    lines = journal.entries(Store.read_only(str(session.version().path)))
    stands = {line.number for line in journal.standing(lines)}
    kept = set(changes.numbers(settings.home))
    shown = lines[::-1][:number]
    if not as_json:
        rows = [
            (
                str(line.number),
                line.entry.at.isoformat(timespec="seconds") if line.entry.at else "",
                line.entry.agent,
                line.entry.activity + ("" if line.number in stands else " (undone)")
                if line.entry.undoes is None
                else f"undo {line.entry.undoes}",
                line.entry.source or line.entry.note,
                str(line.quads),
            )
            for line in shown
        ]
        write_table(("change", "when", "who", "what", "source", "quads"), rows)
        return
    write_json(
        [
            {
                "change": line.number,
                "commit": journal.commit_iri(line.number),
                "at": line.entry.at.isoformat() if line.entry.at else None,
                "agent": line.entry.agent,
                "activity": line.entry.activity,
                "source": line.entry.source,
                "checksum": line.entry.checksum,
                "toolVersion": line.entry.tool_version,
                "note": line.entry.note,
                "undoes": line.entry.undoes,
                "stands": line.number in stands,
                "undoable": line.number in kept,
                "digest": line.digest,
                "quads": line.quads,
            }
            for line in shown
        ]
    )


__all__ = ["command"]

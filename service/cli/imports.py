"""`istc imports`: what has been imported."""

from __future__ import annotations

import click

from kg.importing import imports
from kg.store import journal
from service.cli.output import write_json, write_table
from service.cli.session import Session


@click.command("imports")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(session: Session, as_json: bool) -> None:
    """List the imports, newest first, with what each added and removed.

    \b
    Example:
      istc imports
      istc undo 7
    """
    session.version()
    found = imports.imports(session.settings)[::-1]
    if as_json:
        write_json(
            [
                {
                    "change": one.line.number,
                    "commit": journal.commit_iri(one.line.number),
                    "at": one.line.entry.at.isoformat() if one.line.entry.at else None,
                    "agent": one.line.entry.agent,
                    "files": one.line.entry.source,
                    "checksum": one.line.entry.checksum,
                    "document": one.line.entry.document,
                    "toolVersion": one.line.entry.tool_version,
                    "added": one.added,
                    "removed": one.removed,
                    "stands": one.stands,
                }
                for one in found
            ]
        )
        return
    write_table(
        ("change", "when", "who", "files", "source", "added", "removed"),
        [
            (
                str(one.line.number) + ("" if one.stands else " (undone)"),
                one.line.entry.at.isoformat(timespec="seconds") if one.line.entry.at else "",
                one.line.entry.agent,
                one.line.entry.source,
                one.line.entry.document.rpartition("/")[2],
                "–" if one.added is None else str(one.added),
                "–" if one.removed is None else str(one.removed),
            )
            for one in found
        ],
    )


__all__ = ["command"]

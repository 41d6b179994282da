"""`istc collect`: the curated graph and all data sets, in one data version."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from service.cli.build import told
from service.cli.output import note, progress, write_table
from service.cli.push import push
from service.cli.session import Session


@click.command("collect")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", multiple=True, metavar="KEY", help="Only this data set; repeatable.")
@click.option("--list", "listed", is_flag=True, help="List the data sets with their licences.")
@click.option("--force", is_flag=True, help="Build even when no input has changed.")
@click.pass_obj
def command(
    session: Session, folder: Path, only: tuple[str, ...], listed: bool, force: bool
) -> None:
    """Build a graph of the curated tables and the data sets in FOLDER, in one commit.

    Each data set is a folder in FOLDER, as its publisher gives it; what is taken and dropped, and
    the licence, stand in kg/importing/sets. Prints the rows of each table against those expected,
    and fails when a data set falls short. Best in an ISTC_HOME of its own: istc build takes the
    data sets out again.

    \b
    Example:
      ISTC_HOME=.istc-all istc collect ../shared/data
      istc collect ../shared/data --only ror-subset --only uk-treaties
    """
    from kg import linking
    from kg.importing import collecting

    sets = collecting.chosen(only, folder)
    if listed:
        rows = [(s.key, s.title["en"], s.licence, s.retrieved.isoformat()) for s in sets]
        write_table(("key", "title", "licence", "retrieved"), rows)
        return

    with progress() as tell, told():
        report = collecting.collect(
            session.settings, folder, only, linker=linking.standing, progress=tell, force=force
        )
    push(session)
    if not report.changed and not report.counts:
        note("no input has changed since the last build")
    by_set = {one.key: one.expects for one in sets}
    quads = Counter({name.strip("<>").rpartition("/")[2]: n for name, n in report.quads.items()})
    write_table(
        ("data set", "table", "rows", "expected", "quads of the set"),
        [
            (key, table, str(n), str(by_set[key].get(table, "")), str(quads[key]))
            for (key, table), n in sorted(report.counts.items())
        ],
    )
    if report.seconds:
        stages = ", ".join(f"{name} {took:.1f} s" for name, took in report.seconds.items())
        note(f"built in {sum(report.seconds.values()):.1f} s ({stages})")
    note(f"{report.version.quads} quads")
    click.echo(report.version.number)


__all__ = ["command"]

"""`istc build`: from tables to a new data version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click

from kg import building, describing
from kg.building import BuildReport
from kg.errors import NonConforming
from service.cli.output import note, progress
from service.cli.push import push
from service.cli.session import Session
from service.cli.status import write_summary


@click.command("build")
@click.option("--force", is_flag=True, help="Build even when no input has changed.")
@click.option("--quiet", is_flag=True, help="Print the data version only.")
@click.pass_obj
def command(session: Session, force: bool, quiet: bool) -> None:
    """Build the graph from the packaged tables.

    Reads all tables, derives what follows, checks shapes and rules, and makes the result the
    current data version under ISTC_HOME. Nothing changes when anything is wrong. Nothing is done
    when no input has changed. A store that ISTC_REMOTE names is brought up to date.

    \b
    Example:
      istc build
      ISTC_HOME=/tmp/try istc build --force
    """
    report = build(session, force=force)
    push(session)
    if quiet:
        click.echo(report.version.number)
        return
    with session.engine() as engine:
        write_summary(report.version, describing.summary(engine))


def build(session: Session, *, force: bool = False) -> BuildReport:
    """Build, with progress and remarks on stderr.

    Args:
        session: The settings.
        force: Build even when no input has changed.

    Returns:
        What was done.

    Raises:
        NonConforming: The graph breaks a shape or a check; all of it has been printed.
    """
    with progress(lines=True) as tell, told():
        report = building.build(session.settings, tell, force=force)
    if report.seconds:
        stages = ", ".join(f"{name} {took:.1f} s" for name, took in report.seconds.items())
        note(f"built in {sum(report.seconds.values()):.1f} s ({stages})")
        _remarks(report)
    else:
        note("no input has changed since the last build")
    return report


@contextmanager
def told() -> Iterator[None]:
    """Where a build is refused, tell everything that refuses it."""
    try:
        yield
    except NonConforming as error:
        for result in error.extra.get("results", ())[1:]:
            text = result["messages"].get("en", result["rule"])
            note(f"also: {text} ({result['where'] or result['focus']})")
        raise


def _remarks(report: BuildReport) -> None:
    """Count what stands below the severity that stops a build."""
    counts = Counter((r.severity, r.name) for r in report.warnings)
    for (severity, rule), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if severity == "warning":
            note(f"warning: {rule}: {number}")
    infos = sum(n for (severity, _), n in counts.items() if severity == "info")
    if infos:
        note(f"{infos} remarks on completeness: istc validate --severity info")


__all__ = ["build", "command", "told"]

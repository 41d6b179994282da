"""`istc review`: settle what imported records are, where the linker was not sure."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from service.cli.options import language as language_option
from service.cli.output import note, write_json, write_table
from service.cli.push import push
from service.cli.session import Session

if TYPE_CHECKING:
    from kg.linking.links import Link

_FIELDS = ("id", "status", "score", "candidate", "name", "may be", "why")


@click.group("review", invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Also those that are linked or decided.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@language_option
@click.pass_context
def command(ctx: click.Context, every: bool, as_json: bool, language: str) -> None:
    """List what imported records may be, and decide on it.

    Without a further command the open links are listed, the surest first: what came in, the thing
    that it may be, the score from 0 to 1, and why. Decisions are kept in the graph, in graph/links,
    hold for later imports, and are taken back by istc undo.

    \b
    Example:
      istc review
      istc review accept 3f9a1c
      istc review accept 3f9a1c --as org/cas
      istc review reject 3f9a1c 77b0e2
      istc review export --format sssom
    """
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, every, as_json, language)


def _list(session: Session, every: bool, as_json: bool, language: str) -> None:
    from kg.linking import reviewing

    session.version()
    known = reviewing.all_links(session.settings)
    shown = [link for link in known if every or link.status == "open"]
    if as_json:
        write_json([link.record() for link in shown])
        return
    write_table(_FIELDS, [_row(link, language) for link in shown])
    counts = dict.fromkeys(("open", "later", "linked", "accepted", "rejected"), 0)
    for link in known:
        counts[link.status] = counts.get(link.status, 0) + 1
    note(", ".join(f"{count} {status}" for status, count in counts.items()))


def _row(link: Link, language: str) -> tuple[str, ...]:
    why = link.zh if language == "zh" else link.en
    may_be = f"{link.target_label} ({link.target})" if link.target else ""
    score = f"{link.score:.2f}" if link.target else ""
    return link.number, link.status, score, link.candidate, link.label, may_be, why


def _decide(session: Session, ids: Iterable[str], verb: str, by: str | None, to: str = "") -> None:
    from kg.linking import reviewing

    session.version()
    numbers = list(ids)
    decisions = [reviewing.Decision(number, verb, to) for number in numbers]
    done = reviewing.decide(session.settings, decisions, by or _who())
    push(session)
    status = reviewing.VERBS[verb]
    note(f"{status}: {', '.join(numbers)}" if done.changed else "nothing has changed")
    click.echo(done.version.number)


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "istc review"


_by = click.option("--by", help="Who decides.  [default: the user of this machine]")


@command.command("accept")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--as", "target", default="", help="Key of the thing that it is, e.g. org/cas.")
@_by
@click.pass_obj
def accept(session: Session, ids: tuple[str, ...], target: str, by: str | None) -> None:
    """Say that a record is the thing of the link; its other open links are rejected.

    \b
    Example:
      istc review accept 3f9a1c
      istc review accept 3f9a1c --as country/RUS
    """
    _decide(session, ids, "accept", by, target)


@command.command("reject")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@_by
@click.pass_obj
def reject(session: Session, ids: tuple[str, ...], by: str | None) -> None:
    """Say that a record is not the thing of the link.

    \b
    Example:
      istc review reject 3f9a1c 77b0e2
    """
    _decide(session, ids, "reject", by)


@command.command("later")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@_by
@click.pass_obj
def later(session: Session, ids: tuple[str, ...], by: str | None) -> None:
    """Leave a link for later: it is not listed as open any more.

    \b
    Example:
      istc review later 3f9a1c
    """
    _decide(session, ids, "later", by)


@command.command("reopen")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@_by
@click.pass_obj
def reopen(session: Session, ids: tuple[str, ...], by: str | None) -> None:
    """Take a decision back: the link is open again.

    \b
    Example:
      istc review reopen 3f9a1c
    """
    _decide(session, ids, "reopen", by)


@command.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["sssom", "ttl", "nq"]),
    default="sssom",
    show_default=True,
    help="sssom: a table of mappings; ttl, nq: owl:sameAs, identifiers and provenance.",
)
@click.pass_obj
def export(session: Session, form: str) -> None:
    """Print the links that are made or decided, with who, when, how and how sure.

    \b
    Example:
      istc review export > links.sssom.tsv
      istc review export --format ttl > links.ttl
    """
    from kg import exporting
    from kg.linking import reviewing

    session.version()
    known = reviewing.all_links(session.settings)
    if form == "sssom":
        click.echo(reviewing.sssom(known), nl=False)
    else:
        out = sys.stdout.buffer
        exporting.serialise(reviewing.same_as(known), out, exporting.format_named(form))


__all__ = ["command"]

"""`istc token`: make, list and revoke the tokens with which the graph is changed over HTTP."""

from __future__ import annotations

import click

from kg.tokens import DAYS, SCOPES, Tokens
from service.cli.output import note, write_json, write_table
from service.cli.session import Session


@click.group("token")
def command() -> None:
    """Make, list and revoke tokens for changes over HTTP.

    \b
    Example:
      istc token create desk --scope write --days 30
      istc token list
      istc token revoke desk
    """


@command.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    default=("write",),
    show_default=True,
    help="What it allows; may be given several times. admin allows everything.",
)
@click.option("--days", type=float, default=DAYS, show_default=True, help="Days until it expires.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def create(
    session: Session, name: str, scopes: tuple[str, ...], days: float, as_json: bool
) -> None:
    """Make a token for NAME and print it: the only time that it is shown.

    \b
    Example:
      TOKEN=$(istc token create desk)
    """
    tokens = Tokens(session.settings)
    text = tokens.create(name, scopes, days)
    made = next(token for token in tokens.all() if token.name == name)
    if as_json:
        write_json({"token": text, "name": name, "scopes": made.scopes, "expires": made.expires})
        return
    click.echo(text)
    note(f"{name} may {', '.join(made.scopes)} until {made.expires}; the token is not shown again")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """List the tokens: names, scopes and dates, never the tokens themselves.

    \b
    Example:
      istc token list
    """
    found = Tokens(session.settings).all()
    records = [
        {
            "name": token.name,
            "scopes": token.scopes,
            "made": token.made,
            "expires": token.expires,
            "expired": token.expired(),
        }
        for token in found
    ]
    if as_json:
        write_json(records)
        return
    rows = [
        (t.name, ", ".join(t.scopes), t.made, t.expires + (" (expired)" if t.expired() else ""))
        for t in found
    ]
    write_table(("name", "scopes", "made", "expires"), rows)


@command.command("revoke")
@click.argument("name")
@click.pass_obj
def revoke(session: Session, name: str) -> None:
    """Make the token of NAME invalid at once.

    \b
    Example:
      istc token revoke desk
    """
    Tokens(session.settings).revoke(name)
    note(f"the token of {name} is revoked")


__all__ = ["command"]

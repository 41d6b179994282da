"""`istc push`: bring the remote store to the current data version."""

from __future__ import annotations

import click

from kg.errors import InvalidSetting
from service.cli.output import note
from service.cli.session import Session


@click.command("push")
@click.option("--whole", is_flag=True, help="Load everything anew, not the changes only.")
@click.option("--replace", is_flag=True, help="Load also over data in the store that are not ours.")
@click.pass_obj
def command(session: Session, whole: bool, replace: bool) -> None:
    """Bring the store that ISTC_REMOTE names to the current data version.

    `istc build` and `istc undo` do so by themselves, and a running service after each commit; this
    does it after a failure, or for a store that is new. Prints the data version that the store
    holds then.

    \b
    Example:
      ISTC_REMOTE=fuseki+http://127.0.0.1:3030/istc istc push
    """
    if not session.settings.remote:
        raise InvalidSetting(
            "No remote store is named.",
            where="ISTC_REMOTE",
            hint="Set it, e.g. ISTC_REMOTE=fuseki+http://127.0.0.1:3030/istc.",
        )
    click.echo(push(session, whole=whole, replace=replace))


def push(session: Session, *, whole: bool = False, replace: bool = False) -> int | None:
    """Bring the remote store up to date, and tell what was sent.

    Args:
        session: The settings.
        whole: Load everything anew.
        replace: Load also over data that are not ours.

    Returns:
        The data version that the store holds; None when no store is named.

    Raises:
        StoreUnavailable: The store does not answer, refuses, or holds the data of others.
    """
    from service import remote

    backend = remote.connect(session.settings)
    if backend is None:
        return None
    try:
        done = backend.replica.push(whole=whole, replace=replace)
    finally:
        backend.close()
    note(
        f"the remote store held data version {done.version.number} already"
        if done.how == "nothing"
        else f"the remote store holds data version {done.version.number} "
        f"({done.quads} quads sent, {'all' if done.how == 'whole' else 'the changes'})"
    )
    return done.version.number


__all__ = ["command", "push"]

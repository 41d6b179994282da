"""`istc serve`: pages, SPARQL and API over HTTP."""

from __future__ import annotations

import errno
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

import click

from kg import catalogue, describing
from kg.errors import IstcError, LimitReached, StoreUnavailable
from kg.querying import Engine
from kg.store.versions import current
from service import remote
from service.cli.output import note
from service.cli.session import Session
from service.cli.status import write_counts, write_version

if TYPE_CHECKING:
    from service.server import Server


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    envvar="PORT",
    help="Port to listen on; 0 takes a free one. Also read from the variable PORT.",
)
@click.pass_obj
def command(session: Session, host: str, port: int) -> None:
    """Serve the graph; build it first when there is none.

    Pages for people, a SPARQL endpoint and answers for programs, at one address. Ctrl-C or
    SIGTERM lets running requests end, a second one ends at once.

    \b
    Example:
      istc serve
      istc serve --port 8080
    """
    if current(session.settings.home) is None:
        # Building needs validators and reasoners, which serving does not wait for.
        from service.cli.build import build

        build(session)
    version = session.version()
    engine = Engine(session.settings, remote.connect(session.settings, follow=True))
    # The graph is loaded by another process while this one reads the code of the service, and
    # counted while it answers.
    Thread(target=_load, args=[engine], daemon=True).start()
    try:
        server = _bound(session, host, port, engine)
    except BaseException:
        engine.close()
        raise
    try:
        write_version(version)
        for what, address in (
            ("home", "/"),
            (f"{len(catalogue.questions())} questions", "/questions"),
            ("SPARQL endpoint and editor", "/sparql"),
        ):
            click.echo(f"{what + ':':<28}{server.url}{address}")
        note("stop with Ctrl-C")
        Thread(target=_count, args=[engine], daemon=True).start()
        server.run()
    finally:
        server.close()


def _load(engine: Engine) -> None:
    # Who asks next is told what went wrong.
    with suppress(IstcError):
        engine.version()


def _count(engine: Engine) -> None:
    try:
        write_counts(describing.summary(engine))
    except LimitReached:
        # A tight limit on queries is no reason not to serve.
        note("the graph was not counted within the limits set")
    except (IstcError, OSError):
        pass  # stopped meanwhile, or nobody reads what we print


def _bound(session: Session, host: str, port: int, engine: Engine) -> Server:
    from service.logs import configure
    from service.server import Server

    configure(session.settings.log)
    try:
        return Server(session.settings, host, port, engine)
    except OSError as error:
        if error.filename is not None:
            raise  # a file, not the address
        raise StoreUnavailable(
            f"The address cannot be used: {error.strerror}",
            where=f"{host}:{port}",
            hint="Take another port: istc serve --port 8001, or PORT=8001 make run."
            if error.errno == errno.EADDRINUSE
            else None,
        ) from error


__all__ = ["command"]

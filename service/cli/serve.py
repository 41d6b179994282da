"""`istc serve`: pages, SPARQL and API over HTTP."""

from __future__ import annotations

import errno

import click

from kg import catalogue, describing
from kg.errors import LimitReached, StoreUnavailable
from kg.store.versions import current
from service.cli.build import build
from service.cli.output import note
from service.cli.session import Session
from service.cli.status import write_summary
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

    Pages for people, a SPARQL endpoint and answers for programs, at one address. Ends at Ctrl-C.

    \b
    Example:
      istc serve
      istc serve --port 8080
    """
    if current(session.settings.home) is None:
        build(session)
    version = session.version()
    try:
        with session.engine() as engine:
            write_summary(version, describing.summary(engine))
    except LimitReached:
        # A tight limit on queries is no reason not to serve.
        note("the graph was not counted within the limits set")
    try:
        server = Server(session.settings, host, port)
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
    click.echo("")
    for what, address in (
        ("home", "/"),
        (f"{len(catalogue.questions())} questions", "/questions"),
        ("SPARQL endpoint and editor", "/sparql"),
    ):
        click.echo(f"{what + ':':<28}{server.url}{address}")
    note("stop with Ctrl-C")
    try:
        server.run()
    finally:
        server.close()


__all__ = ["command"]

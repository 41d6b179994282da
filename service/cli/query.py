"""`istc query`: any SPARQL query, within the limits of the endpoint."""

from __future__ import annotations

import json
import sys
from typing import Any, BinaryIO

import click
from pyoxigraph import QueryResultsFormat, RdfFormat

from kg import querying
from kg.errors import InvalidQuery, NotAcceptable
from service.cli.output import write_table
from service.cli.session import Session

_ROWS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_GRAPHS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


@click.command("query")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *_ROWS, *_GRAPHS]),
    help="Default: table for rows, ttl for graphs.",
)
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Time limit.")
@click.pass_obj
def command(session: Session, file: BinaryIO, form: str | None, seconds: float | None) -> None:
    """Run a SPARQL query from FILE, or from standard input when FILE is “-”.

    \b
    Example:
      istc query question.rq --format csv > rows.csv
      echo 'SELECT * { ?s ?p ?o } LIMIT 3' | istc query -
    """
    text = _text(file)
    rows = querying.form(text) in ("select", "ask")
    form = form or ("table" if rows else "ttl")
    offered = ("table", *_ROWS) if rows else tuple(_GRAPHS)
    if form not in offered:
        raise NotAcceptable(
            f"The answer to this query cannot be written as {form}.",
            hint=f"Use one of: {', '.join(offered)}.",
        )
    media_type = (_GRAPHS[form] if form in _GRAPHS else _ROWS.get(form, _ROWS["json"])).media_type
    with session.engine() as engine:
        answer = engine.query(text, media_type, seconds=seconds)
        if form == "table":
            _table(answer.read())
        else:
            sys.stdout.buffer.writelines(answer.chunks())
            sys.stdout.buffer.flush()


def _text(file: BinaryIO) -> str:
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidQuery(
            "The query is not UTF-8.", where=f"{file.name}, byte {error.start}"
        ) from error


def _table(body: bytes) -> None:
    """Show SPARQL 1.1 results in JSON as a table."""
    found: dict[str, Any] = json.loads(body)
    if "boolean" in found:
        click.echo("true" if found["boolean"] else "false")
        return
    names = found["head"]["vars"]
    write_table(
        names,
        [
            [row[name]["value"] if name in row else "" for name in names]
            for row in found["results"]["bindings"]
        ],
    )


__all__ = ["command"]

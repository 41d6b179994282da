"""What was changed: a line of the journal with its counts, and the change itself."""

from __future__ import annotations

from flask import Response, jsonify, send_file
from pyoxigraph import Store

from kg import changing
from kg.errors import NotFound
from kg.store import changes, journal, versions
from service import addresses, auth
from service.graphs import committing
from service.graphs.committing import stamp
from service.state import state, version


def undo(number: int) -> Response:
    """Take a change back, as a new change."""
    token = auth.require("write")
    with committing.writing():
        done = changing.undo(state().settings, number, token.name)
    committing.shown(done.version.number)
    response = committing.answer(done)
    response.headers["Location"] = addresses.public(f"/changes/{done.version.number}")
    return response


def change(number: int) -> Response:
    """Who changed the graph, when and how, in one change."""
    now = versions.current(state().settings.home) or version()
    with versions.hold(now):
        lines = journal.entries(Store.read_only(str(now.path)))
    line = next((line for line in lines if line.number == number), None)
    if line is None:
        raise NotFound(
            f"There is no change {number}.",
            hint=f"The newest is {lines[-1].number}." if lines else None,
        )
    stands = any(one.number == number for one in journal.standing(lines))
    entry = line.entry
    kept = changes.path(state().settings.home.absolute(), number).exists()
    return jsonify(
        change=number,
        commit=journal.commit_iri(number),
        at=stamp(entry.at),
        agent=entry.agent,
        activity=entry.activity,
        source=entry.source,
        checksum=entry.checksum,
        toolVersion=entry.tool_version,
        note=entry.note,
        undoes=entry.undoes,
        stands=stands,
        digest=line.digest,
        quads=line.quads,
        patch=addresses.public(f"/changes/{number}.rdfp.gz") if kept else None,
    )


def patch(number: int) -> Response:
    """The quads that a change added and removed, as an RDF Patch."""
    path = changes.path(state().settings.home.absolute(), number)
    if not path.exists():
        raise NotFound(f"No change with the number {number} is kept.")
    return send_file(path, mimetype="application/gzip", conditional=True)

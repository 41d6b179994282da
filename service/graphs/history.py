"""What was changed: a line of the journal with its counts, and the change itself."""

from __future__ import annotations

from contextlib import suppress

from flask import Response, jsonify, render_template, request

from kg import changing
from kg.changing import hiding
from kg.errors import InvalidInput, NotAllowed, NotFound
from kg.store import journal
from kg.tokens import Token
from service import addresses, auth, negotiation
from service.graphs import committing, feed
from service.graphs.committing import stamp
from service.negotiation import HTML, JSON
from service.state import state


def undo(number: int) -> Response:
    """Take a change back, as a new change."""
    token = _may_undo(number)
    with committing.writing():
        done = changing.undo(state().settings, number, token.name)
    committing.shown(done.version.number)
    response = committing.answer(done)
    response.headers["Location"] = addresses.public(f"/changes/{done.version.number}")
    return response


def hide() -> Response:
    """Hide a person, given by IRI with a reason, as a new change."""
    token = auth.require("admin")
    given = request.get_json(silent=True)
    person, reason = (
        (given.get("person"), given.get("reason")) if isinstance(given, dict) else (None, None)
    )
    if not (isinstance(person, str) and person and isinstance(reason, str)):
        raise InvalidInput(
            "The person or the reason is missing.",
            where="body",
            hint='Send JSON: {"person": "https://…/id/person/…", "reason": "…"}.',
        )
    with committing.writing():
        done = changing.hide(state().settings, person, reason, token.name)
    committing.shown(done.version.number)
    response = committing.answer(done)
    response.headers["Location"] = addresses.public(f"/changes/{done.version.number}")
    return response


def _may_undo(number: int) -> Token:
    """The token of the request; who may decide on links may take such decisions back, too.

    Who is hidden is shown again by those alone who may hide.
    """
    if any(line.number == number and line.entry.activity == hiding.ACTIVITY for line in _lines()):
        return auth.require("admin")
    if any(line.number == number and line.entry.activity == "review" for line in _lines()):
        with suppress(NotAllowed):
            return auth.require("import")
    return auth.require("write")


def _lines() -> list[journal.Recorded]:
    return feed.lines(feed.current())


def change(number: int) -> Response:
    """Who changed the graph, when and how, in one change; or the change as an RDF Patch."""
    chosen = negotiation.choose(
        (JSON, feed.RDF_PATCH, HTML), request.args.getlist("format") or None
    )
    if chosen is feed.RDF_PATCH:
        return negotiation.vary(feed.of_change(number))
    lines = _lines()
    line = next((line for line in lines if line.number == number), None)
    if line is None:
        raise NotFound(
            f"There is no change {number}.",
            hint=f"The newest is {lines[-1].number}." if lines else None,
        )
    stands = any(one.number == number for one in journal.standing(lines))
    entry = line.entry
    counts = feed.counts(number)
    if chosen is HTML:
        page = render_template(
            "graphs/change.html", line=line, counts=counts, stands=stands, stamp=stamp
        )
        return negotiation.vary(Response(page, content_type=HTML.content_type))
    added, removed = counts or (None, None)
    response = jsonify(
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
        added=added,
        removed=removed,
        patch=addresses.public(f"/changes/{number}.rdfp.gz") if counts else None,
    )
    return negotiation.vary(response)


def patch(number: int) -> Response:
    """The quads that a change added and removed, as an RDF Patch."""
    return feed.kept(number)

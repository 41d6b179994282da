"""From a request that changes the graph to its answer: preconditions, the change, what was done."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyoxigraph
from flask import Response, request
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat

from kg import changing
from kg.changing import Changed, Guard, Step
from kg.errors import Busy, IstcError, NonConforming, Stale
from kg.report import Report, Result
from kg.resources import tool_version
from kg.store import versions
from kg.store.journal import Entry, commit_iri
from kg.store.truth import Truth
from service import addresses, negotiation, rdf
from service.negotiation import JSON, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from service.state import engine, state

#: Changes that may wait for each other; with more, too few threads would be left for reading.
WRITERS = 6
_writers = threading.BoundedSemaphore(WRITERS)
#: How long an answer waits for the new version to be shown, in seconds.
SHOWN_SECONDS = 30.0
_POLL_SECONDS = 0.05
#: Digits of a digest in an entity tag: more than enough to tell states apart.
_DIGITS = 40
_REPORTS = (JSON, TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Target:
    """The part of the graph that a request is about, for its preconditions.

    Attributes:
        graph: IRI of a graph; empty for the default graph; None for everything.
    """

    graph: str | None = None

    def state(self, truth: Truth) -> tuple[str, bool]:
        """Digest of what it holds now, and whether it exists."""
        if self.graph is None:
            now = truth.current
            return ("" if now is None else now.digest), True
        name = NamedNode(self.graph) if self.graph else DefaultGraph()
        lines = [f"{quad} .".encode() for quad in truth.quads(name)]
        return versions.content_digest(lines), bool(lines) or not self.graph


def tag(digest: str, suffix: str = "") -> str:
    """The entity tag of a state, or of one representation of it."""
    return f"{digest[:_DIGITS]}.{suffix}" if suffix else digest[:_DIGITS]


def preconditions(truth: Truth, target: Target) -> bool:
    """Check If-Match and If-None-Match (RFC 9110, section 13.1) against the truth.

    Args:
        truth: The truth, under the writer's lock.
        target: What the request changes.

    Returns:
        Whether the target exists.

    Raises:
        Stale: It is not, or no longer, as the client expects.
    """
    digest, exists = target.state(truth)
    now = tag(digest)
    # A client sends the tag of the representation that it has read; each tells the state.
    if request.if_match and not _holds(request.if_match, now, exists):
        raise Stale(
            "It has changed since you read it.",
            where="If-Match",
            hint="Read it again, and send the new entity tag.",
            extra={"current": f'"{now}"' if exists else None},
        )
    if request.if_none_match and _holds(request.if_none_match, now, exists, weak=True):
        raise Stale(
            "It exists already.",
            where="If-None-Match",
            hint="Leave the header out to replace it.",
            extra={"current": f'"{now}"'},
        )
    return exists


def _holds(tags: Any, now: str, exists: bool, *, weak: bool = False) -> bool:
    if tags.star_tag:
        return exists
    given = tags.as_set(include_weak=weak)
    return exists and any(one.partition(".")[0] == now for one in given)


def entry(agent: str, activity: str, source: str = "", checksum: str = "") -> Entry:
    """What the journal says of a change over HTTP."""
    return Entry(
        agent=agent,
        activity=activity,
        source=source,
        checksum=checksum,
        tool_version=tool_version(),
    )


def checksum(text: str) -> str:
    """SHA-256 of a text, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def run(step: Step, told: Entry, guard: Guard) -> Changed | Response:
    """Run a change.

    Args:
        step: What is to be done.
        told: What the journal says.
        guard: Checks preconditions under the lock.

    Returns:
        What was done; or the answer with a SHACL report, when the client wants one as RDF.

    Raises:
        IstcError: As for `kg.changing.change`.
    """
    try:
        with writing():
            done = changing.change(
                state().settings,
                step,
                told,
                guard=guard,
                gone=request.environ.get("waitress.client_disconnected"),
            )
        shown(done.version.number)
        return done
    except NonConforming as error:
        chosen = _report_format()
        if chosen is JSON:
            raise
        return _report(error, chosen)


@contextmanager
def writing() -> Iterator[None]:
    """Be one of the few that change the graph, or wait to.

    Raises:
        Busy: There are enough of them.
    """
    if not _writers.acquire(blocking=False):
        raise Busy(f"{WRITERS} changes are waiting for each other.", hint="Try again shortly.")
    try:
        yield
    finally:
        _writers.release()


def shown(number: int) -> None:
    """Wait until queries see a data version, so that who wrote reads what was written.

    The change is done whatever happens here, so nothing here makes its answer an error.
    """
    until = time.monotonic() + SHOWN_SECONDS
    while time.monotonic() < until:
        with suppress(IstcError):
            now = engine().version()
            if now is None or now.number >= number:
                return
        time.sleep(_POLL_SECONDS)


def _report_format() -> Format:
    named = request.args.get("report")
    if named:
        return negotiation.choose(_REPORTS, named)
    kinds = [PROBLEM, *(one.media_type for one in _REPORTS)]
    best = request.accept_mimetypes.best_match(kinds, PROBLEM)
    return next((one for one in _REPORTS if one.media_type == best), JSON)


def _report(error: NonConforming, chosen: Format) -> Response:
    report = Report(tuple(Result.parse(one) for one in error.extra["results"]))
    triples = pyoxigraph.parse(input=report.turtle(), format=RdfFormat.TURTLE)
    quads = [Quad(t.subject, t.predicate, t.object) for t in triples]
    response = Response(rdf.body(quads, chosen), 422, content_type=chosen.content_type)
    response.headers["Cache-Control"] = "no-store"
    return negotiation.vary(response)


def summary(done: Changed) -> dict[str, Any]:
    """What was done, as JSON members."""
    return {
        "changed": done.changed,
        "added": done.added,
        "removed": done.removed,
        "version": done.version.number,
        "digest": done.version.digest,
        "commit": commit_iri(done.version.number),
        "warnings": [warning.record() for warning in done.warnings],
    }


def answer(done: Changed, status: int = 200) -> Response:
    """Tell what was done.

    Args:
        done: What was done.
        status: 204 gives no body.

    Returns:
        The answer, with a link to the change.
    """
    body = "" if status == 204 else json.dumps(summary(done), ensure_ascii=False) + "\n"
    response = Response(body, status, content_type=JSON.media_type)
    if status == 204:
        del response.headers["Content-Type"]
    link = addresses.public(f"/changes/{done.version.number}")
    response.headers["Link"] = f'<{link}>; rel="http://www.w3.org/ns/prov#wasGeneratedBy"'
    response.headers["Cache-Control"] = "no-store"
    return response


def stamp(moment: datetime | None) -> str | None:
    """A time in ISO 8601."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")

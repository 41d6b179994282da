"""The endpoint: answers for programs, an editor and result pages for people."""

from __future__ import annotations

import re
import time
from typing import Any

from flask import Response, g, jsonify, render_template, request

from kg import sparql
from kg.errors import NotFound
from kg.querying import Answer
from service import addresses, caching, language, negotiation
from service.metrics import metrics
from service.negotiation import GRAPHS, HTML, RDF, RESULTS_JSON, ROWS, TURTLE, Format, vary
from service.sparql import description, editor, pages, protocol, update
from service.sparql.protocol import Asked
from service.state import engine, state, version

#: Blank nodes of a template get new labels in each answer, so its tag is a weak one; so is that of
#: the page, which says how long the query took.
_BLANK = re.compile(r"_:|\[")


def endpoint() -> Response:
    """Answer a query; without one, describe the endpoint or show the editor; run an update."""
    if update.wanted(request):
        return update.answer(request)
    asked = protocol.read(request)
    g.query_id = asked.query_id
    response = _without_query(asked) if asked.query is None else _with_query(asked, asked.query)
    response.headers["Accept-Query"] = ", ".join(protocol.ACCEPTED)
    return response


def _without_query(asked: Asked) -> Response:
    chosen = negotiation.choose((HTML, *RDF), asked.formats)
    shown = asked.formats or asked.example or asked.link
    if chosen is HTML and (negotiation.wants_page() or shown):
        return _page("sparql/editor.html", query=editor.opening(asked), themes=editor.examples())
    return description.answer(TURTLE if chosen is HTML else chosen)


def _page(template: str, **values: Any) -> Response:
    body = render_template(
        template,
        seconds=state().settings.query_seconds,
        **values,
    )
    return vary(Response(body, content_type=HTML.content_type))


def _with_query(asked: Asked, query: str) -> Response:
    outline = sparql.outline(query)
    rows = outline.form in ("select", "ask")
    offered = (*(ROWS if rows else GRAPHS), HTML)
    chosen = negotiation.choose(offered, asked.formats)
    weak = chosen is HTML or (not rows and _BLANK.search(query) is not None)
    parts = ("sparql", query, *asked.default_graphs, "|", *asked.named_graphs, chosen.name)
    if chosen is HTML:
        parts = (*parts, language.interface(), language.content())
    if not outline.volatile:
        # The engine keeps answers; what is sent with them tells of this one query.
        etag = caching.tag(version(), *parts)
        same = caching.unchanged(etag, weak=weak, keep=False)
        if same is not None:
            return same
    shown = chosen if chosen is not HTML else (RESULTS_JSON if rows else TURTLE)
    began = time.monotonic()
    answer = engine().query(
        query,
        shown.media_type,
        seconds=_limit(asked),
        query_id=asked.query_id,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        base_iri=addresses.site() + "/sparql",
        client_gone=request.environ.get("waitress.client_disconnected"),
    )
    seconds = time.monotonic() - began
    if chosen is HTML:
        with_answer = pages.Result.read(answer, shown, seconds)
        response = _page("sparql/results.html", query=query, result=with_answer)
    else:
        response = _send(answer, chosen)
    meter = metrics()
    response.call_on_close(lambda: meter.record_query(outline.form, seconds, answer.given))
    response.headers["Query-Id"] = asked.query_id
    if outline.volatile:
        response.headers["Cache-Control"] = "no-store"
    else:
        response.set_etag(caching.tag(answer.version, *parts), weak=weak)
    return vary(response)


def _limit(asked: Asked) -> float:
    """The time limit: what is asked for, but never more than what is set."""
    most = state().settings.query_seconds
    return most if asked.seconds is None else min(asked.seconds, most)


def _send(answer: Answer, chosen: Format) -> Response:
    """Send an answer; a failure after its first byte breaks the connection."""
    response = Response(answer.chunks(), content_type=chosen.content_type)
    if answer.size is not None:
        response.content_length = answer.size
    response.call_on_close(answer.close)
    return response


def running() -> Response:
    """How many queries run; their ids are known to those who sent them."""
    waiting = engine().waiting()
    response = jsonify(
        running=len(engine().running()) - waiting,
        waiting=waiting,
        workers=state().settings.workers,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def state_of(query_id: str) -> Response:
    """The state of a running query."""
    for query in engine().running():
        if query.query_id == query_id:
            response = jsonify(queryId=query_id, state="running", seconds=round(query.seconds, 3))
            response.headers["Cache-Control"] = "no-store"
            return response
    raise _no_such(query_id)


def cancel(query_id: str) -> Response:
    """Stop a running query; who waits for it is told so."""
    if not engine().cancel(query_id):
        raise _no_such(query_id)
    return Response(status=204)


def _no_such(query_id: str) -> NotFound:
    return NotFound(
        "No query of this id is running.",
        where=query_id,
        hint="It may have ended. Send your own id in the header Query-Id.",
    )

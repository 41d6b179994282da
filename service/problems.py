"""Errors on the web: RFC 9457 problem details, and the same as a page for browsers.

One table says which status a kind of error has. `docs/errors.md` prints it, `/problems/<slug>`
explains each row.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from kg.errors import IstcError
from service import addresses, language
from service.language import translate
from service.negotiation import vary, wants_page
from service.security import request_id
from service.state import state
from service.wording import reworded

log = logging.getLogger(__name__)


def _(message: str) -> str:
    """Mark a message for the catalogue; it is translated when it is shown."""
    return message


@dataclass(frozen=True)
class Problem:
    """A type of problem: the kind of error is its slug.

    Attributes:
        slug: Last part of its address.
        status: HTTP status.
        title: What is wrong, in general.
        advice: What to do about it.
        retry: Seconds after which to try again, where that can help.
    """

    slug: str
    status: int
    title: str
    advice: str
    retry: int | None = None


TABLE = (
    Problem(
        "bad-request",
        400,
        _("The request cannot be understood"),
        _("Check the address, the parameters and the body; the detail names the wrong one."),
    ),
    Problem(
        "sparql-syntax",
        400,
        _("The query is not valid SPARQL"),
        _("Go to the line and column given; a missing prefix is offered as a line to add."),
    ),
    Problem(
        "unknown-function",
        400,
        _("The query calls a function that is not offered"),
        _("Use the functions of SPARQL 1.1, the casts of XSD, or those of GeoSPARQL."),
    ),
    Problem(
        "invalid-rdf",
        400,
        _("The RDF cannot be read"),
        _("Go to the line given, and check that the media type is that of the content."),
    ),
    Problem(
        "unauthorized",
        401,
        _("A token is needed"),
        _("Send the header Authorization: Bearer with a token for this service."),
    ),
    Problem(
        "forbidden",
        403,
        _("This is not allowed here"),
        _("The token lacks the right that is named; an update needs a token and POST."),
    ),
    Problem(
        "built-graph",
        403,
        _("The graph is built from tables"),
        _("Correct the row of the table and build again, or use a graph of your own."),
    ),
    Problem(
        "no-outside-access",
        403,
        _("Queries and changes cannot reach other machines"),
        _("Leave out SERVICE, LOAD, remote contexts and the like; fetch what you need yourself."),
    ),
    Problem(
        "not-found",
        404,
        _("There is no such thing"),
        _("Check the spelling; near names are suggested where there are any."),
    ),
    Problem(
        "method-not-allowed",
        405,
        _("The method is not offered at this address"),
        _("Use one of the methods in the Allow header."),
    ),
    Problem(
        "not-acceptable",
        406,
        _("None of the accepted formats can be sent"),
        _("Accept one of the formats listed, or name one in the address."),
    ),
    Problem(
        "query-cancelled",
        409,
        _("The query was cancelled"),
        _("Somebody stopped it by its id, or the connection was closed; send it again."),
    ),
    Problem(
        "conflict",
        409,
        _("It was changed since"),
        _("The list says what was changed; undo the later changes first."),
    ),
    Problem(
        "wrong-state",
        409,
        _("The import is not in the state for this"),
        _("Look at the import: the detail says how far it is, and what can be done with it."),
    ),
    Problem(
        "stale",
        412,
        _("It is not as you expect"),
        _("Somebody has changed it since you read it: read it again, then send your change."),
    ),
    Problem(
        "gone",
        410,
        _("It is no longer here"),
        _("The detail says what took it away, or what is still kept."),
    ),
    Problem(
        "too-large",
        413,
        _("The request is too large"),
        _("Send less at a time, within the bound given."),
    ),
    Problem(
        "uri-too-long",
        414,
        _("The address is too long"),
        _("Send the query with POST."),
    ),
    Problem(
        "unsupported-media-type",
        415,
        _("The media type is not read here"),
        _("Send one of the media types listed."),
    ),
    Problem(
        "range-not-satisfiable",
        416,
        _("The range lies outside the file"),
        _("Ask for the file without a range."),
    ),
    Problem(
        "invalid-parameter",
        422,
        _("A parameter has a value that is not allowed"),
        _("Every wrong parameter is listed with what is expected."),
    ),
    Problem(
        "invalid-table",
        422,
        _("The table cannot be used"),
        _("Go to the row and column given."),
    ),
    Problem(
        "non-conforming",
        422,
        _("The data break a rule of the graph"),
        _("Each result names the place and the rule."),
    ),
    Problem(
        "query-too-expensive",
        422,
        _("The query needs more memory or gives a larger result than allowed"),
        _("Ask for fewer rows with LIMIT, join fewer patterns, or download the whole graph."),
    ),
    Problem(
        "too-many-requests",
        429,
        _("Too much has been asked for in a short time"),
        _("Try again after the seconds given in Retry-After."),
        retry=60,
    ),
    Problem(
        "internal",
        500,
        _("Something went wrong on our side"),
        _("Try again; if it stays, report the request id."),
    ),
    Problem(
        "no-index",
        503,
        _("The index for search is being made"),
        _("Try again after the seconds given in Retry-After; everything else works meanwhile."),
        retry=5,
    ),
    Problem(
        "busy",
        503,
        _("All workers are in use"),
        _("Try again after the seconds given in Retry-After."),
        retry=2,
    ),
    Problem(
        "store-unavailable",
        503,
        _("The graph cannot be used now"),
        _("It has not been built yet, or is being replaced; try again shortly."),
        retry=5,
    ),
    Problem(
        "query-timeout",
        504,
        _("The work was stopped at its time limit"),
        _("Make a query more selective, ask for fewer rows, or split the work in parts."),
    ),
    Problem(
        "insufficient-storage",
        507,
        _("The service keeps as much as it may keep"),
        _("Use what is kept already, or ask who runs the service for room."),
    ),
)
BY_SLUG = {problem.slug: problem for problem in TABLE}
_BY_STATUS = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    410: "gone",
    413: "too-large",
    414: "uri-too-long",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    422: "invalid-parameter",
    503: "store-unavailable",
}


def described(
    problem: Problem,
    detail: str,
    *,
    where: str | None = None,
    hint: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of a problem, in the reader's language.

    Args:
        problem: Its type.
        detail: What is wrong in this case.
        where: Where.
        hint: What to do in this case.
        extra: Further members.
    """
    members: dict[str, Any] = {
        "type": addresses.public(f"/problems/{problem.slug}"),
        "title": translate(problem.title),
        "status": problem.status,
        "detail": reworded(detail),
    }
    if where is not None:
        members["where"] = reworded(where)
    members["hint"] = reworded(hint) if hint else translate(problem.advice)
    members.update({key: value for key, value in (extra or {}).items() if key not in members})
    for error in members.get("errors", ()):
        error["expected"] = reworded(error["expected"])
    return members


def respond(
    slug: str,
    detail: str,
    *,
    where: str | None = None,
    hint: str | None = None,
    extra: dict[str, Any] | None = None,
) -> Response:
    """The answer for a problem.

    Args:
        slug: Kind of the error.
        detail: What is wrong in this case.
        where: Where.
        hint: What to do in this case.
        extra: Further members.

    Returns:
        Problem details as JSON, or as a page for browsers.
    """
    problem = BY_SLUG.get(slug, BY_SLUG["internal"])
    g.problem = problem.slug
    page = wants_page()
    if not page:
        language.international()
    members = described(problem, detail, where=where, hint=hint, extra=extra)
    members["instance"] = uuid.UUID(request_id()).urn
    if page:
        query = request.args.get("query", "") if request.path == "/sparql" else ""
        seconds = state().settings.query_seconds
        body = render_template("problem.html", problem=members, query=query, seconds=seconds)
        kind = "text/html; charset=utf-8"
    else:
        body = json.dumps(members, ensure_ascii=False, default=str) + "\n"
        kind = "application/problem+json"
    response = Response(body, problem.status, content_type=kind)
    response.headers["Cache-Control"] = "no-store"
    wait = members.get("retryAfter", problem.retry)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    if problem.status == 401:
        # RFC 6750, section 3.1: who gave a token learns that it is the token.
        wrong = ' error="invalid_token"' if request.authorization is not None else ""
        response.headers["WWW-Authenticate"] = f"Bearer{wrong}"
    return vary(response)


def _known(error: IstcError) -> Response:
    if BY_SLUG.get(error.kind, BY_SLUG["internal"]).status == 500:
        log.error("request %s failed", request_id(), exc_info=error)
    return respond(error.kind, error.what, where=error.where, hint=error.hint, extra=error.extra)


def _http(error: HTTPException) -> Response:
    """Errors of the framework, through the same table."""
    status = error.code or 500
    slug = _BY_STATUS.get(status, "bad-request" if status < 500 else "internal")
    extra: dict[str, Any] = {}
    if slug == "too-large" and request.max_content_length is not None:
        extra["limitBytes"] = request.max_content_length
    accepted = getattr(error, "accepted", ())
    if accepted:
        extra["accepted"] = list(accepted)
    response = respond(slug, BY_SLUG[slug].title, where=request.path, extra=extra)
    if accepted:
        response.headers["Accept-Post"] = response.headers["Accept-Query"] = ", ".join(accepted)
    if isinstance(error, RequestedRangeNotSatisfiable) and error.length is not None:
        response.headers["Content-Range"] = f"{error.units} */{error.length}"
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _unknown(error: Exception) -> Response:
    """Our own fault: the log has the traceback, the answer the id of the request."""
    log.error("request %s failed", request_id(), exc_info=error)
    detail = _("An unexpected error occurred; it has been logged.")
    return respond("internal", detail, where=request.path)


def install(app: Flask) -> None:
    """Send every error through the table."""
    app.register_error_handler(IstcError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)

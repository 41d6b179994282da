"""From the parameters of a request to the result of an analysis, or to word that it is coming."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import Response, jsonify, render_template, request

from kg import choosing
from kg.analysis.catalogue import Analysis
from kg.analysis.results import Result
from kg.analysis.working import Work
from service import addresses, caching, language
from service.questions import asked as questions
from service.state import engine, state, version
from service.wording import reworded

#: How long a page and data wait for a result before they say that it is coming, in seconds.
PAGE_SECONDS = 2.0
DATA_SECONDS = 10.0
#: The longest that a client may ask to wait (Prefer: wait, RFC 7240).
LONGEST = 30.0
#: After so many seconds the client should ask again.
AGAIN = 2
_WAIT = re.compile(r"\bwait\s*=\s*\"?(\d{1,4})")


def result(asked: Analysis, seconds: float) -> Result | Work:
    """The result of an analysis with the parameters of this request.

    Args:
        asked: The analysis.
        seconds: How long to wait for it, unless the client says otherwise.

    Raises:
        InvalidParameter: Unknown or wrong parameters; all of them are listed.
        IstcError: What went wrong in it.
    """
    wanted = _WAIT.search(request.headers.get("Prefer", ""))
    wait = min(float(wanted[1]), LONGEST) if wanted else seconds
    return result_of(asked, questions.parameters(asked), wait)


def result_of(asked: Analysis, given: Mapping[str, str], wait: float) -> Result | Work:
    """The result of an analysis with some values.

    Args:
        asked: The analysis.
        given: Values by name.
        wait: How long to wait for it, in seconds.
    """
    values, _ = choosing.check(engine(), asked, given)
    return state().analyses.result(version(), asked, values, wait)


def ready(
    asked: Analysis, path: str, kind: str, seconds: float, *, page: bool
) -> tuple[Result, str] | Response:
    """The result to represent with its entity tag; or what is answered without it.

    Args:
        asked: The analysis.
        path: Its id, or that of one of its tables.
        kind: The representation.
        seconds: How long to wait for the result, unless the client says otherwise.
        page: Whether for people.

    Returns:
        Result and entity tag; or 304, or word that it is coming.

    Raises:
        InvalidParameter: Unknown or wrong parameters; all of them are listed.
        IstcError: What went wrong in it.
    """
    tag = etag(path, kind)
    same = caching.unchanged(tag)
    if same is not None:
        return same
    found = result(asked, seconds)
    return coming(asked, found, page=page) if isinstance(found, Work) else (found, tag)


def etag(path: str, kind: str) -> str:
    """Entity tag of a result, or of one of its tables, in a representation."""
    values = sorted(request.args.items(multi=True))
    return caching.tag(
        version(),
        "tool",
        path,
        repr(values),
        kind,
        addresses.site(),
        language.interface(),
        language.content(),
    )


def coming(asked: Analysis | None, work: Work, *, page: bool) -> Response:
    """Word that a result is being computed: 202, to be asked for again at the same address.

    Args:
        asked: The analysis; None for something else, which has no page.
        work: What goes on.
        page: Whether for people.

    Returns:
        A page that asks again by itself, or JSON.
    """
    told = {
        "stage": reworded(work.stage or "waiting for others"),
        "done": work.done,
        "total": work.total,
    }
    response: Response
    if page and asked is not None:
        response = Response(
            render_template("analysis/coming.html", tool=asked, work=work, again=AGAIN, **told),
            content_type="text/html; charset=utf-8",
        )
    else:
        response = jsonify(status="running", seconds=round(work.seconds, 1), **told)
    response.status_code = 202
    response.headers["Retry-After"] = str(AGAIN)
    response.headers["Cache-Control"] = "no-store"
    return response


__all__ = [
    "DATA_SECONDS",
    "PAGE_SECONDS",
    "coming",
    "etag",
    "ready",
    "result",
    "result_of",
]

"""Imports as resources: send, list, look at, cancel, commit, take back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Response, request

from kg import errors
from kg.importing.jobs import Job
from kg.importing.jobs import committing as deciding
from kg.store.truth import Truth
from service import addresses, auth, language, problems
from service.graphs import committing
from service.imports import pages, sending
from service.negotiation import HTML, JSON, choose, vary, wants_page
from service.questions import asked
from service.state import jobs

#: Imports on one page of the list.
PER_PAGE = 50


def reader() -> str | None:
    """Whose imports the token of this request may see; None for everybody's.

    Raises:
        Unauthorized, NotAllowed: There is no token, or not one for imports.
    """
    token = auth.require("import")
    return None if token.allows("admin") else token.name


def owned(id_: str) -> Job:
    """An import that the token of this request may see.

    Raises:
        Unauthorized, NotAllowed: There is no token, or not one for imports.
        NotFound: There is none of this id, or it is somebody else's.
    """
    return jobs().get(id_, reader())


def record(job: Job) -> dict[str, Any]:
    """An import as JSON members, with what can be done with it now."""
    at = addresses.public(f"/imports/{job.id}")
    committed = job.state == "committed" and bool(job.changed)
    links = {
        "self": at,
        "events": f"{at}/events",
        "report": f"{at}/report" if job.reported else None,
        "diff": f"{at}/diff" if job.differing else None,
        "commit": f"{at}/commit" if job.state == "checked" and not job.dry_run else None,
        "revert": f"{at}/revert" if committed else None,
        "change": addresses.public(f"/changes/{job.version}") if job.changed else None,
    }
    return job.record() | {"ahead": jobs().place(job), "problem": problem(job), "links": links}


def problem(job: Job) -> dict[str, Any] | None:
    """Why an import has failed, in the reader's language."""
    told = job.problem
    if told is None:
        return None
    kind = problems.BY_SLUG[getattr(errors, told["class"]).kind]
    return problems.described(
        kind, told["what"], where=told["where"], hint=told["hint"], extra=told["extra"]
    )


def answer(members: dict[str, Any], status: int = 200) -> Response:
    """An answer about imports, which nobody keeps."""
    body = json.dumps(members, ensure_ascii=False) + "\n"
    response = Response(body, status, content_type=JSON.media_type)
    response.headers["Cache-Control"] = "no-store"
    return vary(response)


def accepted(job: Job) -> Response:
    """202, with the address of the job."""
    language.international()
    response = answer(record(job), 202)
    response.headers["Location"] = addresses.public(f"/imports/{job.id}")
    return response


def send() -> Response:
    """Take files in as a job."""
    token = auth.require("import")
    with sending.received() as sent:
        return accepted(sent.submit(token.name))


def new() -> Response:
    """The page on which one begins."""
    return pages.new()


def listing() -> Response:
    """The imports, newest first."""
    if wants_page():
        return pages.listing()
    who = reader()
    choose((JSON, HTML))
    language.international()
    found = jobs().all(who)
    shown = asked.page(len(found), PER_PAGE)
    response = answer(
        {
            "imports": [record(job) for job in found[shown.start : shown.stop]],
            "total": len(found),
            "page": shown.number,
            "pages": shown.last,
        }
    )
    for rel, other in (("prev", shown.number - 1), ("next", shown.number + 1)):
        if 1 <= other <= shown.last:
            link = addresses.public(f"/imports?page={other}")
            response.headers.add("Link", f'<{link}>; rel="{rel}"')
    return response


def job(id_: str) -> Response:
    """How far an import is, and what came of it."""
    if wants_page():
        return pages.job(id_)
    found = owned(id_)
    choose((JSON, HTML))
    language.international()
    return answer(record(found))


def cancel(id_: str) -> Response:
    """Cancel an import that waits or is being checked."""
    owned(id_)
    language.international()
    return answer(record(jobs().cancel(id_)))


def commit(id_: str) -> Response:
    """Make a checked import a data version."""
    owned(id_)
    with committing.writing():
        found, done = deciding.commit(
            jobs(), id_, _unchanged if request.if_match else None, gone=_gone()
        )
    if found.active:
        return accepted(found)
    return _done(found, done)


def _gone() -> Callable[[], bool]:
    gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected") or bool
    return gone


def _unchanged(truth: Truth) -> None:
    committing.preconditions(truth, committing.Target())


def revert(id_: str) -> Response:
    """Take a committed import back, as a new change."""
    owned(id_)
    token = auth.require("import")
    with committing.writing():
        found, done = deciding.revert(jobs(), id_, token.name)
    return _done(found, done)


def _done(found: Job, done: Any) -> Response:
    language.international()
    if done is None:
        members: dict[str, Any] = {"changed": found.changed, "version": found.version}
    else:
        members = committing.summary(done)
    committing.shown(members["version"])
    response = answer(members | {"import": record(found)})
    link = addresses.public(f"/changes/{members['version']}")
    response.headers["Link"] = f'<{link}>; rel="http://www.w3.org/ns/prov#wasGeneratedBy"'
    return response


__all__ = ["accepted", "answer", "cancel", "commit", "job", "listing", "new", "owned", "record"]

"""`/validate`: what an import would find, while the client waits; nothing is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from flask import Response, request

from kg import errors
from kg.errors import Busy, Cancelled, IstcError, TimeLimit
from kg.importing.jobs import Job
from service import auth
from service.imports import reports, sending, views
from service.state import jobs, state

#: How long a client waits at most, in seconds.
SECONDS = 60.0
#: Each client that waits holds a thread of the server: this many at most.
WAITING = 4
_LOOK_SECONDS = 0.1
_waiting = threading.BoundedSemaphore(WAITING)


def validate() -> Response:
    """Check files as an import would; small ones need no token.

    Returns:
        200 with the report when they conform, 422 with the same report when not; 202 with the
        address of a job for what is larger, or takes longer.

    Raises:
        Unauthorized: They are larger, and there is no token.
    """
    reports.chosen()
    token = auth.require("import") if request.authorization else None
    with sending.received() as sent:
        if token is None and sent.bytes > state().settings.validate_bytes:
            token = auth.require("import")
        job = sent.submit(token.name if token else f"@{request.remote_addr}", dry_run=True)
    if sent.bytes > state().settings.validate_bytes:
        return views.accepted(job)
    if not _waiting.acquire(blocking=False):
        jobs().remove(job.id)
        raise Busy(f"{WAITING} others are waiting already.", hint="Try again shortly.")
    gone = request.environ.get("waitress.client_disconnected") or (lambda: False)
    keep = False
    try:
        done = _awaited(job, gone)
        if done.active and token is not None:
            keep = True
            return views.accepted(done)
        return _answer(done)
    finally:
        _waiting.release()
        if not keep:
            with suppress(IstcError):
                jobs().cancel(job.id)
            jobs().remove(job.id)


def _awaited(job: Job, gone: Callable[[], bool]) -> Job:
    until = time.monotonic() + SECONDS
    while job.active and time.monotonic() < until:
        if gone():
            raise Cancelled("The client left before its files were checked.")
        time.sleep(_LOOK_SECONDS)
        job = jobs().get(job.id)
    return job


def _answer(job: Job) -> Response:
    if job.active:
        raise TimeLimit(
            f"The check was stopped after {SECONDS:g} seconds.",
            hint="Check less at a time, or with a token as a job.",
            extra={"limitSeconds": SECONDS},
        )
    if job.problem is not None:
        told = job.problem
        kind: type[IstcError] = getattr(errors, told["class"])
        raise kind(told["what"], where=told["where"], hint=told["hint"], extra=told["extra"])
    # The file is open then, and can be read to its end though it goes with the job.
    return reports.reported(job, 422 if job.state == "refused" else 200)


__all__ = ["validate"]

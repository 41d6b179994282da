"""Follow an import: server-sent events (HTML standard, section 9.2) until it is done."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

from flask import Response, request, stream_with_context

from kg.errors import Busy, IstcError
from service import language
from service.imports import views
from service.state import jobs, state

#: Each listener holds a thread of the server: this part of them at most.
_PART = 4
_TYPE = "text/event-stream; charset=utf-8"
_LOOK_SECONDS = 0.2
#: After which a line is sent that says nothing, so that nobody on the way closes the connection.
_SILENT_SECONDS = 10.0
#: Of a stream at most; whoever wants to go on connects again.
_LONGEST_SECONDS = 300.0
_RETRY_MILLISECONDS = 2000
_lock = threading.Lock()
_listeners = 0


def follow(id_: str) -> Response:
    """Everything that happens to an import: each event is the whole state of it.

    Raises:
        Busy: There are as many listeners as there may be; ask now and then instead.
    """
    views.owned(id_)
    language.international()
    _enter(max(1, state().settings.threads // _PART))
    gone = request.environ.get("waitress.client_disconnected") or (lambda: False)
    # The context of the request stays open while the answer is sent.
    response = Response(stream_with_context(_events(id_, gone)), content_type=_TYPE)
    response.call_on_close(_leave)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _enter(most: int) -> None:
    global _listeners
    with _lock:
        if _listeners >= most:
            raise Busy(
                f"{most} others are following imports already.",
                hint="Ask for the import itself now and then.",
            )
        _listeners += 1


def _leave() -> None:
    global _listeners
    with _lock:
        _listeners -= 1


def _events(id_: str, gone: Callable[[], bool]) -> Iterator[str]:
    yield f"retry: {_RETRY_MILLISECONDS}\n\n"
    said, number, at = "", 0, time.monotonic()
    until = at + _LONGEST_SECONDS
    while not gone() and not state().stopping and time.monotonic() < until:
        try:
            job = jobs().get(id_)
        except IstcError:
            return  # removed meanwhile
        text = json.dumps(views.record(job), ensure_ascii=False)
        if text != said:
            number, said, at = number + 1, text, time.monotonic()
            yield f"id: {number}\nevent: job\ndata: {text}\n\n"
        elif time.monotonic() - at > _SILENT_SECONDS:
            at = time.monotonic()
            yield ": still here\n\n"
        if not job.active:
            return
        time.sleep(_LOOK_SECONDS)


__all__ = ["follow"]

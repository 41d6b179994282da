"""For those who run the service: is it alive, can it answer, which version is it, what it counts.

`/healthz` says that the process lives and nothing more; `/readyz` tries each part that an answer
needs. Orchestrators restart on the first and route requests by the second.
"""

from __future__ import annotations

import tempfile
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import cast

from flask import Response, current_app, jsonify

from kg import rq
from kg.errors import IstcError, StoreUnavailable
from kg.querying import Engine
from kg.resources import tool_version
from kg.settings import Settings
from service import auth, problems, security
from service import metrics as counters
from service.language import translate
from service.state import engine, state

#: The parts that an answer needs, in the order in which they are tried.
PARTS = ("store", "engine", "spool")
#: How long trying them may take.
SECONDS = 1.0
TRIAL = "istc-trial"


def _(message: str) -> str:
    """Mark a message for the catalogue; it is translated when it is shown."""
    return message


class Trial:
    """Tries the parts in a thread of its own, one trial at a time.

    While a large graph is loaded many probes come; they share one trial and none of them holds a
    thread of the server for longer than `SECONDS`.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._lock = threading.Lock()
        self._pending: Future[dict[str, str]] | None = None
        self._parts: dict[str, str] = {}

    def parts(self, engine: Engine, settings: Settings) -> tuple[dict[str, str], str | None]:
        """Try all parts.

        Args:
            engine: Answers the query.
            settings: Tell where the spool is.

        Returns:
            What each part said, and the part that failed, if one did.
        """
        with self._lock:
            if self._pending is None or self._pending.done():
                self._parts = {}
                self._pending = self._pool.submit(_try, engine, settings, self._parts)
            pending, parts = self._pending, self._parts
        reason = translate(_("no answer within %(seconds)s seconds"), seconds=f"{SECONDS:g}")
        try:
            return pending.result(SECONDS), None
        except TimeoutError:
            pass
        except IstcError as error:
            reason = error.what
        except OSError as error:
            reason = str(error.strerror)
        tried = dict(parts)
        failed = next((name for name in PARTS if name not in tried), PARTS[-1])
        return tried | {failed: reason}, failed


def _try(engine: Engine, settings: Settings, parts: dict[str, str]) -> dict[str, str]:
    version = engine.version()
    if version is None:
        raise StoreUnavailable("There is no graph yet.")
    parts["store"] = f"version {version.number}"
    engine.select(rq.load("kg", "queries", "store", "ready").text)
    parts["engine"] = "ok"
    with tempfile.TemporaryFile(dir=settings.home):
        parts["spool"] = "ok"
    return parts


def alive() -> Response:
    """The process answers; says nothing of the graph."""
    response = jsonify(status="ok")
    response.headers["Cache-Control"] = "no-store"
    return response


def ready() -> Response:
    """Whether questions can be answered: store, engine and spool, each by trying it.

    Returns:
        200, or a problem with status 503 that names the part that failed.
    """
    if state().stopping:
        return problems.respond(
            "store-unavailable",
            _("The service is stopping."),
            extra={"failed": "service", "parts": {}},
        )
    trial = cast(Trial, current_app.extensions[TRIAL])
    parts, failed = trial.parts(engine(), state().settings)
    if failed is not None:
        return problems.respond(
            "store-unavailable",
            _("A part of the service does not work."),
            where=f"{failed}: {parts[failed]}",
            extra={"failed": failed, "parts": parts},
        )
    response = jsonify(status="ready", parts=parts)
    response.headers["Cache-Control"] = "no-store"
    return response


def about() -> Response:
    """Version of the software and of the data."""
    now = engine().version()
    response = jsonify(
        software=tool_version(),
        base=state().settings.base_iri,
        data=None if now is None else {"version": now.number, "digest": now.digest},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def metrics() -> Response:
    """The counters for Prometheus; for this machine, and elsewhere with a token.

    Raises:
        Unauthorized: The client is elsewhere and sends no valid token.
        NotAllowed: Its token lacks the scope `admin`.
    """
    if not security.is_local():
        auth.require("admin")
    response = Response(counters.metrics().text(), content_type=counters.CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


__all__ = ["TRIAL", "Trial", "about", "alive", "metrics", "ready"]

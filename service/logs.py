"""The log: one line a request, as text for people or as JSON for machines, never a query's text.

A line is written when the answer has been sent, so that its seconds and bytes are those of the
whole answer. An answer that broke off is an error with `broken: true`.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask, Response, g, request
from pythonjsonlogger.json import JsonFormatter

from service.metrics import route
from service.security import request_id

log = logging.getLogger("istc.request")

#: The parts of a line, in this order; JSON has them as members.
FIELDS = ("id", "method", "route", "status", "seconds", "bytes", "client", "query", "broken")


class _Text(logging.Formatter):
    """Time, level, message, and the parts of a request after it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        text = super().formatMessage(record)
        parts = [f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)]
        return " ".join([text, *parts])


def configure(form: str) -> None:
    """Send the log of this process to stderr.

    Args:
        form: `text` or `json`; see `kg.settings.LOGS`.
    """
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        handler.setFormatter(
            JsonFormatter(
                "{levelname}{name}{message}",
                style="{",
                rename_fields={"levelname": "level", "name": "logger"},
                timestamp="time",
                json_ensure_ascii=False,
            )
        )
    else:
        handler.setFormatter(_Text())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class _Counted:
    """The body of an answer, counting what is sent and seeing whether it breaks off."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts
        self._next = iter(parts)
        self.size = 0
        self.broken = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            part = next(self._next)
        except StopIteration:
            raise
        except BaseException:
            self.broken = True
            raise
        self.size += len(part)
        return part

    def close(self) -> None:
        """Close what is underneath."""
        close = getattr(self._parts, "close", None)
        if close is not None:
            close()


def _begin() -> None:
    g.began = time.monotonic()


def _follow(response: Response) -> Response:
    """Write the line as soon as the answer has been sent."""
    line: dict[str, Any] = {
        "id": request_id(),
        "method": request.method,
        "route": route(),
        "status": response.status_code,
        "client": request.remote_addr,
    }
    if "query_id" in g:
        line["query"] = g.query_id
    began = g.get("began", time.monotonic())
    body: _Counted | None = None
    # A file is sent by the server itself, which tells nobody when it has ended.
    direct = response.direct_passthrough
    if response.is_streamed and response.content_length is None and not direct:
        body = response.response = _Counted(response.iter_encoded())
    sent = response.content_length or 0 if request.method != "HEAD" else 0

    def write() -> None:
        line["seconds"] = round(time.monotonic() - began, 6)
        line["bytes"] = sent if body is None else body.size
        broken = body is not None and body.broken
        if broken:
            line["broken"] = True
        log.log(logging.ERROR if broken else logging.INFO, "request", extra=line)

    if direct:
        write()
    else:
        response.call_on_close(write)
    return response


def install(app: Flask) -> None:
    """Log every request of an application."""
    app.before_request(_begin)
    app.after_request(_follow)

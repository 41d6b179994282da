"""Headers of every answer, CORS, and the bound on request bodies."""

from __future__ import annotations

import uuid

from flask import Flask, Response, g, request

from kg.settings import Settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
#: The same for the views that are made to be shown inside pages of others.
EMBEDDED = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
EXPOSED = (
    "Link, ETag, Location, Content-Location, Retry-After, X-Request-Id, Query-Id, "
    "Content-Disposition, Accept-Query, Accept-Post"
)
METHODS = "GET, HEAD, POST, QUERY, PUT, DELETE, OPTIONS"
ALLOWED = "Authorization, Content-Type, Accept, Accept-Language, If-Match, If-None-Match, Query-Id"


def request_id() -> str:
    """The id of this request, in the log, in problems and in the X-Request-Id header."""
    if "request_id" not in g:
        g.request_id = str(uuid.uuid4())
    return str(g.request_id)


def allow_frames() -> None:
    """Let the answer to this request be shown in a frame; only for pages that change nothing."""
    g.embedded = True


def preflight() -> Response | None:
    """Answer a CORS preflight (Fetch standard, section 3.3) for any address."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = ALLOWED
    response.headers["Access-Control-Max-Age"] = "3600"
    return response


def harden(response: Response) -> Response:
    """Set the headers that every answer carries, errors as well."""
    headers = response.headers
    headers["X-Request-Id"] = request_id()
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Content-Security-Policy"] = EMBEDDED if g.get("embedded") else POLICY
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED
    headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
    return response


def install(app: Flask, settings: Settings) -> None:
    """Put the bounds and headers around every request."""
    app.config["MAX_CONTENT_LENGTH"] = settings.request_bytes
    app.before_request(preflight)
    app.after_request(harden)

"""Headers of every answer, CORS, and the bound on request bodies."""

from __future__ import annotations

import ipaddress
import re
import uuid

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from kg.querying import CLIENT
from kg.settings import Settings
from service import addresses
from service.state import state

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
ALLOWED = (
    "Authorization, Content-Type, Content-Encoding, Accept, Accept-Language, If-Match, "
    "If-None-Match, Query-Id"
)


#: A UUID (RFC 9562), with or without hyphens: what proxies send as the id of a request.
_ID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def request_id() -> str:
    """The id of this request, in the log, in problems and in the X-Request-Id header.

    Returns:
        The one that a trusted proxy has given, if it is a UUID; else a new one.
    """
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "")
        trusted = state().settings.trusted_proxies > 0
        g.request_id = given if trusted and _ID.fullmatch(given) else str(uuid.uuid4())
    return str(g.request_id)


def is_local() -> bool:
    """Whether the client is on this machine, and not behind a proxy that we do not know."""
    if not state().settings.trusted_proxies and any(n in request.headers for n in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


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


def tell_client() -> None:
    """Let queries count for the address that sent the request."""
    CLIENT.set(request.remote_addr or "")


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
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        # The host stays that of the configuration: addresses never follow a header.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.wsgi_app = addresses.mounted(app.wsgi_app, settings.site_url)  # type: ignore[assignment, method-assign]
    app.before_request(tell_client)
    app.before_request(preflight)
    app.after_request(harden)

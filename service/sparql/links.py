"""Short links to queries: made by whoever writes one, and followed to the editor."""

from __future__ import annotations

from flask import Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from kg import shortening
from service import addresses
from service.negotiation import RQ, wants_page
from service.sparql import protocol
from service.state import state

_FOREVER = "public, max-age=31536000, immutable"


def permanent(name: str) -> str:
    """The absolute address of a short link."""
    return f"{addresses.site()}/q/{name}"


def shorten() -> AnyResponse:
    """Give a query a short link; the same query always has the same one."""
    asked = protocol.read(request)
    name, new = shortening.shorten(asked.query or "", state().settings)
    if wants_page():
        response: AnyResponse = redirect(addresses.page(f"/sparql?link={name}"), 303)
    else:
        response = jsonify(link=permanent(name), name=name)
        response.status_code = 201 if new else 200
        response.headers["Location"] = addresses.public(f"/q/{name}")
    response.headers["Cache-Control"] = "no-store"
    return response


def follow(name: str) -> AnyResponse:
    """Go to the editor with the query of a short link."""
    shortening.query_of(name, state().settings)
    response = redirect(addresses.page(f"/sparql?link={name}"), 303)
    response.headers["Link"] = f'<{addresses.public(f"/q/{name}.rq")}>; rel="alternate"'
    return response


def query(name: str) -> Response:
    """The query of a short link, for programs."""
    text = shortening.query_of(name, state().settings)
    response = Response(text, content_type=f"{RQ.media_type}; charset=utf-8")
    response.headers["Cache-Control"] = _FOREVER
    return response

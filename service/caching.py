"""Entity tags and conditional requests (RFC 9110 sections 8.8.3 and 13)."""

from __future__ import annotations

import hashlib

from flask import Response, request

from kg.resources import tool_version
from service.negotiation import vary


def tag(digest: str, *parts: str) -> str:
    """The entity tag of a representation.

    Args:
        digest: Digest of the data version.
        *parts: What else the bytes depend on: address, media type, language.

    Returns:
        A hash over these and the version of the software.
    """
    text = "\0".join((tool_version(), digest, *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def unchanged(etag: str, *, weak: bool = False) -> Response | None:
    """304 when the client holds this representation already.

    Args:
        etag: Its entity tag.
        weak: Whether the bytes may differ from answer to answer.

    Returns:
        The answer to send; None when the representation must be sent.
    """
    if request.method not in ("GET", "HEAD", "QUERY"):
        return None
    if not request.if_none_match.contains_weak(etag):
        return None
    response = Response(status=304)
    response.set_etag(etag, weak=weak)
    return vary(response)

"""Entity tags, conditional requests (RFC 9110 sections 8.8.3 and 13), and answers kept by tag.

The same strong tag means the same bytes. What was sent under one is kept for its data version, and
sent again to the next reader as it was.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from flask import Response, after_this_request, request

from kg.errors import IstcError
from kg.resources import tool_version
from kg.store.versions import Version
from service import addresses, language
from service.metrics import metrics
from service.negotiation import vary
from service.state import state, version

#: Headers on which the view has to look: who asks, and conditions that it decides itself.
_FOR_VIEWS = ("Authorization", "If-Match", "If-Unmodified-Since")


def tag(data: Version | None, *parts: str) -> str:
    """The entity tag of a representation.

    Args:
        data: The data version: pages and files name its number, and an undo brings the same
            content back under another number. None where the bytes depend on no version.
        *parts: What else the bytes depend on: address, media type, language.

    Returns:
        A hash over these and the version of the software.
    """
    text = "\0".join((tool_version(), _named(data), *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def unchanged(etag: str, *, weak: bool = False, keep: bool = True) -> Response | None:
    """What can be sent without making the representation.

    Args:
        etag: Its entity tag.
        weak: Whether the bytes may differ from answer to answer.
        keep: Whether its answer may be kept for others; not one that tells of this request alone.

    Returns:
        304 when the client holds this representation already, else the answer as it was sent
        before; None when it must be made, and then it is kept if it can be.
    """
    if request.method not in ("GET", "HEAD", "QUERY"):
        return None
    if not request.if_none_match.contains_weak(etag):
        return _again(etag) if keep and not weak else None
    response = Response(status=304)
    response.set_etag(etag, weak=weak)
    return vary(response)


def _again(etag: str) -> Response | None:
    """The answer that is kept under a tag; without one, see to it that this one is kept."""
    data = _data() if _answerable() else None
    if data is None:
        return None
    pages, key = state().pages, _key(etag)
    pages.begin(data)
    found = pages.get(data, key)
    if found is not None:
        metrics().record_page()
        head, _, body = found.partition(b"\n")
        return Response(body, headers=[(name, value) for name, value in json.loads(head)])

    def keep(response: Response) -> Response:
        if _lasting(response, etag):
            # The server tells when it sends an answer (RFC 9110, section 6.6.1).
            headers = [(name, value) for name, value in response.headers if name != "Date"]
            head = json.dumps(headers).encode("ascii")
            pages.put(data, key, head + b"\n" + response.get_data())
        return response

    if request.method == "GET":
        # Flask calls it before all others, so only the headers of the view are kept.
        after_this_request(keep)
    return None


def _answerable() -> bool:
    """Whether this request may be answered with what is kept.

    If-Modified-Since counts only without If-None-Match (RFC 9110, section 13.1.3); answers to those
    who say who they are stay theirs (RFC 9111, section 3.5).
    """
    sent = request.headers
    return (
        state().settings.page_bytes > 0
        and request.method in ("GET", "HEAD")
        and not any(name in sent for name in _FOR_VIEWS)
        and ("If-Modified-Since" not in sent or "If-None-Match" in sent)
    )


def _named(data: Version | None) -> str:
    return f"{data.number} {data.digest}" if data is not None else ""


def _data() -> str | None:
    """The data version that answers."""
    try:
        return _named(version())
    except IstcError:
        return None


def _key(etag: str) -> str:
    """A name for an answer: its tag, and what every page tells of the request and the day."""
    return tag(
        None,
        etag,
        addresses.site(),
        request.path,
        request.query_string.decode("latin-1"),
        language.interface(),
        language.content(),
        # Citations name the day of access.
        datetime.now(UTC).date().isoformat(),
    )


def _lasting(response: Response, etag: str) -> bool:
    """Whether an answer is whole, in memory, and the same for everybody who asks."""
    return (
        response.status_code == 200
        and response.get_etag() == (etag, False)
        and response.is_sequence
        and not response.direct_passthrough
        and not response.cache_control.no_store
        and "Set-Cookie" not in response.headers
    )

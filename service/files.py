"""Send a file, whole or a range of it (RFC 9110, section 14)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Response, request, send_file

#: One range of bytes. Other units must be ignored; several ranges may be.
_ONE = re.compile(r"bytes=(?:\d+-\d*|-(\d+))")
#: What is decided before a range (section 13.2.2).
_CONDITIONS = ("If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")


def send(path: Path, **more: Any) -> Response:
    """Send a file with conditions and a range.

    Args:
        path: The file.
        **more: As for `flask.send_file`.

    Returns:
        The file, 206 with a part of it, or 304.

    Raises:
        RequestedRangeNotSatisfiable: The range lies outside the file.
    """
    if not _in_parts(path.stat().st_size):
        request.environ.pop("HTTP_RANGE", None)
    return send_file(path, conditional=True, **more)


def _in_parts(size: int) -> bool:
    """Whether the range of the request counts; a server may always send the whole."""
    sent = request.headers
    found = _ONE.fullmatch(sent.get("Range", "").replace(" ", ""))
    if found is None or request.method != "GET" or any(name in sent for name in _CONDITIONS):
        return False
    # The last bytes of a file that has fewer are the whole; a weak tag compares as another one.
    longer = found[1] is not None and int(found[1]) >= size
    return not longer and not sent.get("If-Range", "").startswith("W/")

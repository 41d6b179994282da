"""Send a file, whole or a range of it (RFC 9110, section 14)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Response, request, send_file

#: One range of bytes. Other units must be ignored; several ranges, and ranges of HEAD, may be.
_ONE = re.compile(r"bytes=(\d+-\d*|-\d+)")


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
    asked = request.headers.get("Range", "").replace(" ", "")
    if request.method != "GET" or not _ONE.fullmatch(asked):
        request.environ.pop("HTTP_RANGE", None)
    return send_file(path, conditional=True, **more)

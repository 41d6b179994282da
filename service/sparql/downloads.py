"""Answers to queries as files, by POST, so that a query may be of any length."""

from __future__ import annotations

import codecs
from itertools import chain

from flask import Response

from service.negotiation import CSV, GRAPHS, ROWS
from service.sparql import views


def download() -> Response:
    """The answer to a query as a file; CSV with the mark that spreadsheets need for UTF-8."""
    response = views.endpoint()
    found = [item for item in (*ROWS, *GRAPHS) if item.media_type == response.mimetype]
    if response.status_code == 200 and found:
        name = f'attachment; filename="results.{found[0].name}"'
        response.headers["Content-Disposition"] = name
        response.headers.remove("ETag")
        if found[0] is CSV:
            length = response.content_length
            response.response = chain((codecs.BOM_UTF8,), response.iter_encoded())
            response.content_length = None if length is None else length + len(codecs.BOM_UTF8)
    return response

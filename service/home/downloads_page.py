"""The page of all files, with sizes and checksums: the whole, each data set and each class."""

from __future__ import annotations

from flask import Response, render_template

from kg.exporting import CHECKSUMS
from service import addresses, caching, language
from service.analysis import tables
from service.home import descriptions, downloads
from service.home.datasets import class_sets, data_sets
from service.negotiation import HTML, vary
from service.state import version


def page() -> Response:
    """All files of the current data version."""
    now = version()
    downloads.prepare(now)
    made = tables.listed(now)
    named = [(found, downloads.name_of(found)) for found in data_sets()]
    graphs = [
        (found.thing, name, downloads.listed(now, name))
        for found, name in named
        if name and found.graph is not None
    ]
    unready = downloads.unready(now)
    etag = caching.tag(
        now,
        *("downloads", language.interface(), language.content()),
        descriptions.files(),
        repr([file.digest for _, _, files in graphs for file in files]),
        repr([file.size for file in made]),
        str(unready),
    )
    same = caching.unchanged(etag)
    if same is not None:
        return same
    body = render_template(
        "home/downloads.html",
        version=now,
        whole=downloads.listed(now),
        graphs=graphs,
        classes=[
            (found.thing, found.name, downloads.listed(now, found.name)) for found in class_sets()
        ],
        tables=made,
        checksums=addresses.quoted(f"dumps/{now.number}/{CHECKSUMS}"),
        unready=unready,
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    response.headers["Link"] = (
        f'<{addresses.public("/catalog")}>; rel="describedby"; type="text/turtle", '
        f'<{addresses.public("/changes.atom")}>; rel="alternate"; type="application/atom+xml"'
    )
    return vary(response)


__all__ = ["page"]

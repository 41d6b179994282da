"""The tables that analyses read, as files of Parquet: views of the graph, made of each version."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from kg.analysis import projecting
from kg.analysis.projecting import Projection
from kg.analysis.working import Work
from kg.store.versions import Version
from service import addresses, caching
from service.analysis import asked
from service.files import send
from service.home.downloads import FOREVER, kept
from service.state import state

MEDIA_TYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class File:
    """A table of the current version.

    Attributes:
        table: What it holds.
        path: Its address, from the root of the service.
        size: Its bytes; None as long as it has not been made.
    """

    table: Projection
    path: str
    size: int | None


def listed(now: Version) -> list[File]:
    """The tables of a version, whether they have been made or not."""
    found = []
    for one in projecting.projections():
        file = projecting.path(state().settings.home, now, one)
        size = file.stat().st_size if file.exists() else None
        address = addresses.quoted(f"dumps/{now.number}/table/{one.name}.parquet")
        found.append(File(one, address, size))
    return found


def file(number: int, name: str) -> Response:
    """A table of a version that is kept, made when it is first asked for.

    Args:
        number: The data version.
        name: Name of the table.

    Raises:
        NotFound: There is no such table or version.
        Gone: The version is no longer kept.
    """
    wanted = projecting.projection(name)
    now = kept(number, f"/dumps/{number}/table/{name}.parquet")
    made = state().analyses.table(now, wanted, asked.DATA_SECONDS)
    if isinstance(made, Work):
        return asked.coming(None, made, page=False)
    response = send(
        made,
        mimetype=MEDIA_TYPE,
        as_attachment=True,
        download_name=f"{name}.parquet",
        etag=caching.tag(None, now.digest, wanted.file),
    )
    response.headers["Cache-Control"] = FOREVER
    return response


__all__ = ["MEDIA_TYPE", "File", "file", "listed"]

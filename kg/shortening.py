"""Short links: the text of a query under a short name, for addresses that carry any query.

    home/links/<name>.rq   the query as it was given

The name is the beginning of the SHA-256 of the text, so that the same query has the same link.
"""

from __future__ import annotations

import base64
import hashlib
import re

from kg import sparql
from kg.errors import BudgetExceeded, Internal, NotFound
from kg.keeping import Shelf
from kg.settings import Settings

FOLDER = "links"
#: Characters of a name: 100 bits, enough that no two queries of anybody share one.
LENGTH = 20
_NAME = re.compile(rf"[a-z2-7]{{{LENGTH}}}", re.ASCII)


def name_of(query: str) -> str:
    """The name of a query: letters and digits of base 32 (RFC 4648, section 6), in lower case."""
    digest = hashlib.sha256(query.encode("utf-8")).digest()
    return base64.b32encode(digest).decode("ascii")[:LENGTH].lower()


def _shelf(settings: Settings) -> Shelf:
    return Shelf(
        settings.home / FOLDER,
        ".rq",
        settings.links,
        settings.links_per_hour,
        "short links",
        "Share the address of the query, or the query itself.",
    )


def shorten(query: str, settings: Settings) -> tuple[str, bool]:
    """Keep a query under a short name.

    Args:
        query: The query; what it asks is not run.
        settings: Home and bounds.

    Returns:
        Its name, and whether it is new.

    Raises:
        InvalidQuery: It has no query form.
        UpdateRefused: It is an update.
        OutsideAccess: It would reach another machine.
        BudgetExceeded: It is longer than allowed.
        TooManyRequests: Too many new links came within an hour.
        NoRoom: As many are kept as may be kept.
    """
    sparql.outline(query)
    data = query.encode("utf-8")
    if len(data) > settings.link_bytes:
        raise BudgetExceeded(
            f"The query has {len(data)} bytes; a short link holds up to {settings.link_bytes}.",
            hint="Share the query as a file.",
            extra={"limitBytes": settings.link_bytes},
        )
    name = name_of(query)
    return name, _shelf(settings).keep(name, data, bounded=True)


def query_of(name: str, settings: Settings) -> str:
    """The query of a short link.

    Args:
        name: Its name.
        settings: Home.

    Returns:
        The query as it was given.

    Raises:
        NotFound: There is no such link.
        Internal: Its file does not have the content that its name says.
    """
    path = _shelf(settings).path(name)
    if _NAME.fullmatch(name) is None or not path.is_file():
        raise NotFound(
            "There is no short link of this name.",
            where=name,
            hint=f"It has {LENGTH} letters and digits and was given when the link was made.",
        )
    query = path.read_bytes().decode("utf-8", "replace")
    if name_of(query) != name:
        raise Internal("The query of a short link has been changed on disk.", where=str(path))
    return query

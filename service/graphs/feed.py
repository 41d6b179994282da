"""The changes of the graph as a feed, and as patches that a mirror can follow.

/changes                     newest first: Atom (RFC 4287), JSON, or a page
/changes?since=5             those after data version 5; as RDF Patch, all of them in one
/changes?before=12           an earlier page (RFC 5005)
/changes/7.rdfp              one change as an RDF Patch; /changes/7/added.nq, removed.nq
"""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, render_template, request
from pyoxigraph import Store

from kg import differing
from kg.changing import hiding
from kg.differing import Difference
from kg.errors import Busy, Gone, InvalidParameter, NotFound
from kg.store import changes, journal, versions
from kg.store.journal import Recorded
from kg.store.spool import FOLDER
from kg.store.versions import Version
from service import addresses, caching, language, negotiation
from service.graphs.committing import stamp
from service.negotiation import HTML, JSON, N_QUADS, Format, vary
from service.state import state, version

ATOM = Format("atom", "application/atom+xml", ("application/xml", "text/xml"))
RDF_PATCH = Format("rdfp", "application/rdf-patch", ("text/rdf-patch",), ("patch", "rdf-patch"))
FORMATS = (JSON, ATOM, RDF_PATCH, HTML)
#: Changes on one page.
PAGE = 50
#: Bytes of a file that are sent at once.
_CHUNK = 1 << 16
#: Patches of many changes that are put together at the same time.
_TOGETHER = 2
_combining = threading.BoundedSemaphore(_TOGETHER)


@dataclass(frozen=True)
class Item:
    """A change in the feed.

    Attributes:
        line: Its line of the journal.
        counts: How many quads it added and removed; None where its patch is no longer kept.
    """

    line: Recorded
    counts: tuple[int, int] | None


def _home() -> Path:
    return state().settings.home.absolute()


def current() -> Version:
    """The newest version, which queries may not be answered from yet."""
    return versions.current(_home()) or version()


def lines(now: Version) -> list[Recorded]:
    """The journal of a version, oldest first."""

    def read() -> list[Recorded]:
        with versions.hold(now):
            return journal.entries(Store.read_only(str(now.path)))

    # An undo brings a digest back, so the number is part of the key.
    return state().kept.get(version().digest, ("journal", now.number), read)


@lru_cache(maxsize=10_000)
def _counts(home: Path, number: int, _changed: int) -> tuple[int, int] | None:
    return changes.count(home, number)


def counts(number: int) -> tuple[int, int] | None:
    """How many quads a change added and removed; None where it is no longer kept or shown."""
    path = changes.path(_home(), number)
    shown = number > hidden(current()) and path.is_file()
    return _counts(_home(), number, path.stat().st_mtime_ns) if shown else None


def hidden(now: Version) -> int:
    """Number of the last change that hid somebody, 0 when none did.

    It and those before it say what is hidden, and so do the data versions before it.
    """
    hid = (n.number for n in journal.standing(lines(now)) if n.entry.activity == hiding.ACTIVITY)
    return max(hid, default=0)


def _oldest(now: Version) -> int:
    """The oldest data version from which the changes may be had."""
    return max(differing.oldest(_home(), now.number), hidden(now))


def _number(name: str, least: int) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise InvalidParameter(
            f"“{text}” is not the number of a data version.",
            where=name,
            hint=f"Give a whole number, {least} or more.",
            extra={"parameter": name},
        )
    return int(text)


def feed(ending: str | None = None) -> Response:
    """The changes, newest first; as RDF Patch what they come to."""
    chosen = negotiation.choose(FORMATS, ending or request.args.getlist("format"))
    now = current()
    since = _number("since", 0)
    before = _number("before", 1)
    if since is not None and since > now.number:
        raise NotFound(
            f"There is no data version {since}.",
            where="since",
            hint=f"The newest is {now.number}.",
        )
    if since is None and chosen is RDF_PATCH:
        since = 0
    oldest = _oldest(now)
    if since is not None and since < oldest:
        raise Gone(
            f"Data version {since} is no longer kept.",
            where="since",
            extra={"oldest": oldest, "newest": now.number},
        )
    etag = caching.tag(
        now,
        *("changes", chosen.name, addresses.site(), language.interface()),
        *map(str, (since, before, oldest)),
    )
    newest = lines(now)[-1:]
    response = caching.unchanged(etag) or _unmodified(newest)
    if response is None:
        if chosen is RDF_PATCH:
            response = _combined(since or 0, now)
        else:
            response = _listed(chosen, now, since, before, oldest)
    response.set_etag(etag)
    if newest and newest[0].entry.at is not None:
        response.last_modified = newest[0].entry.at
    return vary(response)


def _unmodified(newest: list[Recorded]) -> Response | None:
    """304 when the client says a time (RFC 9110, section 13.1.3) and nothing came after it."""
    asked = request.if_modified_since
    if asked is None or request.if_none_match or not newest or newest[0].entry.at is None:
        return None
    return Response(status=304) if newest[0].entry.at.replace(microsecond=0) <= asked else None


# --- the list -------------------------------------------------------------------------------------


def _listed(
    chosen: Format, now: Version, since: int | None, before: int | None, oldest: int
) -> Response:
    start = since or 0
    end = min(now.number, (before or now.number + 1) - 1)
    found = [line for line in lines(now) if max(start, end - PAGE) < line.number <= end]
    items = [Item(line, counts(line.number)) for line in reversed(found)]
    links = {"self": _address(chosen, since, before)}
    if end < now.number:
        later = end + PAGE + 1
        links["prev"] = _address(chosen, since, later if later <= now.number else None)
    if end - PAGE > start:
        links["next"] = _address(chosen, since, end - PAGE + 1)
    if chosen is JSON:
        response = jsonify(
            version=now.number,
            digest=now.digest,
            oldest=oldest,
            changes=[_record(item) for item in items],
            links=links,
        )
    else:
        page = "graphs/changes.html" if chosen is HTML else "graphs/changes.xml"
        body = render_template(
            page,
            items=items,
            links=links,
            now=now,
            oldest=oldest,
            since=since,
            site=addresses.site(),
            base=state().settings.base_iri,
            stamp=stamp,
            commit_iri=journal.commit_iri,
        )
        response = Response(body, content_type=chosen.content_type)
    named = [f'<{address}>; rel="{name}"' for name, address in links.items()]
    named += [
        f'<{_address(item, since, before)}>; rel="alternate"; type="{item.media_type}"'
        for item in FORMATS
        if item is not chosen
    ]
    response.headers["Link"] = ", ".join(named)
    return response


def _address(chosen: Format, since: int | None, before: int | None) -> str:
    given = {"since": since, "before": before, "lang": request.args.get("lang")}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    path = "/changes" if chosen is HTML else f"/changes.{chosen.name}"
    return f"{addresses.site()}{path}" + (f"?{query}" if query else "")


def _record(item: Item) -> dict[str, Any]:
    line, entry = item.line, item.line.entry
    added, removed = item.counts or (None, None)
    return {
        "change": line.number,
        "commit": journal.commit_iri(line.number),
        "at": stamp(entry.at),
        "agent": entry.agent,
        "activity": entry.activity,
        "source": entry.source,
        "note": entry.note,
        "undoes": entry.undoes,
        "added": added,
        "removed": removed,
        "digest": line.digest,
        "url": f"{addresses.site()}/changes/{line.number}",
        "patch": item.counts and f"{addresses.site()}/changes/{line.number}.rdfp",
    }


# --- patches --------------------------------------------------------------------------------------


def _version_iri(number: int) -> str:
    return f"{state().settings.base_iri}version/{number}"


def _combined(since: int, now: Version) -> Response:
    """All changes since a version as one patch, in bounded memory."""
    head = [
        f"H id <{_version_iri(now.number)}> .",
        f"H prev <{_version_iri(since)}> .",
        f'H digest "{now.digest}" .',
    ]
    return _patch(since, now.number, head)


def _patch(first: int, second: int, head: list[str]) -> Response:
    if request.method == "HEAD":
        return Response(iter(()), content_type=RDF_PATCH.media_type)
    found, used = _difference(first, second)
    response = Response(found.patch(head), content_type=RDF_PATCH.media_type)
    response.call_on_close(used.close)
    return response


def _difference(first: int, second: int) -> tuple[Difference, ExitStack]:
    """A difference, and what gives its files back."""
    used = ExitStack()
    if not _combining.acquire(blocking=False):
        raise Busy(f"{_TOGETHER} patches are being put together.", hint="Try again shortly.")
    try:
        # Named after the process, so that what it leaves when it is killed is swept.
        folder = _home() / FOLDER / f"{os.getpid()}-patches"
        folder.mkdir(parents=True, exist_ok=True)
        between = differing.between_versions(_home(), first, second, folder=folder)
        return used.enter_context(between), used
    finally:
        _combining.release()


def of_change(number: int) -> Response:
    """One change as an RDF Patch."""
    known(number)
    response = _patch(number - 1, number, _head(number))
    response.set_etag(_tag(number, RDF_PATCH.name))
    return response


def kept(number: int) -> Response:
    """One change as it was committed, as an RDF Patch packed with gzip."""
    known(number)
    etag = _tag(number, "gzip")
    same = caching.unchanged(etag, keep=False)
    if same is not None:
        return same
    file = changes.path(_home(), number).open("rb")
    # Parts of gzip one after the other are one file (RFC 1952, section 2.2).
    head = gzip.compress("".join(f"{line}\n" for line in _head(number)).encode(), mtime=0)
    response = Response(
        chain([head], iter(lambda: file.read(_CHUNK), b"")), content_type="application/gzip"
    )
    response.call_on_close(file.close)
    response.content_length = len(head) + os.fstat(file.fileno()).st_size
    response.set_etag(etag)
    return response


def _head(number: int) -> list[str]:
    return [f"H id <{_version_iri(number)}> .", f"H prev <{_version_iri(number - 1)}> ."]


def _tag(number: int, form: str) -> str:
    path = changes.path(_home(), number)
    return caching.tag(None, "change", f"{number} {path.stat().st_mtime_ns}", form)


def quads_of_change(number: int, side: str) -> Response:
    """What a change added, or what it removed, as N-Quads."""
    known(number)
    sign = b"A" if side == "added" else b"D"

    def body() -> Iterator[bytes]:
        return (line + b"\n" for kind, line in changes.rows(_home(), number) if kind == sign)

    return Response(body(), content_type=N_QUADS.media_type)


def known(number: int) -> None:
    """Make sure that a change is kept.

    Raises:
        Gone: It is not any more.
        NotFound: It has not been made.
    """
    now = current()
    if number > hidden(now) and changes.path(_home(), number).is_file():
        return
    if 0 < number <= now.number:
        raise Gone(
            f"Change {number} is no longer kept.",
            where=f"/changes/{number}",
            extra={"oldest": _oldest(now) + 1, "newest": now.number},
        )
    raise NotFound(f"There is no change {number}.", hint=f"The newest is {now.number}.")

"""The changes that touched a thing, from what is kept of them, as far as that is cheap."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pyoxigraph import NamedNode

from kg import browsing
from kg.store import changes
from kg.store.journal import Recorded
from service.graphs import feed
from service.state import engine, state

#: Changes that are looked into, the newest first; what is found in them is kept in memory.
_NEWEST = 24
#: Quads of a change that is looked into; of larger ones the journal tells the graphs.
_QUADS = 20_000
#: Lines that a page shows.
SHOWN = 10
_IRI = re.compile(rb"<[^<>]*>")


@lru_cache(maxsize=2 * _NEWEST)
def _mentioned(home: Path, number: int, _changed: int) -> frozenset[bytes]:
    """The IRIs in the quads of a change."""
    return frozenset(name for _, line in changes.rows(home, number) for name in _IRI.findall(line))


def of(iri: str) -> list[Recorded]:
    """The changes that touched a thing, newest first.

    Args:
        iri: IRI of the thing.

    Returns:
        Lines of the journal: of the newest changes those that added or removed something said of
        it, of older and of large ones those that made the graphs which hold it.
    """
    lines = feed.lines(feed.current())
    home = state().settings.home.absolute()
    made = {number for some in browsing.commits(engine(), iri).values() for number in some}
    name = str(NamedNode(iri)).encode()
    found = []
    for place, line in enumerate(reversed(lines)):
        counted = feed.counts(line.number) if place < _NEWEST else None
        if counted is not None and sum(counted) <= _QUADS:
            changed = changes.path(home, line.number).stat().st_mtime_ns
            touched = name in _mentioned(home, line.number, changed)
        else:
            touched = line.number in made
        if touched:
            found.append(line)
    return found[:SHOWN]

"""The index of a data version, open for search from many threads."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from kg.namespaces import ID, ISTC
from kg.searching import finding, showing, statements
from kg.searching.finding import Filters
from kg.searching.matching import Query
from kg.searching.results import Facet, Found

#: Things that a search finds at most; beyond it says that there are more.
MOST = 5000
#: Searches whose things are kept, for the next page and for who types the same.
_KEPT = 64
#: The first part of keys, where it is given as a kind; classes are written with a capital.
_FAMILY = re.compile(r"[a-z][a-z0-9-]*")


class Index:
    """The names of the things of one data version.

    Args:
        path: The file, see `kg.searching.making`.
        digest: Digest of the data version.
    """

    def __init__(self, path: Path, digest: str) -> None:
        self.path, self.digest = path, digest
        self._free: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        with self._base() as base:
            self.things = int(base.execute("SELECT count(*) FROM thing").fetchone()[0])
            self._names = int(base.execute("SELECT count(*) FROM name").fetchone()[0])
            sizes = dict(base.execute("SELECT kind, count(*) FROM thing_kind GROUP BY kind"))
            self._kinds: showing.Kinds = {
                kind: (iri, showing.label(zh, en), sizes.get(kind, 0))
                for kind, iri, zh, en in base.execute("SELECT id, iri, zh, en FROM kind")
            }
        self._found = lru_cache(maxsize=_KEPT)(self._searched)
        self._facets = lru_cache(maxsize=_KEPT)(self._counted)

    @contextmanager
    def _base(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone; it is kept for the next."""
        with self._lock:
            base = self._free.pop() if self._free else None
        if base is None:
            address = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
            base = sqlite3.connect(address, uri=True, check_same_thread=False)
            base.execute("PRAGMA mmap_size = 1073741824")
        try:
            yield base
        finally:
            with self._lock:
                closed = self._closed
                if not closed:
                    self._free.append(base)
            if closed:
                base.close()

    def close(self) -> None:
        """Close the file when the searches that run have ended."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for base in free:
            base.close()

    def search(
        self, text: str, *, kind: str = "", country: str = "", offset: int = 0, limit: int = 20
    ) -> Found:
        """Things by their names, with facets.

        Args:
            text: A name, a part of one, an abbreviation or an identifier, in any writing.
            kind: A class, e.g. `Organization`, or the first part of keys, e.g. `org`; empty: any.
            country: Key of a country, e.g. `CHN` or `country/CHN`; empty: any.
            offset: Things to leave out at the beginning.
            limit: Things to give.

        Returns:
            What was found.
        """
        query = Query(" ".join(text.split()))
        found = self._found(query, kind, country, MOST + 1)
        kinds, countries = self._facets(query, kind, country)
        with self._base() as base:
            shown = found[offset : min(offset + limit, MOST)]
            hits = showing.hits(base, self._kinds, query, shown)
            named = showing.labels(base, self._kinds, hits)
        total = min(len(found), MOST)
        return Found(query.text, hits, total, len(found) > MOST, kinds, countries, named)

    def suggest(self, text: str, *, kind: str = "", limit: int = 10) -> Found:
        """The first things that a search would find, without counting the others.

        Args:
            text: What has been typed so far.
            kind: As for `search`.
            limit: Things to give.

        Returns:
            What was found; without facets.
        """
        query = Query(" ".join(text.split()))
        found = self._found(query, kind, "", limit + 1)
        with self._base() as base:
            hits = showing.hits(base, self._kinds, query, found[:limit])
            named = showing.labels(base, self._kinds, hits)
            return Found(query.text, hits, len(hits), len(found) > limit, (), (), named)

    def has_kind(self, kind: str) -> bool:
        """Whether there are things of a kind; see `search`."""
        filters = self._of_kind(kind)
        if filters.first is None:
            return filters.kind != -1
        values = {"first": filters.first, "last": filters.last}
        with self._base() as base:
            return bool(base.execute(statements.OF_PREFIX, values).fetchone()[0])

    def has_country(self, country: str) -> bool:
        """Whether there is a country of this key; see `search`."""
        with self._base() as base:
            return self._country(base, country) != -1

    def _searched(
        self, query: Query, kind: str, country: str, limit: int
    ) -> tuple[tuple[int, str], ...]:
        loose = True
        if kind or country:
            # A filter narrows what is found; it does not make the search wider.
            first = self._found(query, "", "", finding.FEW)
            loose = any(how == "alike" for _, how in first)
        with self._base() as base:
            filters = self._of_kind(kind) if kind else Filters()
            if country:
                number = self._country(base, country)
                filters = Filters(filters.kind, filters.first, filters.last, number)
            return finding.found(base, query, filters, self._names, limit, loose=loose)

    def _counted(
        self, query: Query, kind: str, country: str
    ) -> tuple[tuple[Facet, ...], tuple[Facet, ...]]:
        """Classes and countries, counted as after choosing another of the same facet."""
        of_kind = self._found(query, "", country, MOST + 1)[:MOST]
        of_country = self._found(query, kind, "", MOST + 1)[:MOST]
        with self._base() as base:
            return (
                showing.kind_facet(base, self._kinds, [thing for thing, _ in of_kind]),
                showing.country_facet(base, [thing for thing, _ in of_country]),
            )

    def _of_kind(self, kind: str) -> Filters:
        if _FAMILY.fullmatch(kind):
            # The zero is what comes after the slash.
            return Filters(first=f"{ID}{kind}/", last=f"{ID}{kind}0")
        iri = kind if ":" in kind else ISTC + kind
        known = (number for number, (other, *_) in self._kinds.items() if other == iri)
        return Filters(kind=next(known, -1))

    @staticmethod
    def _country(base: sqlite3.Connection, country: str) -> int:
        """Number of a country; -1 where there is none."""
        key = country if "/" in country else f"country/{country}"
        iri = country if ":" in country else ID + key
        row = base.execute(statements.NUMBER, {"iri": iri}).fetchone()
        return int(row[0]) if row else -1


__all__ = ["MOST", "Index"]

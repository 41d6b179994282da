"""A remote store as a replica of the truth: what it holds, and how it is brought up to date.

The journal of the truth is part of the data and is written last: its newest entry says which
version a store holds. Where a load is several requests, the journal goes first and comes back at
the end, so that a store without it is one that was not loaded to the end, and is loaded again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
import requests
from filelock import FileLock
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from kg import resources
from kg.backends import Job
from kg.errors import NoStore, NotFound, StoreUnavailable
from kg.namespaces import JOURNAL
from kg.settings import Settings
from kg.store import changes, journal, versions
from kg.store.versions import Version
from service.remote.dialects import DEFAULT, Refusal, Standard
from service.remote.wire import Fields, Wire, unreachable

#: Seconds for the store to say which version it holds.
HELD_SECONDS = 30.0
_LOCK = "remote.lock"
_BYTES = 1 << 18
#: A hundred thousand changed quads are loaded faster than they are told one by one.
_MOST_CHANGED = 100_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Held:
    """A data version, as a remote store names it.

    Attributes:
        number: 1, 2, 3 …
        digest: Its content digest.
    """

    number: int
    digest: str


@dataclass(frozen=True)
class Pushed:
    """What a push did.

    Attributes:
        version: The version that the remote store holds now.
        how: `nothing`, `changes` or `whole`.
        quads: How many quads were sent to be added or removed.
    """

    version: Version
    how: str
    quads: int = 0


class Replica:
    """The copy of the truth in one remote store.

    Args:
        settings: Home, and what the default graph is.
        wire: Carries requests.
        dialect: Of the store.
    """

    def __init__(self, settings: Settings, wire: Wire, dialect: Standard) -> None:
        self._home = settings.home.absolute()
        self._union = settings.dataset == "union"
        self._wire = wire
        self._dialect = dialect

    # --- what it holds ----------------------------------------------------------------------------

    def held(self) -> Held | None:
        """The version that the store holds; None when it holds none to the end.

        Raises:
            StoreUnavailable: It does not answer.
        """
        for row in self._rows("held"):
            return Held(int(row["number"]), row["digest"])
        return None

    def _ask(self, name: str) -> QuerySolutions | bool:
        text = resources.text("kg", "queries", "remote", f"{name}.rq")
        job = Job(text, "select", self._dialect.rows, seconds=HELD_SECONDS)
        fields: Fields = (("query", text), *self._dialect.limit(HELD_SECONDS))
        try:
            with self._wire.ask(
                self._dialect.query, fields, self._dialect.rows, HELD_SECONDS
            ) as told:
                body = told.content
        except requests.Timeout as error:
            raise unreachable(self._dialect.query) from error
        except requests.RequestException as error:
            raise self._silent(str(error)) from error
        if told.status_code != 200:
            text = body.decode(errors="replace")
            raise self._dialect.failure(Refusal(told.status_code, told.headers, text), job)
        try:
            found = pyoxigraph.parse_query_results(
                body, format=QueryResultsFormat.from_media_type(self._dialect.rows)
            )
        except (SyntaxError, ValueError) as error:
            raise self._silent(str(error)) from error
        return found if isinstance(found, QuerySolutions) else bool(found)

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        found = self._ask(name)
        if isinstance(found, QuerySolutions):
            for row in found:
                yield {
                    variable.value: getattr(row[variable], "value", "")
                    for variable in found.variables
                }

    def _silent(self, why: str) -> StoreUnavailable:
        return StoreUnavailable(
            "The remote store does not say what it holds.",
            where=self._dialect.query,
            hint="Check that ISTC_REMOTE names a SPARQL endpoint.",
            extra={"reason": why},
        )

    # --- bringing it up to date -------------------------------------------------------------------

    def push(self, *, whole: bool = False, replace: bool = False) -> Pushed:
        """Bring the store to the current version of the truth; one process at a time does.

        Args:
            whole: Load everything, also when the store says that it holds this version.
            replace: Load also over data that are not ours.

        Returns:
            What was done.

        Raises:
            NoStore: Nothing has been built yet.
            StoreUnavailable: The store does not answer, refuses, or holds the data of others.
        """
        with FileLock(self._home / _LOCK, thread_local=False):
            target = versions.current(self._home)
            if target is None:
                raise NoStore(
                    "There is no graph yet.", where=str(self._home), hint="Run: istc build"
                )
            with versions.hold(target):
                store = Store.read_only(str(target.path))
                held = self.held()
                if held == Held(target.number, target.digest) and not whole:
                    return Pushed(target, "nothing")
                step = None if held is None or whole else self._step(store, held, target)
                if step is not None:
                    return Pushed(target, "changes", self._change(store, *step))
                if held is None and self._dialect.alone and not replace:
                    self._refuse_others()
                return Pushed(target, "whole", self._load(store, target))

    def forget(self) -> None:
        """Have the store no longer say which version it holds, so that it is loaded anew."""
        self._update([_drop(JOURNAL.value)])

    def _refuse_others(self) -> None:
        if self._ask("foreign"):
            raise StoreUnavailable(
                "The remote store holds data that are not ours; a load would remove them.",
                where=self._dialect.query,
                hint="Name an empty dataset in ISTC_REMOTE, or replace the data: "
                "istc push --replace.",
            )

    def _step(
        self, store: Store, held: Held, target: Version
    ) -> tuple[set[Quad], set[Quad]] | None:
        """What was added and removed since a version, without the journal; None if not known."""
        known = {line.number: line.digest for line in journal.entries(store)}
        if known.get(held.number) != held.digest:
            return None
        added: set[Quad] = set()
        removed: set[Quad] = set()
        try:
            for number in range(held.number + 1, target.number + 1):
                change = changes.read(self._home, number)
                gone, come = set(change.removed), set(change.added)
                added, removed = (
                    (added - gone) | (come - removed),
                    (removed - come) | (gone - added),
                )
                if len(added) + len(removed) > _MOST_CHANGED:
                    return None
        except (NotFound, StoreUnavailable):
            return None
        return added, removed

    def _change(self, store: Store, added: set[Quad], removed: set[Quad]) -> int:
        """Send the difference between two versions."""
        told = list(store.quads_for_pattern(None, None, None, JOURNAL))
        gone = [*removed, *self._gone_from_default(store, removed)]
        come = [*added, *(q for q in map(self._in_default, added) if q is not None)]
        if self._dialect.transactions:
            new = self._inserts([*come, *told])
            self._update([*self._deletes(gone), _drop(JOURNAL.value), *new])
        else:
            self.forget()
            for part in (*self._deletes(gone), *self._inserts(come), *self._inserts(told)):
                self._update([part])
        return len(gone) + len(come) + len(told)

    def _in_default(self, quad: Quad) -> Quad | None:
        """What a quad of a named graph adds to the default graph."""
        if not self._union or quad.graph_name == JOURNAL or _unnamed(quad):
            return None
        return Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())

    def _gone_from_default(self, store: Store, removed: Iterable[Quad]) -> Iterator[Quad]:
        """The triples that no graph states any more."""
        for quad in removed:
            left = self._in_default(quad)
            if left is not None and all(
                other.graph_name == JOURNAL
                for other in store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
            ):
                yield left

    def _load(self, store: Store, target: Version) -> int:
        """Send everything."""
        log.info("loading data version %d into %s", target.number, self._dialect.query)
        if self._dialect.alone:
            if self._ask("foreign"):
                # Replacing by PUT in one step does not end on TDB2 (Jena 5.6).
                self._update(["DROP ALL"])
            count = _Count(self._all(store, store.named_graphs()))
            self._send_quads(_packed(f"{quad} .\n".encode() for quad in count))
            return count.number
        self.forget()
        names = sorted((name for name in store.named_graphs() if name != JOURNAL), key=str)
        wanted = {DEFAULT, *(name.value for name in names if isinstance(name, NamedNode))}
        ours = JOURNAL.value.removesuffix("journal")
        left = {row["graph"] for row in self._rows("graphs") if row["graph"].startswith(ours)}
        for iri in sorted(wanted | left):
            self._update([_drop(iri)])
        count = _Count(self._all(store, names))
        for part in self._inserts(count):
            self._update([part])
        for part in self._inserts(store.quads_for_pattern(None, None, None, JOURNAL)):
            self._update([part])
        return count.number

    def _all(self, store: Store, names: Iterable[object]) -> Iterator[Quad]:
        """All quads of these graphs, and what they add to the default graph."""
        yield from store.quads_for_pattern(None, None, None, DefaultGraph())
        for name in names:
            yield from store.quads_for_pattern(None, None, None, name)  # type: ignore[arg-type]
            for quad in store.quads_for_pattern(None, None, None, name):  # type: ignore[arg-type]
                filled = self._in_default(quad)
                if filled is not None:
                    yield filled

    # --- requests ---------------------------------------------------------------------------------

    def _inserts(self, quads: Iterable[Quad]) -> Iterator[str]:
        return self._parts("INSERT DATA", quads)

    def _deletes(self, quads: Iterable[Quad]) -> Iterator[str]:
        return self._parts("DELETE DATA", quads)

    def _parts(self, verb: str, quads: Iterable[Quad]) -> Iterator[str]:
        """Updates of a bounded length; terms are written by the RDF library."""
        by_graph: dict[str, list[str]] = {}
        size = 0
        for quad in quads:
            line = f"{quad.triple} ."
            by_graph.setdefault(self._name(quad), []).append(line)
            size += len(line)
            if size > self._dialect.longest:
                yield _block(verb, by_graph)
                by_graph, size = {}, 0
        if by_graph:
            yield _block(verb, by_graph)

    def _name(self, quad: Quad) -> str:
        if isinstance(quad.graph_name, NamedNode):
            return quad.graph_name.value
        return "" if self._dialect.alone else DEFAULT

    def _update(self, parts: Iterable[str]) -> None:
        self._accept(self._wire.change(self._dialect.update, " ;\n".join(parts)))

    def _send_quads(self, body: Iterable[bytes]) -> None:
        self._accept(self._wire.add(self._dialect.quads, body, "application/n-quads"))

    def _accept(self, told: requests.Response) -> None:
        if not told.ok or told.is_redirect:
            refusal = Refusal(told.status_code, told.headers, told.text[:2000])
            if told.status_code in (401, 403):
                raise self._dialect.failure(refusal, Job("", "select", ""))
            raise StoreUnavailable(
                f"The remote store refuses to be loaded: {refusal.line}",
                where=self._dialect.update,
                hint="Its log says more; then run: istc push",
                extra={"status": told.status_code},
            )


class _Count:
    """Counts what passes."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._quads = quads
        self.number = 0

    def __iter__(self) -> Iterator[Quad]:
        for quad in self._quads:
            self.number += 1
            yield quad


def _unnamed(quad: Quad) -> bool:
    return isinstance(quad.graph_name, DefaultGraph)


def _block(verb: str, by_graph: dict[str, list[str]]) -> str:
    text = "\n".join(
        f"GRAPH <{name}> {{\n{lines}\n}}" if name else lines
        for name, lines in ((name, "\n".join(lines)) for name, lines in by_graph.items())
    )
    return f"{verb} {{\n{text}\n}}"


def _drop(iri: str) -> str:
    return f"DROP SILENT GRAPH <{iri}>"


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines in parts of some size, since each part costs a write."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size > _BYTES:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def graphs(version: Version) -> tuple[str, ...]:
    """The named graphs of a version that is kept here.

    Args:
        version: The version.

    Returns:
        Their IRIs.

    Raises:
        NoStore: It is not kept any more.
    """
    with versions.hold(version):
        store = Store.read_only(str(Path(version.path)))
        return tuple(sorted(n.value for n in store.named_graphs() if isinstance(n, NamedNode)))

"""The truth: the one writable store, on disk, with one writer at a time.

A commit is one SPARQL Update request, which the engine applies as one transaction: removals,
additions and the journal entry with the number and the digest of the new version. What it changes
is on disk before (`kg.store.changes`), and it is flushed before it is published and acknowledged.
Whatever happens in between, opening the truth again publishes what it holds.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple

from kg.errors import Conflict, InvalidRdf, StoreLocked, StoreUnavailable
from kg.namespaces import JOURNAL
from kg.store import changes, journal, replacing, versions
from kg.store.journal import Entry, Recorded
from kg.store.replacing import JOURNAL_LINE
from kg.store.versions import Version

FOLDER = "truth"
#: Where a store is made that is to take the place of the truth.
NEXT = "truth.next"
KEEP_VERSIONS = 5
_LOCK = "truth.lock"
_HOLDER = "truth.holder"


class Truth:
    """The writer's view of the graph; get it with `Truth.open`, use it as a context manager.

    Args:
        home: ISTC_HOME, absolute.
        lock: The writer's lock, held.
        keep_versions: How many versions stay on disk.
    """

    def __init__(self, home: Path, lock: FileLock, keep_versions: int) -> None:
        self._home = home
        self._lock = lock
        self._keep = keep_versions
        self._store = _open_store(home)
        self._current: Version | None = None
        self.recover()

    @classmethod
    def open(
        cls, home: Path, *, wait_seconds: float = 10, keep_versions: int = KEEP_VERSIONS
    ) -> Truth:
        """Open the truth for writing, and recover what an interrupted commit left.

        Args:
            home: ISTC_HOME; made when it does not exist.
            wait_seconds: How long to wait for another writer to finish.
            keep_versions: How many versions stay on disk.

        Returns:
            The truth; close it.

        Raises:
            StoreLocked: Another process is writing.
            StoreUnavailable: The files cannot be used.
        """
        home = home.absolute()
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / _LOCK, thread_local=False)
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise _locked(home) from error
        try:
            holder = {"pid": os.getpid(), "command": " ".join(sys.argv)}
            (home / _HOLDER).write_text(json.dumps(holder), encoding="utf-8")
            return cls(home, lock, keep_versions)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Truth:
        """Nothing more to do: the truth is open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Give the store and the lock back."""
        if self._lock.is_locked:
            # The engine closes its files when the last reference goes.
            del self._store
            (self._home / _HOLDER).unlink(missing_ok=True)
            self._lock.release()

    @property
    def version(self) -> int:
        """Number of the version that the truth holds; 0 when nothing was committed yet."""
        return self._current.number if self._current else 0

    @property
    def current(self) -> Version | None:
        """The version that the truth holds; None when nothing was committed yet."""
        return self._current

    def quads(self, graph: NamedNode | DefaultGraph | None = None) -> Iterator[Quad]:
        """The quads of one graph, or all of them with the journal."""
        return self._store.quads_for_pattern(None, None, None, graph)

    def journal(self) -> list[Recorded]:
        """The journal, oldest first."""
        return journal.entries(self._store)

    def last(self, activity: str) -> Recorded | None:
        """The latest commit of this activity that was not undone, None without one."""
        lines = journal.standing(self.journal())
        return next((line for line in reversed(lines) if line.entry.activity == activity), None)

    def made_graphs(self) -> frozenset[str]:
        """IRIs of the graphs that the last build made; nobody else may change them."""
        line = self.last("build")
        if line is None:
            return frozenset()
        if line.entry.graphs:
            return frozenset(line.entry.graphs)
        # Builds did not always list their graphs; at that time nobody else could have any.
        named = (str(name.value) for name in self._store.named_graphs())
        return frozenset(iri for iri in named if "/graph/" in iri)

    def digest(self) -> str:
        """Compute the content digest of what the truth holds."""
        return versions.content_digest(self._lines())

    def commit(self, added: Iterable[Quad], removed: Iterable[Quad], entry: Entry) -> Version:
        """Change the graph: everything or nothing.

        Args:
            added: Quads to add; they win over `removed`.
            removed: Quads to remove.
            entry: What to write in the journal.

        Returns:
            The new version; the same as before when the content does not change.

        Raises:
            InvalidRdf: A blank node, or a quad of the journal.
            StoreUnavailable: The disk is full, or cannot be written.
        """
        held = self._lines()
        adding = {_line(quad): quad for quad in added}
        removing = {_line(quad): quad for quad in removed}
        gone = {line: quad for line, quad in removing.items() if line in held}
        for line in adding:
            gone.pop(line, None)
        new = {line: quad for line, quad in adding.items() if line not in held}
        if self._current and not new and not gone:
            return self._current
        content = (held - gone.keys()) | new.keys()
        number, digest = self.version + 1, versions.content_digest(content)
        told = journal.quads(entry, number, digest, len(content))
        emptied = self._emptied(gone.values(), new.values())
        try:
            changes.write(self._home, number, new, gone)
            self._store.update(_request(gone.values(), [*new.values(), *told], emptied))
            self._store.flush()
            self._publish(number, digest)
        except OSError as error:
            # Where it broke off after the transaction, opening the truth again publishes it.
            raise _unwritable(self._home, error) from error
        assert self._current is not None  # noqa: S101 - told to the type checker
        return self._current

    def replace(self, content: Path, entry: Entry) -> Version:
        """Make a file the content of the graph: everything or nothing, in bounded memory.

        A new store is loaded beside the old one and takes its place. Whoever is interrupted before
        finds the old one, restored from the current version where it had been moved away.

        Args:
            content: All quads but the journal, as canonical N-Quads without blank nodes.
            entry: What to write in the journal.

        Returns:
            The new version; the same as before when the content does not change.

        Raises:
            InvalidRdf: A blank node.
            StoreUnavailable: The disk is full, or cannot be written.
        """
        folder = self._home / NEXT
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            return self._replaced(content, entry, folder)
        except OSError as error:
            raise _unwritable(self._home, error) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _replaced(self, content: Path, entry: Entry, folder: Path) -> Version:
        found = replacing.compare(self._store, content, folder)
        if self._current and not found.differs:
            return self._current
        number = self.version + 1
        made = Store(str(folder / FOLDER))
        made.bulk_load(path=content, format=RdfFormat.N_QUADS)
        made.extend(self._store.quads_for_pattern(None, None, None, JOURNAL))
        made.extend(journal.quads(entry, number, found.digest, found.count))
        made.flush()
        changes.write_sorted(
            self._home, number, replacing.lines(found.added), replacing.lines(found.removed)
        )
        del made, self._store  # The engine closes its files when the last reference goes.
        os.rename(self._home / FOLDER, folder / "before")
        os.rename(folder / FOLDER, self._home / FOLDER)
        versions.sync_folder(self._home)
        self._store = _open_store(self._home)
        self._publish(number, found.digest)
        assert self._current is not None  # noqa: S101 - told to the type checker
        return self._current

    def _emptied(self, gone: Iterable[Quad], new: Iterable[Quad]) -> list[NamedNode]:
        """The graphs that a commit leaves without a quad: here they no longer exist."""
        left = Counter(q.graph_name for q in new)
        left.subtract(q.graph_name for q in gone)
        return [
            name
            for name, more in left.items()
            if isinstance(name, NamedNode) and more < 0 and self._size(name) + more == 0
        ]

    def _size(self, name: NamedNode) -> int:
        return sum(1 for _ in self._store.quads_for_pattern(None, None, None, name))

    def undo(self, number: int, entry: Entry) -> Version:
        """Take back exactly what a commit changed, as a new commit.

        Args:
            number: The data version that the commit made.
            entry: What to write in the journal.

        Returns:
            The new version.

        Raises:
            NotFound: The change is not kept.
            Conflict: Something that it added is gone, or something that it removed is back.
        """
        change = changes.read(self._home, number)
        self.unchanged_since(change)
        return self.commit(change.removed, change.added, entry)

    def unchanged_since(self, change: changes.Change) -> None:
        """Make sure that what a change added is still there, and what it removed still gone.

        Args:
            change: The change, or a part of one.

        Raises:
            Conflict: It is not; `extra["changed"]` lists all quads, each with what happened to it.
        """
        held = self._lines()
        since = [(quad, "removed") for quad in change.added if _line(quad) not in held]
        since += [(quad, "added") for quad in change.removed if _line(quad) in held]
        if since:
            raise Conflict(
                f"{len(since)} statements of change {change.number} were changed since.",
                where=str(since[0][0]),
                hint="Undo the later changes first; istc log lists them.",
                extra={"changed": [{"quad": f"{quad} .", "since": how} for quad, how in since]},
            )

    def recover(self) -> None:
        """Publish what the truth holds and no version shows yet; remove leftovers.

        Raises:
            StoreUnavailable: The published versions are newer than the truth.
        """
        versions.clean(self._home)
        shown = versions.current(self._home)
        lines = self.journal()
        newest = lines[-1].number if lines else 0
        changes.clean(self._home, newest)
        if shown and shown.number > newest:
            raise StoreUnavailable(
                f"Version {shown.number} was published, but the truth ends at version {newest}.",
                where=str(self._home / FOLDER),
                hint=f"Move {FOLDER}/ away; it is then restored from version {shown.number}.",
            )
        if shown and shown.number == newest and shown.path.is_dir():
            self._current = shown
        elif lines:
            self._store.flush()
            self._publish(newest, lines[-1].digest)

    def _publish(self, number: int, digest: str) -> None:
        self._current = versions.publish(self._store, self._home, number, digest)
        versions.prune(self._home, self._keep)

    def _lines(self) -> set[bytes]:
        """The content as canonical N-Quads lines, without the journal."""
        dump = self._store.dump(format=RdfFormat.N_QUADS) or b""
        return {line for line in dump.split(b"\n") if line and not line.endswith(JOURNAL_LINE)}


def _unwritable(home: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        "The change cannot be written to disk.",
        where=str(home),
        hint="Free disk space or check the rights, then try again.",
        extra={"reason": str(error)},
    )


def _locked(home: Path) -> StoreLocked:
    try:
        holder = json.loads((home / _HOLDER).read_text(encoding="utf-8"))
        who = f"Process {holder['pid']} ({holder['command']})"
        extra = {"pid": holder["pid"]}
    except (OSError, ValueError, KeyError):
        who, extra = "Another process", {}
    return StoreLocked(
        f"{who} is writing to the graph.",
        where=str(home / _LOCK),
        hint="Wait until it has finished, or stop it; nothing is lost, the lock ends with it.",
        extra=extra,
    )


def _open_store(home: Path) -> Store:
    """Open the truth; when there is none but a version of it, restore it from there."""
    folder = home / FOLDER
    partial = home / f"{FOLDER}.partial"
    for left in (partial, home / NEXT):
        shutil.rmtree(left, ignore_errors=True)
    shown = versions.current(home)
    if shown and not folder.exists() and shown.path.is_dir():
        shutil.copytree(shown.path, partial)
        os.rename(partial, folder)
    try:
        return Store(str(folder))
    except OSError as error:
        raise StoreUnavailable(
            "The truth cannot be opened.",
            where=str(folder),
            hint=f"Free disk space or check the rights; a damaged {FOLDER}/ can be moved away: "
            "it is then restored from the current version.",
            extra={"reason": str(error)},
        ) from error


def _has_blank(quad: Quad | Triple) -> bool:
    return any(
        isinstance(term, BlankNode) or (isinstance(term, Triple) and _has_blank(term))
        for term in (quad.subject, quad.object)
    )


def _line(quad: Quad) -> bytes:
    if _has_blank(quad) or isinstance(quad.graph_name, BlankNode):
        raise replacing.blank(str(quad))
    if quad.graph_name == JOURNAL:
        raise InvalidRdf("The journal is written by commits only.", where=str(quad))
    return f"{quad} .".encode()


def _block(quads: Iterable[Quad]) -> str:
    """Quads as the inside of DELETE DATA or INSERT DATA, terms written by the RDF library."""
    by_graph: dict[str, list[str]] = {}
    for quad in quads:
        default = isinstance(quad.graph_name, DefaultGraph)
        by_graph.setdefault("" if default else str(quad.graph_name), []).append(f"{quad.triple} .")
    parts = []
    for name, lines in by_graph.items():
        text = "\n".join(lines)
        parts.append(f"GRAPH {name} {{\n{text}\n}}" if name else text)
    return "\n".join(parts)


def _request(
    removed: Iterable[Quad], added: Iterable[Quad], emptied: Iterable[NamedNode] = ()
) -> str:
    out, into = _block(removed), _block(added)
    delete = f"DELETE DATA {{\n{out}\n}} ;\n" if out else ""
    drop = "".join(f"DROP SILENT GRAPH {name} ;\n" for name in emptied)
    return f"{delete}{drop}INSERT DATA {{\n{into}\n}}"

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
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg.errors import Conflict, StoreUnavailable
from kg.namespaces import JOURNAL
from kg.store import changes, journal, opening, replacing, requests, sorting, versions
from kg.store.journal import Entry, Recorded
from kg.store.opening import FOLDER, HOLDER, LOCK, NEXT
from kg.store.replacing import JOURNAL_LINE
from kg.store.versions import Content, Version

KEEP_VERSIONS = 5


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
        self._store = opening.open_store(home)
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
        lock = FileLock(home / LOCK, thread_local=False)
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise opening.locked(home) from error
        try:
            holder = {"pid": os.getpid(), "command": " ".join(sys.argv)}
            (home / HOLDER).write_text(json.dumps(holder), encoding="utf-8")
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
            (self._home / HOLDER).unlink(missing_ok=True)
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
        adding = {requests.line(quad): quad for quad in added}
        removing = {requests.line(quad): quad for quad in removed}
        gone = {
            line: quad
            for line, quad in removing.items()
            if line not in adding and quad in self._store
        }
        new = {line: quad for line, quad in adding.items() if quad not in self._store}
        if self._current and not new and not gone:
            return self._current
        content = self._content()
        content.remove(gone)
        content.add(new)
        number, count = self.version + 1, self._count() + len(new) - len(gone)
        told = list(journal.quads(entry, number, content.digest, count))
        emptied = self._emptied(gone.values(), new.values())
        try:
            changes.write(self._home, number, new, gone)
            self._store.update(requests.request(gone.values(), [*new.values(), *told], emptied))
            self._store.flush()
            self._publish(number, content.digest, content.state)
        except OSError as error:
            # Where it broke off after the transaction, opening the truth again publishes it.
            raise opening.unwritable(self._home, error) from error
        assert self._current is not None  # noqa: S101 - told to the type checker
        return self._current

    def replace(self, content: Path, entry: Entry) -> Version:
        """Make a file the content of the graph: everything or nothing, in bounded memory.

        Args:
            content: All quads but the journal, as canonical N-Quads without blank nodes.
            entry: What to write in the journal.

        Returns:
            The new version; the same as before when the content does not change.

        Raises:
            InvalidRdf: A blank node.
            StoreUnavailable: The disk is full, or cannot be written.
        """

        def make(folder: Path) -> Version | None:
            found = replacing.compare(self._store, content, folder)
            if self._current and not found.differs:
                return None
            made = Store(str(folder / FOLDER))
            made.bulk_load(path=content, format=RdfFormat.N_QUADS)
            made.extend(self.quads(JOURNAL))
            made.flush()
            del made
            sides = (found.added, found.removed)
            return self._exchange(folder, entry, found.content, found.count, sides)

        return self._beside(make)

    def load(self, added: Path, removed: Path, entry: Entry) -> Version:
        """Change the graph by two files: everything or nothing, in bounded memory.

        Args:
            added: Quads to add, none of them there, each once, as canonical N-Quads.
            removed: Quads to remove, all of them there, in the same form.
            entry: What to write in the journal.

        Returns:
            The new version.

        Raises:
            StoreUnavailable: The disk is full, or cannot be written.
        """

        def make(folder: Path) -> Version | None:
            content, count = self._content(), self._count()
            count += content.add(replacing.lines(added)) - content.remove(replacing.lines(removed))
            # Tables of the engine never change, so that this is made of links.
            self._store.backup(str(folder / FOLDER))
            made = Store(str(folder / FOLDER))
            replacing.remove(made, removed)
            made.bulk_load(path=added, format=RdfFormat.N_QUADS)
            made.flush()
            del made
            sides = []
            for path in (added, removed):
                target = path.with_suffix(".sorted")
                sorting.write(replacing.lines(path), target, folder)
                sides.append(target)
            return self._exchange(folder, entry, content, count, (sides[0], sides[1]))

        return self._beside(make)

    def _beside(self, make: Callable[[Path], Version | None]) -> Version:
        """Make a store beside the old one that takes its place.

        Whoever is interrupted before finds the old one, restored from the current version where it
        had been moved away.
        """
        folder = self._home / NEXT
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            version = make(folder)
        except OSError as error:
            raise opening.unwritable(self._home, error) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        found = version or self._current
        assert found is not None  # noqa: S101 - told to the type checker
        return found

    def _exchange(
        self,
        folder: Path,
        entry: Entry,
        content: Content,
        count: int,
        sides: tuple[Path, Path],
    ) -> Version | None:
        number, digest = self.version + 1, content.digest
        made = Store(str(folder / FOLDER))
        made.extend(journal.quads(entry, number, digest, count))
        made.flush()
        changes.write_sorted(self._home, number, *(replacing.lines(side) for side in sides))
        del made, self._store  # The engine closes its files when the last reference goes.
        os.rename(self._home / FOLDER, folder / "before")
        os.rename(folder / FOLDER, self._home / FOLDER)
        versions.sync_folder(self._home)
        self._store = opening.open_store(self._home)
        self._publish(number, digest, content.state)
        return self._current

    def _emptied(self, gone: Iterable[Quad], new: Iterable[Quad]) -> list[NamedNode]:
        """The graphs that a commit leaves without a quad: here they no longer exist."""
        left = Counter(q.graph_name for q in new)
        left.subtract(q.graph_name for q in gone)
        return [
            name
            for name, more in left.items()
            if isinstance(name, NamedNode) and more < 0 and not self._has_more(name, -more)
        ]

    def _has_more(self, name: NamedNode, than: int) -> bool:
        """Whether a graph has more quads than so many."""
        return next(islice(self.quads(name), than, None), None) is not None

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
        since = [(quad, "removed") for quad in change.added if quad not in self._store]
        since += [(quad, "added") for quad in change.removed if quad in self._store]
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

    def _publish(self, number: int, digest: str, state: str = "") -> None:
        told = sum(1 for _ in self.quads(JOURNAL))
        self._current = versions.publish(
            self._store, self._home, number, digest, quads=self._count() + told, state=state
        )
        versions.prune(self._home, self._keep)

    def _count(self) -> int:
        """How many quads there are beside the journal."""
        lines = self.journal()
        return lines[-1].quads if lines else 0

    def _content(self) -> Content:
        """What the digest goes on from."""
        if self._current and self._current.state:
            return Content(self._current.state)
        # A commit was interrupted, or its version is from a time when this was not kept.
        content = Content()
        content.add(self._lines())
        return content

    def _lines(self) -> set[bytes]:
        """The content as canonical N-Quads lines, without the journal."""
        dump = self._store.dump(format=RdfFormat.N_QUADS) or b""
        return {line for line in dump.split(b"\n") if line and not line.endswith(JOURNAL_LINE)}

"""The graph on which an import stands: what its source has put there, and what the rest knows."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Store

from kg import changing, linking, rq
from kg.changing import Drop, Load, Several, Step
from kg.importing import documents
from kg.importing.documents import Documents
from kg.importing.naming import Names
from kg.linking import Linker, Whole, known, links, reviewing
from kg.linking.links import Link, iri_of
from kg.messages import invalid_table
from kg.namespaces import ID, graph
from kg.settings import Settings
from kg.store import journal, versions

ACTIVITY = "import"


def document_of(settings: Settings, source: str) -> str:
    """IRI of the document of a source."""
    return rq.rebase(f"{ID}doc/{source}", settings.base_iri)


@dataclass(frozen=True)
class Ground:
    """The graph as an import finds it.

    Attributes:
        base_iri: Base of its IRIs.
        source: Key of the source.
        store: The graph; None before the first build.
        before: IRIs of the graphs that the last import of the source has made.
        names: Finds what cells mean.
        link: Finds things that are there already.
    """

    base_iri: str
    source: str
    store: Store | None
    before: frozenset[str]
    names: Names
    link: Linker | None

    @classmethod
    def now(cls, settings: Settings, source: str, held: ExitStack) -> Ground:
        """The current data version.

        Args:
            settings: Home and base IRI.
            source: Key of the source.
            held: Keeps the version as long as it is needed.
        """
        version = versions.current(settings.home)
        store, before, link = None, frozenset[str](), None
        if version is not None:
            held.enter_context(versions.hold(version))
            store = Store.read_only(str(version.path))
            before = _made(store, document_of(settings, source))
        target = rq.rebase(graph(f"source/{source}").value, settings.base_iri)
        names = Names(store, settings.base_iri, {target, *before})
        if version is not None and store is not None:
            link = names.link = linking.on(
                settings.home, version, store, lambda key: names.in_graph(iri_of(key))
            )
            held.callback(link.close)
        return cls(settings.base_iri, source, store, before, names, link)

    @property
    def target(self) -> str:
        """IRI of the graph of the source."""
        return rq.rebase(graph(f"source/{self.source}").value, self.base_iri)

    @property
    def document(self) -> str:
        """Key of the document of the source."""
        return f"doc/{self.source}"

    def own(self, found: Documents) -> None:
        """Make sure that documents fill graphs of their source only.

        Raises:
            InvalidTable: They name a graph that is there and was not made by this source.
        """
        for iri in sorted(found.graphs - self.before):
            held = self.store and self.store.quads_for_pattern(None, None, None, NamedNode(iri))
            if held and next(held, None) is not None:
                names = ", ".join(part.name for part in found.named)
                place = {"file": names}
                raise invalid_table("graph-of-others", f"{names}, {iri}", place=place, cell=iri)

    def linked(self, found: Documents, folder: Path, *, mapped: bool) -> Documents:
        """Find out what the things of documents are.

        Args:
            found: The documents; the last plain one may be what tables have become.
            folder: Where they are rewritten.
            mapped: Whether that was by a mapping of the user's own, so that it may declare things.

        Returns:
            The documents as people have decided on their things.
        """
        if self.store is None or self.link is None:
            return found
        engine = Whole(self.store)
        same = {
            iri_of(link.candidate): iri_of(link.target)
            for link in links.read(engine, "links-decided")
            if link.source == self.document and link.status == "accepted" and link.same
        }
        found = documents.settled(found, same, folder, self.base_iri)
        parts = [part for part in (*found.plain, *found.named) if part.name or mapped]
        kinds = known.kinds(engine) if parts else {}
        for candidate in documents.candidates(parts, self.base_iri, kinds, self.names.in_graph):
            self.link.match(candidate)
        return found

    def links(self) -> tuple[Link, ...]:
        """What the linker has found."""
        if self.link is None:
            return ()
        return tuple(links.of(self.link, self.link.matches, self.document))

    def step(self, found: Documents, new: tuple[Link, ...], folder: Path) -> Step:
        """What an import changes: it replaces what its source put there before.

        Args:
            found: The documents.
            new: What the linker has found.
            folder: Where lists of quads are written.
        """
        steps: list[Step] = [Load(found.plain, self.base_iri, self.target, replace=True)]
        steps += [Drop(iri) for iri in sorted(self.before - {self.target})]
        if found.named:
            steps.append(Load(found.named, self.base_iri, None))
        held = links.near(self.store, self.document, new) if self.store is not None else []
        added, removed = reviewing.news(held, new, self.document)
        if added or removed:
            steps.append(changing.quads(folder, added, removed, whole=True))
        return steps[0] if len(steps) == 1 else Several(tuple(steps))


def _made(store: Store, document: str) -> frozenset[str]:
    for line in reversed(journal.standing(journal.entries(store))):
        if line.entry.activity == ACTIVITY and line.entry.document == document:
            return frozenset(line.entry.graphs)
    return frozenset()


__all__ = ["ACTIVITY", "Ground", "document_of"]

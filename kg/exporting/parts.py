"""What can be taken out of a version by itself: all of it, a named graph, the things of a class.

A row is a triple as a line of N-Triples, with the graph that holds it. Rows come as a stream,
whatever the size of the graph.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg.errors import NotFound
from kg.exporting.things import Things
from kg.namespaces import BASE, GRAPH, JOURNAL, RDFS

WHOLE = "istc-kg"
CLASS_FOLDER = "class"
#: Segments of a path that do not start with a dot.
_NAME = re.compile(r"(?!\.)[\w.~-]+(/(?!\.)[\w.~-]+)*", re.ASCII)
#: Facts and everything that facts are about.
_ROOTS = ("Entity", "Fact")

Row = tuple[bytes, bytes]


@dataclass(frozen=True)
class Part:
    """A part of a version that has files of its own.

    Attributes:
        name: Name of its files without the ending: `istc-kg`, `source/liu-2023`,
            `class/Organization`; empty where the IRI of a graph gives none.
        graph: IRI of the named graph, if it is one.
        of: IRI of the class, if it is the things of one.
    """

    name: str
    graph: str = ""
    of: str = ""


def opened(path: Path) -> Store:
    """A version's store, to be read."""
    return Store.read_only(str(path))


def graph_name(iri: str, base_iri: str = BASE) -> str:
    """The name of a graph in addresses of files; empty where its IRI gives none."""
    name = iri.removeprefix(f"{base_iri}graph/")
    usual = _NAME.fullmatch(name) and name != WHOLE and not name.startswith(f"{CLASS_FOLDER}/")
    return name if usual else ""


def parts(store: Store, base_iri: str = BASE) -> list[Part]:
    """The parts of a version: the whole, its graphs without the journal, its classes.

    Args:
        store: The version.
        base_iri: Base of our IRIs.

    Returns:
        The parts; graphs and classes by name.
    """
    named = [str(g.value) for g in store.named_graphs() if isinstance(g, NamedNode)]
    graphs = [Part(graph_name(iri, base_iri), graph=iri) for iri in sorted(named)]
    return [
        Part(WHOLE),
        *(part for part in graphs if part.name and part.name != "journal"),
        *classes(store, base_iri),
    ]


def classes(store: Store, base_iri: str = BASE) -> list[Part]:
    """The classes of facts, and of what facts are about, that have a member."""
    start = f"{base_iri}ontology#"
    found = {start + name for name in _ROOTS}
    waiting = list(found)
    while waiting:
        wider = NamedNode(waiting.pop())
        for quad in store.quads_for_pattern(None, NamedNode(RDFS + "subClassOf"), wider, None):
            iri = getattr(quad.subject, "value", "")
            if iri.startswith(start) and iri not in found:
                found.add(iri)
                waiting.append(iri)
    listed = [Part(f"{CLASS_FOLDER}/{iri.removeprefix(start)}", of=iri) for iri in sorted(found)]
    things = Things(store)
    return [p for p in listed if _NAME.fullmatch(p.name) and next(things.members(p.of), None)]


def named_graph(store: Store, graph: str) -> Part:
    """The part that is a named graph.

    Args:
        store: The version.
        graph: Its name, e.g. `ontology` or `source/liu-2023`, or its IRI.

    Raises:
        NotFound: There is no such graph.
    """
    named = [str(g.value) for g in store.named_graphs() if isinstance(g, NamedNode)]
    wanted = graph if ":" in graph else GRAPH + graph
    matches = [n for n in named if n == wanted or n.endswith("/graph/" + graph)]
    if not matches:
        raise NotFound(
            f"There is no graph “{graph}”.",
            hint=f"The graphs are: {', '.join(n.partition('/graph/')[2] or n for n in named)}.",
        )
    return Part(graph, graph=matches[0])


def named_class(store: Store, name: str, base_iri: str = BASE) -> Part:
    """The part that is the things of a class.

    Args:
        store: The version.
        name: Local name of the class, e.g. `Organization`, or its IRI.
        base_iri: Base of our IRIs.

    Raises:
        NotFound: There is no such class, or it has no members.
    """
    known = classes(store, base_iri)
    wanted = f"{CLASS_FOLDER}/{name.rpartition('#')[2].rpartition('/')[2]}"
    found = next((part for part in known if part.name == wanted), None)
    if found is None:
        names = ", ".join(part.name.partition("/")[2] for part in known)
        raise NotFound(
            f"There are no things of a class “{name}”.", hint=f"The classes are: {names}."
        )
    return found


def rows(
    store: Store,
    part: Part,
    folder: Path,
    *,
    journal: bool = False,
    things: Things | None = None,
) -> Iterator[Row]:
    """The rows of a part, in any order; that of a class may come more than once.

    Args:
        store: The version.
        part: The part.
        folder: Where what does not fit into memory is kept meanwhile.
        journal: With the journal.
        things: What reads the things of the version, with what it remembers of them.

    Yields:
        The name of the graph as N-Triples write it, empty for the default graph; and the line.
    """
    if part.of:
        things = things or Things(store)
        for quad in things.with_evidence(part.of, folder):
            yield _graph(quad), f"{quad.triple} .".encode()
        return
    names: list[NamedNode | DefaultGraph] = [NamedNode(part.graph)] if part.graph else []
    if not part.graph:
        named = [name for name in store.named_graphs() if isinstance(name, NamedNode)]
        names = [DefaultGraph(), *(name for name in named if journal or name != JOURNAL)]
    for name in names:
        graph = str(name).encode() if isinstance(name, NamedNode) else b""
        with tempfile.TemporaryFile(dir=folder) as file:
            store.dump(file, RdfFormat.N_TRIPLES, from_graph=name)
            file.seek(0)
            for line in file:
                yield graph, line.rstrip(b"\n")


def _graph(quad: Quad) -> bytes:
    return str(quad.graph_name).encode() if isinstance(quad.graph_name, NamedNode) else b""

"""Write the graph to a file, the same bytes for the same content.

Lines of N-Quads and N-Triples are sorted. The journal is left out unless asked for, since it tells
of times and not of the world. Formats without named graphs get the union of all graphs.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple

from kg import skolem
from kg.errors import InvalidInput, NotFound
from kg.namespaces import BASE, GRAPH, JOURNAL, PREFIXES
from kg.store.versions import Version

FORMATS: dict[str, RdfFormat] = {
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
_ENDINGS = {"rdf": "rdfxml", "owl": "rdfxml", "json": "jsonld"}
_DATASETS = (RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.JSON_LD)
_LINES = (RdfFormat.N_QUADS, RdfFormat.N_TRIPLES)


def format_named(name: str) -> RdfFormat:
    """The RDF format of a name or of a file's ending.

    Raises:
        InvalidInput: There is no such format.
    """
    key = _ENDINGS.get(name, name)
    if key not in FORMATS:
        raise InvalidInput(
            f"“{name}” is not a format for graphs.", hint=f"Use one of: {', '.join(FORMATS)}."
        )
    return FORMATS[key]


def quads(version: Version, graph: str | None = None, *, journal: bool = False) -> list[Quad]:
    """The quads of a version.

    Args:
        version: A data version.
        graph: Only this graph: its name, e.g. `ontology` or `source/liu-2023`, or its IRI.
        journal: With the journal.

    Returns:
        The quads, in the order of their N-Quads lines.

    Raises:
        NotFound: There is no such graph.
    """
    store = Store.read_only(str(version.path))
    if graph is None:
        found = [q for q in store if journal or q.graph_name != JOURNAL]
    else:
        named = [str(g.value) for g in store.named_graphs() if isinstance(g, NamedNode)]
        wanted = graph if ":" in graph else GRAPH + graph
        matches = [n for n in named if n == wanted or n.endswith("/graph/" + graph)]
        if not matches:
            raise NotFound(
                f"There is no graph “{graph}”.",
                hint=f"The graphs are: {', '.join(n.partition('/graph/')[2] or n for n in named)}.",
            )
        found = list(store.quads_for_pattern(None, None, None, NamedNode(matches[0])))
    return sorted(found, key=str)


def serialise(
    items: Iterable[Quad], out: IO[bytes], rdf_format: RdfFormat, base_iri: str = BASE
) -> None:
    """Write quads in a format.

    Args:
        items: The quads.
        out: Where to write, in binary.
        rdf_format: The format; without named graphs it gets the union as triples.
        base_iri: Base of our IRIs, for the prefixes.
    """
    found = list(items)
    if rdf_format in _LINES:
        lines = {str(q if rdf_format in _DATASETS else q.triple) + " .\n" for q in found}
        out.writelines(line.encode("utf-8") for line in sorted(lines))
        return
    prefixes = {name: iri.replace(BASE, base_iri) for name, iri in PREFIXES.items()}
    restored = skolem.restore_blank_nodes(found, skolem.GENID.replace(BASE, base_iri))
    content: list[Quad] | list[Triple]
    if rdf_format in _DATASETS:
        content = sorted(restored, key=lambda q: (str(q.graph_name), str(q)))
    else:
        content = sorted({q.triple for q in restored}, key=str)
    pyoxigraph.serialize(content, output=out, format=rdf_format, prefixes=prefixes)


def export(
    version: Version,
    path: Path,
    format_name: str | None = None,
    *,
    graph: str | None = None,
    journal: bool = False,
    base_iri: str = BASE,
) -> int:
    """Write a version to a file, whole or not at all.

    Args:
        version: A data version.
        path: The file; `.gz` at the end compresses it.
        format_name: A key of FORMATS; by default from the file's ending.
        graph: Only this graph.
        journal: With the journal.
        base_iri: Base of our IRIs, for the prefixes.

    Returns:
        How many quads were written.

    Raises:
        InvalidInput: Unknown format.
        NotFound: Unknown graph.
    """
    found = quads(version, graph, journal=journal)
    write(found, path, format_name, base_iri=base_iri)
    return len(found)


def write(
    found: Iterable[Quad], path: Path, format_name: str | None = None, *, base_iri: str = BASE
) -> None:
    """Write quads to a file, whole or not at all.

    Args:
        found: The quads.
        path: The file; `.gz` at the end compresses it.
        format_name: A key of FORMATS; by default from the file's ending.
        base_iri: Base of our IRIs, for the prefixes.

    Raises:
        InvalidInput: Unknown format.
    """
    zipped = path.suffix == ".gz"
    ending = (path.with_suffix("") if zipped else path).suffix.removeprefix(".")
    rdf_format = format_named(format_name or ending)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as raw:
            if zipped:
                # No name and no time in the header: same content, same bytes.
                with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed:
                    serialise(found, cast(IO[bytes], packed), rdf_format, base_iri)
            else:
                serialise(found, raw, rdf_format, base_iri)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

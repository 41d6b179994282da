"""Further sources, mapped side by side: each in a process of its own, into a file of N-Quads.

What a process has read stays in it, so that memory follows the largest source and not all of them.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import as_completed
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, serialize

from kg import mapping, processes, tables
from kg.mapping import Mapping as TableMapping
from kg.namespaces import RDF_TYPE, graph
from kg.tables import Row, Table

#: Tables by the key of their source.
Group = Mapping[str, Iterable[Table]]
#: Types of columns whose cells point to something.
_REFERRING = {"id", "fact", "location", "concept", "term", "object"}


@dataclass
class Gathered:
    """What is known of a source after it has been mapped.

    Attributes:
        key: The source.
        counts: Rows by table.
        mentioned: What it points to and does not declare itself, and where first: row and column.
    """

    key: str
    counts: Counter[str] = field(default_factory=Counter)
    mentioned: dict[str, tuple[Row, str]] = field(default_factory=dict)


def references(table: Table, how: TableMapping) -> Iterator[tuple[Row, str, NamedNode]]:
    """What the cells of a table point to, each with its row and column.

    Args:
        table: The table.
        how: The mapping that reads it.
    """
    for column in how.columns.values():
        if column.type.partition(":")[0] not in _REFERRING:
            continue
        for row in table.rows:
            for node in tables.values(row, column):
                if isinstance(node, NamedNode):
                    yield row, column.name, node


def gather(store: Store, group: Group) -> Iterator[Gathered]:
    """Map the tables of sources that do not depend on each other, each into its own graph.

    Args:
        store: A store in memory; the quads are added to it.
        group: The sources; their tables are read in other processes, as many as there are CPUs.

    Yields:
        What is known of each source, as soon as its quads are in the store.

    Raises:
        InvalidTable: A cell is wrong.
        InvalidInput: A file of a source is not what it should be.
        LimitReached: The system has ended a process.
    """
    with (
        tempfile.TemporaryDirectory(prefix="istc-sources-") as name,
        processes.beside(len(group), _inherit, (group, Path(name))) as pool,
    ):
        for done in as_completed([pool.submit(_mapped, key) for key in group]):
            found = done.result()
            path = Path(name) / found.key
            store.bulk_load(path=path, format=RdfFormat.N_QUADS)
            path.unlink()
            yield found


#: What a process inherits: the sources, and the folder for what they become.
_inherited: list[tuple[Group, Path]] = []


def _inherit(group: Group, folder: Path) -> None:
    _inherited.append((group, folder))


def _mapped(key: str) -> Gathered:
    """Write the quads of a source into its file."""
    group, folder = _inherited[-1]
    known, target, found = mapping.mappings(), graph(f"source/{key}"), Gathered(key)
    declared: set[str] = set()
    with (folder / key).open("wb") as file:
        for table in group[key]:
            how = known[table.name]
            quads = list(how.quads(table, target))
            serialize(quads, file, format=RdfFormat.N_QUADS)
            declared.update(
                quad.subject.value
                for quad in quads
                if quad.predicate == RDF_TYPE and isinstance(quad.subject, NamedNode)
            )
            for row, name, node in references(table, how):
                if node.value not in declared:
                    found.mentioned.setdefault(node.value, (row, name))
            found.counts[table.name] += len(table.rows)
    for iri in found.mentioned.keys() & declared:
        del found.mentioned[iri]
    return found

"""From files to a staging store: tables, ontology and vocabularies, rules. Nothing is committed.

Every cell that points to something is checked here, while row and column are still known.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg import gathering, hiding, mapping, reasoning, resources, skolem, tables
from kg.errors import InvalidRdf, InvalidTable
from kg.gathering import Gathered, Group
from kg.mapping import Mapping
from kg.namespaces import ID, ISTC, RDF_TYPE, VOCAB, graph
from kg.progress import Progress, silent
from kg.tables import Row, Table

#: Graphs that follow from the others, in whole.
DERIVED = (graph("truthy"), graph("derived"), graph("inferred"))
#: Further sources: given the graph so far, groups of them, each linked to what is there before it.
Sources = Callable[[Store], Iterable[Group]]
_SHOWN = 20


@dataclass
class Staged:
    """A graph that is ready to be validated.

    Attributes:
        store: All quads, in memory.
        rows: Where a fact or a thing comes from: IRI → its row.
        columns: Column of a property, by table and local name of the property.
        counts: Rows of the further sources, by source and table.
    """

    store: Store = field(default_factory=Store)
    rows: dict[str, Row] = field(default_factory=dict)
    columns: dict[tuple[str, str], str] = field(default_factory=dict)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def where(self, iri: str, path: str | None) -> str | None:
        """Source, table, row and column of a node, where a table states it."""
        row = self.rows.get(iri)
        if row is None:
            return None
        name = (path or "").rpartition("#")[2].rpartition("/")[2]
        return row.where(self.columns.get((row.table, name)))


def fact_tables() -> Iterator[Table]:
    """All curated tables: `kg/facts/<source>/<table>.csv`."""
    for folder in resources.folders("kg", "facts"):
        for item in resources.files("kg", "facts", folder.name, suffix=".csv"):
            yield tables.read(item, folder.name)


def _ontology_quads() -> Iterator[Quad]:
    for parts, target in (
        (("ontology",), graph("ontology")),
        (("ontology", "vocabularies"), graph("vocabularies")),
    ):
        for item in resources.files(*parts, suffix=".ttl"):
            try:
                found = list(pyoxigraph.parse(input=item.read_bytes(), format=RdfFormat.TURTLE))
            except SyntaxError as error:
                raise InvalidRdf(str(error), where=item.name) from error
            scope = item.name.removesuffix(".ttl")
            for quad in skolem.name_blank_nodes(found, scope):
                yield Quad(quad.subject, quad.predicate, quad.object, target)


def _load_tables(staged: Staged, progress: Progress) -> list[tuple[Row, str, NamedNode]]:
    """Map all tables into the store; return every reference with its row and column."""
    known = mapping.mappings()
    references: list[tuple[Row, str, NamedNode]] = []
    found = list(fact_tables())
    for done, table in enumerate(found):
        progress("tables", done, len(found))
        how = known.get(table.name)
        if how is None:
            near = difflib.get_close_matches(table.name, known, n=1)
            raise InvalidTable(
                f"No mapping reads a table “{table.name}”.",
                where=f"{table.source}/{table.name}.csv",
                hint=f"Did you mean {near[0]}.csv?" if near else "See kg/mappings.",
            )
        staged.store.bulk_extend(how.quads(table))
        _index(staged, table, how)
        references.extend(gathering.references(table, how))
    return references


def _index(staged: Staged, table: Table, how: Mapping) -> None:
    first = how.columns[table.columns[0]]
    for row in table.rows:
        for node in tables.values(row, first):
            staged.rows[str(node.value) if isinstance(node, NamedNode) else ""] = row
        if "thing" in row.cells:
            staged.rows[ID + row.cells["thing"]] = row
    for column in how.columns.values():
        if column.property:
            staged.columns.setdefault((table.name, column.property), column.name)


def _check_references(store: Store, references: list[tuple[Row, str, NamedNode]]) -> None:
    """Raise InvalidTable when a cell points to something that is not declared anywhere."""
    declared = {
        quad.subject.value
        for quad in store.quads_for_pattern(None, RDF_TYPE, None, None)
        if isinstance(quad.subject, NamedNode)
    }
    missing = [(row, name, node) for row, name, node in references if node.value not in declared]
    if not missing:
        return
    problems = [_missing(row, name, node, declared) for row, name, node in missing[:_SHOWN]]
    first = problems[0]
    more = f" ({len(missing) - 1} more cells like this)" if len(missing) > 1 else ""
    raise InvalidTable(
        first.what + more,
        where=first.where,
        hint=first.hint,
        extra={"errors": [{"what": p.what, "where": p.where, "hint": p.hint} for p in problems]},
    )


def _missing(row: Row, name: str, node: NamedNode, declared: set[str]) -> InvalidTable:
    for base, what, remedy in (
        (ISTC, "term of the ontology", "Declare it in ontology/ or use a declared one."),
        (VOCAB, "concept of a vocabulary", "See ontology/vocabularies."),
        (ID + "location/", "place in a document", "Add it to the source's locations.csv."),
        (ID, "declared thing", "Add it to a table in kg/facts/authorities."),
    ):
        if node.value.startswith(base):
            short = node.value.removeprefix(base)
            near = difflib.get_close_matches(
                node.value, [iri for iri in declared if iri.startswith(base)], n=1, cutoff=0.85
            )
            hint = f"Did you mean {near[0].removeprefix(base)}? {remedy}" if near else remedy
            return InvalidTable(f"{short} is not a {what}.", where=row.where(name), hint=hint)
    return InvalidTable(f"{node.value} is not known.", where=row.where(name))


def derive(store: Store) -> None:
    """Run all rules: fill the graphs of DERIVED from the others.

    Args:
        store: A staging store in which those graphs are empty.
    """
    for folder in ("truthy", "series", "derived"):
        reasoning.run_once(store, folder)
    reasoning.materialise(store)


def _load_sources(staged: Staged, sources: Sources, progress: Progress) -> None:
    """Map the tables of further sources, each into the graph of its source.

    Raises:
        InvalidTable: A cell is wrong, or points to something that is declared nowhere.
    """
    # Where each thing that is pointed to is mentioned first.
    mentioned: dict[str, tuple[Row, str]] = {}
    done: list[Gathered] = []
    for group in sources(staged.store):
        progress("data sets", len(done), None)
        for found in gathering.gather(staged.store, group):
            done.append(found)
            progress("data sets", len(done), None)
    for found in sorted(done, key=lambda one: one.key):
        for iri, place in found.mentioned.items():
            mentioned.setdefault(iri, place)
        staged.counts.update({(found.key, name): n for name, n in found.counts.items()})
    _check_references(staged.store, [(row, c, NamedNode(n)) for n, (row, c) in mentioned.items()])


def assemble(
    progress: Progress = silent, others: Iterable[Quad] = (), sources: Sources | None = None
) -> Staged:
    """Read everything that is said and derive what follows.

    Args:
        progress: Told the stage and the steps done.
        others: What is said besides the tables, in graphs of others.
        sources: Tables of further sources; all they say goes into the graph of their source.

    Returns:
        The staged graph under the default base IRI.

    Raises:
        InvalidTable: A table, a row or a cell is wrong; nothing has been written anywhere.
        InvalidRdf: An ontology file does not parse.
    """
    staged = Staged()
    progress("ontology", None, None)
    staged.store.bulk_extend(_ontology_quads())
    references = _load_tables(staged, progress)
    _check_references(staged.store, references)
    if sources is not None:
        _load_sources(staged, sources, progress)
    staged.store.bulk_extend(others)
    hiding.clear(staged.store)
    progress("rules", None, None)
    derive(staged.store)
    return staged


def moved(quads: Iterable[Quad], old: str, new: str) -> Iterable[Quad]:
    """Quads under another base IRI.

    Args:
        quads: The quads.
        old: The base IRI that they have.
        new: The base IRI that they get.

    Returns:
        The quads, each IRI that begins with the old base, and each text that names it, changed.
    """
    if old == new:
        return quads
    text = (pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b"").decode("utf-8")
    return pyoxigraph.parse(input=text.replace(old, new), format=RdfFormat.N_QUADS)


def flattened(store: Store) -> bytes:
    """The union of all graphs as N-Triples, for validation."""
    triples = {quad.triple for quad in store}
    return pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""

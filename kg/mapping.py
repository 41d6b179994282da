"""From rows to triples: each table has one CONSTRUCT over a VALUES block (the idea of TARQL).

The mapping's header describes the columns; the variables of its VALUES block are checked against
them. Beside the columns a block may use ?source (the document of the folder) and, for a column of
type `edtf`, ?name_edtf, ?name_begin and ?name_end; with `bounds:` in the header also ?lower and
?upper.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Mapping_
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Store

from kg import bounds, periods, rq, tables
from kg.errors import InvalidInput
from kg.namespaces import ID, XSD, graph
from kg.rq import Term
from kg.tables import Column, Row, Table


@dataclass(frozen=True)
class Mapping:
    """How one kind of table becomes triples.

    Attributes:
        name: Stem of the `.rq` file.
        tables: Stems of the tables it maps.
        graph: `entities`, `reference` or `source` (one graph a folder).
        columns: The table's columns in order.
        bounds: Whether ?lower and ?upper are computed from value, value_text, qualifier, unit.
        variables: The variables of the VALUES block.
        text: The CONSTRUCT query.
        titles: Title of each table it maps, by language.
        kinds: Of tables of things: first part of the keys of new ones, by table.
    """

    name: str
    tables: tuple[str, ...]
    graph: str
    columns: dict[str, Column]
    bounds: bool
    variables: tuple[str, ...]
    text: str
    titles: Mapping_[str, Mapping_[str, str]]
    kinds: Mapping_[str, str]

    @classmethod
    def from_file(cls, file: rq.RqFile) -> Mapping:
        """Read a mapping and check its VALUES block against its columns.

        Raises:
            InvalidInput: The header or the block is wrong.
        """
        file.require("title", "graph", "columns")
        columns = {
            name: Column.from_header(name, entry) for name, entry in file.header["columns"].items()
        }
        blocks = rq.values_blocks(file.text)
        if len(blocks) != 1:
            raise InvalidInput("A mapping needs one VALUES block.", where=f"{file.name}.rq")
        mapping = cls(
            file.name,
            tuple(file.header.get("tables", [file.name])),
            file.header["graph"],
            columns,
            bool(file.header.get("bounds", False)),
            blocks[0],
            file.text,
            file.header.get("titles", {file.name: file.header["title"]}),
            file.header.get("kinds", {}),
        )
        unknown = set(mapping.variables) - mapping.available()
        unused = set(columns) - set(mapping.variables) - set(file.header.get("unused", []))
        if unknown or unused:
            raise InvalidInput(
                "The VALUES block does not fit the columns "
                f"(unknown: {sorted(unknown)}, not used: {sorted(unused)}).",
                where=f"{file.name}.rq",
            )
        return mapping

    def available(self) -> set[str]:
        """Every variable that the VALUES block may use."""
        names = {"source", *self.columns}
        for column in self.columns.values():
            if column.type == "edtf":
                names |= {f"{column.name}_{part}" for part in ("edtf", "begin", "end")}
        return names | ({"lower", "upper"} if self.bounds else set())

    def target(self, source: str) -> NamedNode:
        """The named graph of a table in this folder."""
        return graph(f"source/{source}" if self.graph == "source" else self.graph)

    def bindings(self, row: Row) -> Iterator[dict[str, Term]]:
        """The solutions of a row: one, or as many as its longest list has values.

        Raises:
            InvalidTable: A cell does not fit its column.
        """
        single: dict[str, Term] = {"source": NamedNode(f"{ID}doc/{row.source}")}
        lists: dict[str, list[Term]] = {}
        for column in self.columns.values():
            found = list(tables.values(row, column))
            if column.many:
                lists[column.name] = found
            elif found:
                single[column.name] = found[0]
                if column.type == "edtf":
                    single |= _period(column.name, row.cells[column.name])
        if self.bounds:
            single |= _bounds(row)
        if not any(lists.values()):
            yield single
            return
        for values in zip_longest(*lists.values()):
            more = {name: v for name, v in zip(lists, values, strict=True) if v is not None}
            yield single | more

    def quads(self, table: Table, target: NamedNode | None = None) -> Iterator[Quad]:
        """The quads of a table.

        Args:
            table: A table with the columns of this mapping.
            target: The graph to put them into; by default that of the mapping.

        Yields:
            Quads in that graph.

        Raises:
            InvalidTable: A column or a cell is wrong.
        """
        tables.check_columns(table, self.columns)
        rows = [
            [binding.get(name) for name in self.variables]
            for row in table.rows
            for binding in self.bindings(row)
        ]
        graph_name = target or self.target(table.source)
        query = rq.bind(self.text, self.variables, rows)
        for triple in cast(QueryTriples, Store().query(query)):
            yield Quad(triple.subject, triple.predicate, triple.object, graph_name)


def _period(name: str, cell: str) -> dict[str, Term]:
    period = periods.parse(cell)
    found: dict[str, Term] = {f"{name}_edtf": Literal(period.edtf)}
    for part, day in (("begin", period.begin), ("end", period.end)):
        if day is not None:
            found[f"{name}_{part}"] = Literal(day, datatype=NamedNode(XSD + "date"))
    return found


def _bounds(row: Row) -> dict[str, Term]:
    cells = row.cells
    if not cells["value"]:
        return {}
    lower, upper = bounds.bounds(
        Decimal(cells["value"]),
        cells["value_text"],
        cells["qualifier"],
        cells["unit"].rpartition("/")[2],
    )
    found: dict[str, Term] = {}
    if lower is not None:
        found["lower"] = tables.decimal_literal(lower)
    if upper is not None:
        found["upper"] = tables.decimal_literal(upper)
    return found


def mappings() -> dict[str, Mapping]:
    """All mappings by the name of the table they read."""
    return {
        table: mapping
        for mapping in map(Mapping.from_file, rq.read_all("kg", "mappings"))
        for table in mapping.tables
    }

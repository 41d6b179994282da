"""Read the CSV tables and turn their cells into RDF terms, each error with its row and column.

A table's columns are described in the header of its mapping (`kg/mappings/<table>.rq`). The types:

    string text:zh          a literal, plain or language-tagged
    decimal integer boolean date iri
    id                      `kind/key` of a thing, e.g. `org/cas`
    fact                    a row number of this source, e.g. `0042`
    location                a place in this source, e.g. `s2.1.1`; or `source/s2.1.1` of another
    concept:scheme concept  a notation of that scheme; or `scheme/notation`
    scheme                  a scheme of concepts, e.g. `euroscivoc`
    term                    a class or property of our ontology, e.g. `hostedBy`
    edtf                    a period; also gives ?name_edtf, ?name_begin, ?name_end
    object                  what a relation leads to: `kind/key`, `v:scheme/notation`, `"…"`

A type followed by `*` is a list, separated by `|`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.resources.abc import Traversable
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg import messages, periods
from kg.errors import InvalidInput, InvalidTable
from kg.namespaces import ID, ISTC, VOCAB, XSD
from kg.rq import Term

LIST_SEPARATOR = "|"
#: Digits after and before the decimal point that engines reckon with.
_DECIMALS, _WHOLE_DIGITS = 18, 20
_KEY = re.compile(r"[a-z]+/[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_NOTATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LITERAL = re.compile(r'"(?P<text>[^"]*)"(?:\^\^(?P<type>date|string|integer|decimal))?')


@dataclass(frozen=True)
class Column:
    """A column: its type and what it is for.

    Attributes:
        name: As in the first line of the table.
        type: One of the types above, without the `*`.
        many: Whether a cell may hold a list.
        required: Whether a cell may be empty.
        property: Local name of the property that the cell ends up in, for error messages.
        label: Its name for people by language (`zh`, `en`); may be empty.
        about: What to write into it, by language.
        example: A cell as it may stand in it.
        declares: Class of the new things that names in it stand for, where nothing is known by
            them; empty when everything that it names must be known.
    """

    name: str
    type: str
    many: bool = False
    required: bool = False
    property: str | None = None
    label: Mapping[str, str] = field(default_factory=dict, compare=False)
    about: Mapping[str, str] = field(default_factory=dict, compare=False)
    example: str = field(default="", compare=False)
    declares: str = ""

    @classmethod
    def from_header(cls, name: str, described: dict[str, Any] | str) -> Column:
        """Read one entry of `columns:` in a mapping's header."""
        entry: dict[str, Any] = {"type": described} if isinstance(described, str) else described
        kind = str(entry["type"])
        return cls(
            name,
            kind.removesuffix("*"),
            kind.endswith("*"),
            bool(entry.get("required", False)),
            entry.get("property"),
            entry.get("label", {}),
            entry.get("about", {}),
            str(entry.get("example", "")),
            str(entry.get("declares", "")),
        )


@dataclass(frozen=True)
class Sheet:
    """Where rows stand that do not come from our own folders.

    Attributes:
        file: Name of the file.
        name: Name of its sheet; empty where a file is one table.
    """

    file: str
    name: str = ""

    def __str__(self) -> str:
        """As people look for it."""
        return f"{self.file}, sheet {self.name}" if self.name else self.file


@dataclass(frozen=True)
class Row:
    """A row of a table: where it stands and its cells as text."""

    table: str
    source: str
    number: int
    cells: dict[str, str]
    sheet: Sheet | None = None

    def where(self, column: str | None = None) -> str:
        """Source, table, row and column, as an analyst would look for them."""
        file = f"{self.source}/{self.table}.csv" if self.sheet is None else f"{self.sheet},"
        place = f"{file} row {self.number}"
        return place if column is None else f"{place}, column {column}"

    def place(self, column: str | None = None) -> dict[str, Any]:
        """The same as members."""
        sheet = self.sheet or Sheet(f"{self.source}/{self.table}.csv")
        return {"file": sheet.file, "sheet": sheet.name, "row": self.number, "column": column}


@dataclass(frozen=True)
class Table:
    """A table of one source: its name (the file's stem), its folder and its rows."""

    name: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)


def read(item: Traversable, source: str) -> Table:
    """Read one CSV table (RFC 4180, UTF-8, header line first).

    Args:
        item: The file.
        source: Name of its folder.

    Returns:
        The table; cells are stripped of surrounding blanks.

    Raises:
        InvalidTable: Not UTF-8, no header, a row of the wrong length or a key given twice.
    """
    name = item.name.removesuffix(".csv")
    where = f"{source}/{item.name}"
    try:
        text = item.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidTable(
            "The table is not UTF-8.", where=where, hint=f"Byte {error.start} is not valid."
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    seen: dict[str, int] = {}
    try:
        columns = tuple(cell.strip() for cell in next(reader, []))
        for number, cells in enumerate(reader, start=2):
            if not any(cells):
                continue
            if len(cells) != len(columns):
                raise InvalidTable(
                    f"The row has {len(cells)} cells, the header has {len(columns)}.",
                    where=f"{where} row {number}",
                    hint="Put cells that contain a comma in double quotes.",
                )
            row = Row(
                name,
                source,
                number,
                {c: v.strip() for c, v in zip(columns, cells, strict=True)},
            )
            key = row.cells.get(columns[0], "")
            if key in seen:
                raise InvalidTable(
                    f"The key {key} is given twice.",
                    where=row.where(columns[0]),
                    hint=f"It stands in row {seen[key]} already; use a new key.",
                )
            seen[key] = number
            rows.append(row)
    except csv.Error as error:
        raise InvalidTable(f"Not a CSV table: {error}.", where=where) from error
    if not columns:
        raise InvalidTable("The table is empty.", where=where, hint="Write the header line.")
    return Table(name, source, columns, tuple(rows))


def check_columns(table: Table, columns: dict[str, Column]) -> None:
    """Raise InvalidTable unless the table has exactly the columns of its mapping."""
    unknown = [name for name in table.columns if name not in columns]
    missing = [name for name in columns if name not in table.columns]
    if unknown or missing:
        parts = [f"unknown: {', '.join(unknown)}"] if unknown else []
        parts += [f"missing: {', '.join(missing)}"] if missing else []
        raise InvalidTable(
            f"The columns do not fit the table “{table.name}” ({'; '.join(parts)}).",
            where=f"{table.source}/{table.name}.csv row 1",
            hint=f"The columns are: {', '.join(columns)}.",
        )


def wrong(rule: str, row: Row, column: Column, cell: str, **gaps: object) -> InvalidTable:
    """The error of a cell that breaks a rule of `kg/messages.csv`.

    Args:
        rule: Name of the rule.
        row: The row of the cell.
        column: Its column.
        cell: What it holds.
        **gaps: What else the sentence needs.
    """
    return messages.invalid_table(
        rule, row.where(column.name), place=row.place(column.name), cell=cell, **gaps
    )


def _number(row: Row, column: Column, cell: str) -> Literal:
    try:
        number = Decimal(cell)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise wrong("not-decimal", row, column, cell)
    if number.adjusted() >= _WHOLE_DIGITS:
        raise wrong("number-range", row, column, cell)
    if column.type == "integer":
        if number != number.to_integral_value():
            raise wrong("not-whole", row, column, cell)
        return Literal(str(int(number)), datatype=NamedNode(XSD + "integer"))
    return decimal_literal(number)


def decimal_literal(number: Decimal) -> Literal:
    """An xsd:decimal in its canonical form, so that equal numbers are equal terms.

    It is rounded to the 18 decimals that every engine keeps (XML Schema 1.1, section 5.4).
    """
    text = format(number.normalize(), "f")
    if len(text.partition(".")[2]) > _DECIMALS:
        text = format(round(number, _DECIMALS).normalize(), "f")
    return Literal(text, datatype=NamedNode(XSD + "decimal"))


def _object(row: Row, column: Column, cell: str) -> Term:
    literal = _LITERAL.fullmatch(cell)
    if literal:
        return Literal(literal["text"], datatype=NamedNode(XSD + (literal["type"] or "string")))
    if cell.startswith("v:"):
        return NamedNode(VOCAB + cell[2:])
    return _thing(row, column, cell)


def _thing(row: Row, column: Column, cell: str) -> NamedNode:
    if not _KEY.fullmatch(cell):
        raise wrong("not-key", row, column, cell)
    return NamedNode(ID + cell)


def _concept(row: Row, column: Column, cell: str, scheme: str) -> NamedNode:
    path = f"{scheme}/{cell}" if scheme else cell
    given, _, notation = path.partition("/")
    if not given or not _NOTATION.fullmatch(notation):
        rule = "not-in-scheme" if scheme else "not-concept"
        raise wrong(rule, row, column, cell, scheme=scheme)
    return NamedNode(VOCAB + path)


def _date(row: Row, column: Column, cell: str) -> Literal:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell) or not _exists(cell):
        raise wrong("not-date", row, column, cell)
    return Literal(cell, datatype=NamedNode(XSD + "date"))


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def term(row: Row, column: Column, cell: str) -> Term:
    """The RDF term of one value of a cell.

    Args:
        row: Its row, for the source and for messages.
        column: Its column.
        cell: One value, not empty.

    Returns:
        The term.

    Raises:
        InvalidTable: The value does not fit the column's type.
    """
    kind, _, argument = column.type.partition(":")
    match kind:
        case "string":
            return Literal(cell)
        case "text":
            return Literal(cell, language=argument)
        case "decimal" | "integer":
            return _number(row, column, cell)
        case "boolean":
            if cell not in ("true", "false"):
                raise wrong("not-boolean", row, column, cell)
            return Literal(cell, datatype=NamedNode(XSD + "boolean"))
        case "date":
            return _date(row, column, cell)
        case "iri":
            if not re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", cell):
                raise wrong("not-iri", row, column, cell)
            return NamedNode(cell)
        case "id":
            return _thing(row, column, cell)
        case "fact":
            if not re.fullmatch(r"\d{4,9}", cell):
                raise wrong("not-fact", row, column, cell)
            return NamedNode(f"{ID}fact/{row.source}-{cell}")
        case "location":
            path = cell if "/" in cell else f"{row.source}/{cell}"
            return NamedNode(f"{ID}location/{path}")
        case "concept":
            return _concept(row, column, cell, argument)
        case "scheme":
            if not _NOTATION.fullmatch(cell):
                raise wrong("not-scheme", row, column, cell)
            return NamedNode(VOCAB + cell)
        case "term":
            return NamedNode(ISTC + cell)
        case "object":
            return _object(row, column, cell)
        case "edtf":
            try:
                return NamedNode(f"{ID}period/{periods.parse(cell).key}")
            except InvalidInput as error:
                backward = "ends before" in error.what
                rule = "backward-period" if backward else "not-period"
                raise wrong(rule, row, column, cell) from error
        case _:
            raise InvalidInput(f"Unknown column type {column.type}.", where=f"{row.table}.rq")


def values(row: Row, column: Column) -> Iterator[Term]:
    """The terms of a cell; none when it is empty.

    Raises:
        InvalidTable: A value does not fit, or a required cell is empty.
    """
    cell = row.cells[column.name]
    parts = [part.strip() for part in cell.split(LIST_SEPARATOR)] if column.many else [cell]
    parts = [part for part in parts if part]
    if not parts and column.required:
        raise wrong("empty-cell", row, column, "")
    for part in parts:
        yield term(row, column, part)

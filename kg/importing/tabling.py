"""From a grid to rows of a table that a mapping reads: which table, which columns, which cells.

A sheet is recognised by its name or title, else by its headings. Headings are names of columns or
their labels in either language, alone or together (`数值 / Value`). Rows whose first cell begins
with `#` are remarks, like the descriptions in our templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from kg.errors import InvalidTable
from kg.importing import cells as cells_
from kg.importing.naming import Names
from kg.importing.reading import Grid
from kg.mapping import Mapping as TableMapping
from kg.messages import invalid_table
from kg.namespaces import ID, VOCAB
from kg.tables import Column, Row, Sheet, values
from kg.tables import wrong as wrong_cell

#: Begins a row of remarks.
REMARK = "#"
_PARTS = re.compile(r"[/|\n（(\[]")
#: Digits after the decimal point that are kept.
_DECIMALS = 18
#: Columns that follow from others when they are empty, in tables of figures.
_GIVEN = {"qualifier": "exact", "period_basis": "stated"}


@dataclass(frozen=True)
class Layout:
    """How a sheet is read.

    Attributes:
        sheet: Where it stands.
        table: Name of the table.
        how: The mapping that reads it.
        columns: For each column of the sheet the name of the mapping's; None where it has none.
        headings: Heading of each column of the mapping that the sheet has.
        number: Number of the sheet in the import, from 1.
    """

    sheet: Sheet
    table: str
    how: TableMapping
    columns: tuple[str | None, ...]
    headings: Mapping[str, str]
    number: int


def _folded(text: str) -> str:
    return re.sub(r"[\s_*＊]+", "", text).casefold()


def _spellings(name: str, column: Column) -> set[str]:
    return {_folded(word) for word in (name, *column.label.values())}


def _column(heading: str, columns: Mapping[str, Column]) -> str | None:
    """The column that a heading names."""
    texts = [heading, *_PARTS.split(heading)]
    for text in filter(None, map(_folded, texts)):
        for name, column in columns.items():
            if text in _spellings(name, column):
                return name
    return None


def layout(
    grid: Grid, known: Mapping[str, TableMapping], number: int, *, own: bool = False
) -> Layout:
    """Recognise the table of a grid, and its columns.

    Args:
        grid: The grid.
        known: Mappings by the name of the table they read.
        number: Number of the sheet in the import.
        own: Whether the mapping is the user's: columns that it does not know are left out.

    Returns:
        How it is read.

    Raises:
        InvalidTable: It is none of the tables, or its columns do not fit.
    """
    table = _table(grid, known)
    how = known[table]
    found = tuple(_column(heading, how.columns) for heading in grid.header)
    place = {"file": grid.sheet.file, "sheet": grid.sheet.name, "row": 1, "column": None}
    where = f"{grid.sheet}, row 1"
    columns = ", ".join(how.columns)
    unknown = [h for h, name in zip(grid.header, found, strict=True) if name is None and h.strip()]
    if unknown and not own:
        names = ", ".join(unknown)
        raise invalid_table(
            "unknown-columns", where, place=place, table=table, names=names, columns=columns
        )
    twice = next((n for at, n in enumerate(found) if n is not None and n in found[:at]), None)
    if twice is not None:
        raise invalid_table("column-twice", where, place=place, name=twice)
    missing = [n for n, c in how.columns.items() if c.required and n not in found]
    missing = [n for n in missing if not follows(how, n)]
    if missing:
        names = ", ".join(missing)
        raise invalid_table(
            "missing-columns", where, place=place, table=table, names=names, columns=columns
        )
    headings = {n: h for h, n in zip(grid.header, found, strict=True) if n is not None}
    return Layout(grid.sheet, table, how, found, headings, number)


def follows(how: TableMapping, name: str) -> bool:
    """Whether a cell can follow from its row when it is left empty.

    Args:
        how: The mapping of the table.
        name: Name of the column.
    """
    column = how.columns[name]
    if column.type in ("fact", "location") or (name == "key" and column.type == "id"):
        return True
    return how.bounds and name in ("value_text", *_GIVEN)


def _table(grid: Grid, known: Mapping[str, TableMapping]) -> str:
    if len(known) == 1:
        return next(iter(known))
    named = {_folded(table): table for table in known}
    for table, how in known.items():
        named |= {_folded(title): table for title in how.titles.get(table, {}).values()}
    stem = Path(grid.sheet.file.removesuffix(".gz")).stem
    for text in (grid.sheet.name, stem):
        for part in (text, *_PARTS.split(text)):
            if _folded(part) in named:
                return named[_folded(part)]
    fitting = [
        table
        for table, how in known.items()
        if all(_column(heading, how.columns) for heading in grid.header)
        and all(
            follows(how, name) or name in {_column(h, how.columns) for h in grid.header}
            for name, column in how.columns.items()
            if column.required
        )
    ]
    kinds = {known[table].name for table in fitting}
    if len(kinds) == 1:
        return fitting[0]
    place = {"file": grid.sheet.file, "sheet": grid.sheet.name}
    raise invalid_table("unknown-table", str(grid.sheet), place=place, tables=", ".join(known))


def rows(plan: Layout, grid: Grid, source: str) -> Iterator[tuple[Row, tuple[InvalidTable, ...]]]:
    """The rows of a grid with cells as their columns read them, names not resolved yet.

    Args:
        plan: How it is read.
        grid: The grid; it is used up.
        source: Key of the source.

    Yields:
        Rows in which what follows from the row itself is filled in: keys of facts, places,
        the figure as printed and its qualifier; and what is wrong with single cells.
    """
    columns = plan.how.columns
    for record in grid.rows:
        number, given = record.number, record.cells
        if given[0].lstrip().startswith(REMARK):
            continue
        raw = {n: text for n, text in zip(plan.columns, given, strict=True) if n is not None}
        cells = {name: _cell(raw.get(name, ""), column) for name, column in columns.items()}
        if plan.how.bounds:
            _figure(raw, cells)
        for name, column in columns.items():
            if cells[name]:
                continue
            if name == "key" and column.type == "fact":
                cells[name] = f"{plan.number:02d}{number:07d}"
            elif name == "location" and column.required:
                cells[name] = place_key(plan, number)
        yield Row(plan.table, source, number, cells, plan.sheet), record.wrong


def place_key(plan: Layout, number: int) -> str:
    """Key of the place that a row itself is."""
    return f"row-{plan.number}-{number}"


def _cell(text: str, column: Column) -> str:
    if column.many:
        return cells_.joined(cells_.parts(text, column.type))
    return cells_.cell(text, column.type)


def _figure(raw: Mapping[str, str], cells: dict[str, str]) -> None:
    """What follows from a figure as it is written."""
    printed = " ".join(raw.get("value", "").split())
    worded = cells_.figure(printed)[1] or cells_.figure(cells["value_text"])[1]
    cells["value_text"] = cells["value_text"] or printed
    cells["qualifier"] = cells["qualifier"] or worded or _GIVEN["qualifier"]
    cells["period_basis"] = cells["period_basis"] or _GIVEN["period_basis"]


def resolved(row: Row, plan: Layout, names: Names) -> tuple[Row, list[InvalidTable]]:
    """A row with keys in place of names, and all that is wrong with it.

    Args:
        row: The row.
        plan: How it is read.
        names: Finds what cells mean.

    Returns:
        The row, and an error for each cell that is wrong.
    """
    wrong: list[InvalidTable] = []
    cells = dict(row.cells)
    for name, column in plan.how.columns.items():
        cell = cells[name]
        if name == "value_text" and plan.how.bounds and not (cell or cells["value"]):
            continue  # It would follow from the figure, which is told to be missing.
        try:
            if cell and name != "key":
                parts = cells_.parts(cell, column.type) if column.many else [cell]
                cells[name] = cells_.joined([names.resolved(row, column, part) for part in parts])
            for _ in values(Row(row.table, row.source, row.number, cells, row.sheet), column):
                pass
            if column.type == "decimal" and not column.many and _vanishes(cell or "0"):
                raise wrong_cell("number-small", row, column, cell)
        except InvalidTable as error:
            wrong.append(error)
    return Row(row.table, row.source, row.number, cells, row.sheet), wrong


def _vanishes(cell: str) -> bool:
    """Whether a number is so small that nothing would be left of it."""
    number = Decimal(cell)
    return bool(number) and number.adjusted() < -_DECIMALS


def declares(row: Row, plan: Layout) -> Iterator[tuple[str, Iterable[str]]]:
    """What a row declares but things under keys of their own: IRI and names."""
    first = next(iter(plan.how.columns.values()))
    cell = row.cells[first.name]
    names = [row.cells.get(name, "") for name in ("label_zh", "label_en")]
    for name in ("alt_zh", "alt_en"):
        names += row.cells.get(name, "").split("|")
    names = [name for name in names if name]
    if not cell:
        return
    if first.type == "fact":
        yield f"{ID}fact/{row.source}-{cell}", ()
    elif first.type == "location":
        yield f"{ID}location/{cell if '/' in cell else f'{row.source}/{cell}'}", ()
    elif first.type in ("concept", "scheme"):
        yield VOCAB + cell, names
    if row.cells.get("thing"):
        yield ID + row.cells["thing"], names


__all__ = ["REMARK", "Layout", "declares", "follows", "layout", "place_key", "resolved", "rows"]

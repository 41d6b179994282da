"""Sheets of a workbook (Office Open XML, ISO/IEC 29500) as a stream of text."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kg.errors import InvalidTable
from kg.messages import invalid_table

_OLE = b"\xd0\xcf\x11\xe0"
_PROLOG = 65536
_CHUNK = 1 << 20
#: Digits of a number that a workbook keeps.
_DIGITS = 15
#: Rows as they come: number, cells, and what is wrong with single cells.
Raw = Iterator[tuple[int, list[str], list[InvalidTable]]]


def sheets(path: Path, name: str, most: int) -> Iterator[tuple[str, Raw]]:
    """The sheets of a workbook, those that are hidden left out.

    Args:
        path: The file.
        name: How its sender calls it.
        most: Bytes that it may have at most when it is unpacked.

    Yields:
        The title of a sheet, and its rows: number and cells as text. Formulas give the value that
        was stored with them, dates and shares what a reader sees.

    Raises:
        InvalidTable: It is damaged, protected or too large; a cell holds an error, or a formula
            without a value.
    """
    formulas = _inspected(path, name, most)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        written = openpyxl.load_workbook(path, read_only=True) if formulas else None
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    # What the file says of its size may be wrong.
                    sheet.reset_dimensions()
                    other = None if written is None else written[sheet.title]
                    yield sheet.title, _rows(sheet, other, name)
        finally:
            book.close()
            if written is not None:
                written.close()
    except (
        zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, ParseError,
        InvalidFileException, AttributeError, IndexError,
    ) as error:  # fmt: skip
        why = str(error).strip("'\"") or type(error).__name__
        raise invalid_table("not-xlsx", name, place={"file": name}, why=why) from error


def _inspected(path: Path, name: str, most: int) -> bool:
    """Refuse archives that are none, or unpack without end; tell whether there are formulas."""
    place = {"file": name}
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            raise invalid_table("old-xls", name, place=place)
    formulas = False
    size = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if not member.filename.endswith((".xml", ".rels")):
                    continue
                with archive.open(member) as file:
                    chunk = file.read(_PROLOG)
                    if re.search(rb"<!DOCTYPE|<!ENTITY", chunk, re.IGNORECASE):
                        raise invalid_table("document-type", name, place=place)
                    tail = b""
                    while chunk:
                        size += len(chunk)
                        if size > most:
                            raise invalid_table("unpacked-size", name, place=place, most=most)
                        if not formulas and "/worksheets/" in member.filename:
                            formulas = re.search(rb"<f[ />]", tail + chunk) is not None
                        tail = chunk[-2:]
                        chunk = file.read(_CHUNK)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise invalid_table("not-xlsx", name, place=place, why=error) from error
    return formulas


def _rows(sheet: Any, written: Any, name: str) -> Raw:
    formulas = iter(()) if written is None else written.iter_rows()
    for number, (cells, other) in enumerate(zip_longest(sheet.iter_rows(), formulas), start=1):
        if cells is None:
            return
        texts = [_text(cell) for cell in cells]
        wrong = []
        for at, cell in enumerate(cells):
            if cell.value is not None and cell.data_type != "e":
                continue
            place = {"file": name, "sheet": sheet.title, "row": number, "column": str(at + 1)}
            where = f"{name}, sheet {sheet.title}, row {number}, column {at + 1}"
            if cell.data_type == "e":
                wrong.append(invalid_table("cell-error", where, place=place, cell=texts[at]))
            if other and cell.value is None and at < len(other) and other[at].data_type == "f":
                formula = str(other[at].value)
                wrong.append(invalid_table("no-value", where, place=place, cell=formula))
        yield number, texts, wrong


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        number = Decimal(f"{value:.{_DIGITS}g}")
        if "%" in (cell.number_format or ""):
            return f"{_plain(number * 100)}%"
        return _plain(number)
    return str(value)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

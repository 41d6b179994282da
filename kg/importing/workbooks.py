"""Sheets of a workbook (Office Open XML, ISO/IEC 29500) as a stream of text."""

from __future__ import annotations

import errno
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

from kg import resources
from kg.messages import invalid_table

_OLE = b"\xd0\xcf\x11\xe0"
_PROLOG = 65536
_CHUNK = 1 << 20
#: Digits of a number that a workbook keeps.
_DIGITS = 15
#: What damaged workbooks make the reader of workbooks raise; also an OSError without a number.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, TypeError, AttributeError,
    ArithmeticError, RuntimeError, ParseError, struct.error, InvalidFileException,
    CellCoordinatesException,
)  # fmt: skip
#: What is not shown of a number format: texts, signs after a mark, colours and languages.
_LITERALS = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]|AM/PM|A/P|General', re.IGNORECASE | re.DOTALL)
#: Its parts for a date and a time, each as often as it is written.
_PARTS = re.compile(r"y+|e+|m+|d+|h+|s+", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, before its heading is known.

    Attributes:
        at: Number of its column, from 0.
        rule: The rule of `kg/messages.csv` that it breaks.
        gaps: What fills the gaps of the sentence.
    """

    at: int
    rule: str
    gaps: Mapping[str, str] = field(default_factory=dict)


#: Rows as they come: number, cells, and what is wrong with single cells.
Raw = Iterator[tuple[int, list[str], list[Fault]]]


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
    with _whole(name):
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


@contextmanager
def _whole(name: str) -> Iterator[None]:
    """Refuse a workbook that its reader fails on; rows are read long after it was opened."""
    try:
        yield
    except (*_DAMAGED, OSError) as error:
        # The system numbers its errors; a full disk is no fault of the file.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        # The text of a KeyError is its key in quotes.
        text = error.args[0] if isinstance(error, KeyError) and error.args else error
        why = str(text) or type(error).__name__
        raise invalid_table("not-xlsx", name, place={"file": name}, why=why) from error


def _inspected(path: Path, name: str, most: int) -> bool:
    """Refuse archives that are none, or unpack without end; tell whether there are formulas."""
    place = {"file": name}
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            raise invalid_table("old-xls", name, place=place)
    formulas = False
    size = 0
    with _whole(name), zipfile.ZipFile(path) as archive:
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
    return formulas


def _rows(sheet: Any, written: Any, name: str) -> Raw:
    with _whole(name):
        formulas = iter(()) if written is None else written.iter_rows()
        for number, (cells, other) in enumerate(zip_longest(sheet.iter_rows(), formulas), start=1):
            if cells is None:
                return
            texts = [_text(cell) for cell in cells]
            wrong = []
            for at, cell in enumerate(cells):
                if cell.data_type == "e":
                    wrong.append(Fault(at, "cell-error", {"cell": texts[at]}))
                    continue
                source = other[at] if other and at < len(other) else None
                if cell.value is None and source is not None and source.data_type == "f":
                    wrong.append(Fault(at, "no-value", {"cell": str(source.value)}))
            yield number, texts, wrong


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and cell.style_array.numFmtId in _undeclared():
        # What is no day of the calendar stays the number that it is.
        with suppress(OverflowError, ValueError):
            value = from_excel(value, cell.parent.parent.epoch)
    if isinstance(value, date):
        return _moment(value, _format(cell))
    if isinstance(value, int | float):
        number = Decimal(f"{value:.{_DIGITS}g}")
        return f"{_plain(number * 100)}%" if "%" in _format(cell) else _plain(number)
    return str(value)


def _format(cell: Any) -> str:
    """The number format of a cell that holds something."""
    return _undeclared().get(cell.style_array.numFmtId) or cell.number_format or ""


@cache
def _undeclared() -> Mapping[int, str]:
    """Formats of dates that Chinese programs use and no workbook declares, by their number.

    ISO/IEC 29500-1, section 18.8.30, the table for zh-cn: the reader of workbooks knows none.
    """
    table = resources.rows("kg", "importing", "number_formats.csv")
    return {int(row["id"]): row["format"] for row in table}


def _moment(value: date, number_format: str) -> str:
    """A date as far as its reader sees it: a workbook keeps a day of each month and year."""
    parts = _shown(number_format)
    if "y" in parts and "d" not in parts and "t" not in parts:
        return f"{value.year:04d}-{value.month:02d}" if "m" in parts else f"{value.year:04d}"
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat(timespec="seconds")
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"


@cache
def _shown(number_format: str) -> frozenset[str]:
    """Which of `y`, `m` and `d` a number format shows of a date, and `t` where a time of day."""
    first = _LITERALS.sub("", number_format).partition(";")[0]
    parts = [part.lower() for part in _PARTS.findall(first)]
    shown = set()
    for before, part, after in zip(["", *parts], parts, [*parts[1:], ""], strict=False):
        minutes = part in ("m", "mm") and (before.startswith("h") or after.startswith("s"))
        if part[0] == "m" and not minutes:
            shown.add("m")
        elif part[0] in "ye":
            shown.add("y")
        elif minutes or part[0] in "hs":
            shown.add("t")
        elif part in ("d", "dd"):
            # More of them are the day of the week.
            shown.add("d")
    return frozenset(shown)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text

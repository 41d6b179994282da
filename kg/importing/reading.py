"""From a file to grids of text: CSV, TSV, XLSX and JSON, as a stream, each bounded.

A grid has a header and rows of cells as text, with the number of the row as a spreadsheet or an
editor shows it. What is damaged is refused with file, sheet, row and column: encodings that are not
known, archives that are cut off or unpack without end, lines and cells without end, control
characters, formulas without a value. Formulas and markup in a text are text.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import tempfile
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kg.errors import InvalidTable
from kg.importing import members
from kg.messages import invalid_table
from kg.tables import Sheet

if TYPE_CHECKING:
    from kg.importing.workbooks import Fault, Raw

#: Characters of a line and of a cell at most.
LINE = 1_000_000
CELL = 100_000
_CHUNK = 1 << 20
_SEPARATORS = (",", "\t", ";")
#: Of the Chinese characters of a real text in GB18030, most are in GB 2312; of other bytes few are.
_COMMON = 0.7
_SAMPLE = 200_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GZIP = b"\x1f\x8b"
_ALLOWED = "\t\n\r"


@dataclass(frozen=True)
class Record:
    """A row of a grid.

    Attributes:
        number: Number of the row, as a spreadsheet or an editor shows it.
        cells: Its cells, as many as there are headings.
        wrong: What is wrong with single cells.
    """

    number: int
    cells: tuple[str, ...]
    wrong: tuple[InvalidTable, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table as it stands in a file.

    Attributes:
        sheet: Where it stands.
        header: Its headings.
        rows: Its rows, to be read once.
    """

    sheet: Sheet
    header: tuple[str, ...]
    rows: Iterator[Record]


def grids(path: Path, most: int, name: str = "") -> Iterator[Grid]:
    """The tables of a file.

    Args:
        path: The file, also packed with gzip.
        most: Bytes that it may have at most when it is unpacked.
        name: How its sender calls it; its own name when left out.

    Yields:
        Its tables, to be read one after the other.

    Raises:
        InvalidTable: It is damaged, too large, or none of these formats.
    """
    called = name or path.name
    with unpacked(path, most, called) as (file, ending):
        reader = _READERS.get(Path(ending).suffix.lower())
        if reader is None:
            raise invalid_table("unknown-format", called, place={"file": called}, name=called)
        yield from reader(file, called, most)


def is_table(name: str) -> bool:
    """Whether the ending of a file says that it holds tables."""
    return Path(name.removesuffix(".gz")).suffix.lower() in _READERS


@contextmanager
def unpacked(path: Path, most: int, name: str) -> Iterator[tuple[Path, str]]:
    """A file without its gzip, and its name without `.gz`.

    Args:
        path: The file.
        most: Bytes that it may have at most when it is unpacked.
        name: How its sender calls it.

    Yields:
        The file, or a copy that is removed afterwards.

    Raises:
        InvalidTable: It is too large, or the archive is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="istc-import-") as folder:
        yield plain(path, most, name, Path(folder)), name.removesuffix(".gz")


def plain(path: Path, most: int, name: str, folder: Path) -> Path:
    """A file without its gzip: itself, or a copy in a folder.

    Args:
        path: The file.
        most: Bytes that it may have at most when it is unpacked.
        name: How its sender calls it.
        folder: Where a copy is made.

    Raises:
        InvalidTable: It is too large, or the archive is damaged.
    """
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    if not packed:
        if path.stat().st_size > most:
            raise _too_large(name, most)
        return path
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as out:
        _inflate(path, out, most, name)
    return Path(out.name)


def _inflate(path: Path, out: IO[bytes], most: int, name: str) -> None:
    size = 0
    try:
        with gzip.open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise _too_large(name, most)
                out.write(chunk)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise invalid_table("not-gzip", name, place={"file": name}) from error


def _too_large(name: str, most: int) -> InvalidTable:
    return invalid_table("unpacked-size", name, place={"file": name}, most=most)


# --- text -----------------------------------------------------------------------------------------


def encoding(path: Path, name: str) -> str:
    """The encoding of a text: UTF-8, UTF-16 with its mark, or GB18030.

    Args:
        path: The file; it is read through once.
        name: How its sender calls it.

    Raises:
        InvalidTable: It is none of these; with the number of the byte.
    """
    with path.open("rb") as file:
        begin = file.read(4)
    marked = next((known for mark, known in _BOMS if begin.startswith(mark)), None)
    if marked:
        wrong = _undecodable(path, marked)
        if wrong is None:
            return marked
        raise invalid_table("encoding", name, place={"file": name}, byte=wrong)
    wrong = _undecodable(path, "utf-8")
    if wrong is None:
        return "utf-8"
    if _undecodable(path, "gb18030") is None and _is_chinese(path):
        return "gb18030"
    raise invalid_table("encoding", name, place={"file": name}, byte=wrong)


def _undecodable(path: Path, known: str) -> int | None:
    """Number of the first byte that does not fit an encoding, None when all do."""
    decoder = codecs.getincrementaldecoder(known)("strict")
    done = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return done + error.start + 1
            if not chunk:
                return None
            done += len(chunk)


def _is_chinese(path: Path) -> bool:
    """Whether a text in GB18030 holds the characters that Chinese is written with."""
    with path.open("rb") as file:
        text = file.read(_SAMPLE).decode("gb18030", "ignore")
    letters = [c for c in text if ord(c) > 0x7F]
    common = sum(1 for c in letters if _in_gb2312(c))
    return bool(letters) and common >= _COMMON * len(letters)


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _lines(file: IO[str], name: str) -> Iterator[str]:
    number = 0
    while line := file.readline(LINE):
        number += 1
        if len(line) == LINE and not line.endswith("\n"):
            where = f"{name}, line {number}"
            raise invalid_table("long-line", where, place={"file": name, "line": number}, most=LINE)
        yield line


def _text(path: Path, name: str, _most: int) -> Iterator[Grid]:
    sheet = Sheet(name)
    with path.open(encoding=encoding(path, name), newline="") as file:
        first = file.readline(LINE)
        separator = max(
            _SEPARATORS, key=lambda sign: len(next(csv.reader([first], delimiter=sign), []))
        )
        file.seek(0)
        csv.field_size_limit(LINE)
        reader = csv.reader(_lines(file, name), delimiter=separator, strict=True)
        yield from _grid(sheet, _records(reader, name))


def _records(reader: Any, name: str) -> Raw:
    try:
        while True:
            # The line on which a record begins, as editors count.
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            yield number, cells, []
    except csv.Error as error:
        place = {"file": name, "line": reader.line_num}
        where = f"{name}, line {reader.line_num}"
        raise invalid_table("not-csv", where, place=place, why=error) from error


def _grid(sheet: Sheet, records: Raw) -> Iterator[Grid]:
    """A grid from rows whose first that is not empty is the header; empty rows are left out."""
    rows = (record for record in records if any(map(str.strip, record[1])) or record[2])
    head = next(rows, None)
    if head is None:
        place = {"file": sheet.file, "sheet": sheet.name}
        raise invalid_table("empty-table", str(sheet), place=place)
    number, header, faults = head
    while header and not header[-1].strip():
        header.pop()
    wrong = [_fault(fault, sheet, number, str(fault.at + 1)) for fault in faults]
    wrong += [e for at, text in enumerate(header, 1) for e in _wrong(text, sheet, number, str(at))]
    if wrong:
        raise wrong[0]
    names = tuple(text.strip() for text in header)
    yield Grid(sheet, names, _body(sheet, names, rows))


def _body(sheet: Sheet, names: tuple[str, ...], rows: Raw) -> Iterator[Record]:
    width = len(names)
    headings = dict(enumerate(names))
    for number, given, faults in rows:
        wrong = [_fault(f, sheet, number, headings.get(f.at) or str(f.at + 1)) for f in faults]
        cells = given[:width] + [""] * (width - len(given))
        for at, text in enumerate(given[width:], width + 1):
            if text.strip():
                place = _place(sheet, number, str(at))
                where = f"{sheet}, row {number}, column {at}"
                wrong.append(invalid_table("beyond-header", where, place=place, cell=text))
        for name, text in zip(names, cells, strict=True):
            wrong.extend(_wrong(text, sheet, number, name))
        yield Record(number, tuple(cells), tuple(wrong))


def _place(sheet: Sheet, number: int, column: str) -> dict[str, Any]:
    return {"file": sheet.file, "sheet": sheet.name, "row": number, "column": column}


def _fault(fault: Fault, sheet: Sheet, number: int, column: str) -> InvalidTable:
    place = _place(sheet, number, column)
    where = f"{sheet}, row {number}, column {column}"
    return invalid_table(fault.rule, where, place=place, **fault.gaps)


def _wrong(text: str, sheet: Sheet, number: int, column: str) -> Iterator[InvalidTable]:
    """What is wrong with the characters of a cell."""
    where = f"{sheet}, row {number}, column {column}"
    place = _place(sheet, number, column)
    if len(text) > CELL:
        yield invalid_table("long-cell", where, place=place, most=CELL)
        return
    if text.isprintable() and "\ufffd" not in text:
        return
    for character in text:
        if unicodedata.category(character) == "Cc" and character not in _ALLOWED:
            code = f"U+{ord(character):04X}"
            yield invalid_table("control-character", where, place=place, code=code)
            return
    if "\ufffd" in text:
        yield invalid_table("replacement-character", where, place=place)


# --- workbooks and JSON ---------------------------------------------------------------------------


def _workbook(path: Path, name: str, most: int) -> Iterator[Grid]:
    # The reader of workbooks takes a quarter of a second to import.
    from kg.importing import workbooks

    empty = True
    for title, records in workbooks.sheets(path, name, most):
        try:
            for grid in _grid(Sheet(name, title), records):
                empty = False
                yield grid
        except InvalidTable as error:
            # An empty sheet beside others is nothing to complain of.
            if error.extra.get("rule") != "empty-table":
                raise
    if empty:
        raise invalid_table("empty-table", name, place={"file": name})


def _json(path: Path, name: str, _most: int) -> Iterator[Grid]:
    """Records of a list; its place in the list counts as the row, from 1."""
    header = tuple(dict.fromkeys(key for record in members.records(path, name) for key in record))
    if not header:
        raise invalid_table("not-records", name, place={"file": name})
    sheet = Sheet(name)

    def rows() -> Raw:
        for number, record in enumerate(members.records(path, name), start=1):
            if any(record.values()):
                yield number, [record.get(key, "") for key in header], []

    yield Grid(sheet, header, _body(sheet, header, rows()))


_READERS: dict[str, Callable[[Path, str, int], Iterator[Grid]]] = {
    ".csv": _text,
    ".tsv": _text,
    ".txt": _text,
    ".xlsx": _workbook,
    ".json": _json,
    ".jsonl": _json,
    ".ndjson": _json,
}

__all__ = ["CELL", "LINE", "Grid", "Record", "encoding", "grids", "is_table", "plain", "unpacked"]

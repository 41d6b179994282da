"""Workbooks that are damaged, and dates as far as their reader sees them."""

from __future__ import annotations

import datetime
import errno
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from kg.errors import InvalidTable
from kg.importing import reading

MOST = 10_000_000


def made(folder: Path, *cells: object, number_format: str = "General") -> Path:
    """A workbook with a heading and cells below it."""
    book = openpyxl.Workbook()
    book.active.append(["a"])
    for cell in cells:
        book.active.append([cell])
        book.active.cell(book.active.max_row, 1).number_format = number_format
    path = folder / "made.xlsx"
    book.save(path)
    return path


def damaged(path: Path, member: str, old: bytes | None, new: bytes) -> None:
    """Change a member of a workbook; all of it where nothing is named."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert old is None or old in members[member]
    members[member] = new if old is None else members[member].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def cells(path: Path) -> list[str]:
    """All cells of the first column."""
    with closing(reading.grids(path, MOST)) as found:
        return [row.cells[0] for grid in found for row in grid.rows]


SHEET = "xl/worksheets/sheet1.xml"
TEXT = b't="inlineStr"><is><t>text</t></is>'


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        (SHEET, b'r="A2"', b'r="ZZZZZ1"'),
        (SHEET, b'r="A2"', b'r="2"'),
        (SHEET, b'<row r="2"', b'<row r="abc"'),
        (SHEET, TEXT, b't="s"><v>99</v>'),
        (SHEET, TEXT, b't="s"><v>abc</v>'),
        (SHEET, TEXT, b't="d"><v>2023-13-45</v>'),
        (SHEET, TEXT, b"><v>1</v>&"),
        ("[Content_Types].xml", None, b"<Types/>"),
        ("[Content_Types].xml", None, b""),
    ],
)
def test_a_workbook_that_is_damaged_inside_is_told_to_be_not_whole(
    tmp_path: Path, member: str, old: bytes | None, new: bytes
) -> None:
    path = made(tmp_path, "text")
    damaged(path, member, old, new)
    with pytest.raises(InvalidTable) as caught:
        cells(path)
    assert caught.value.extra["rule"] == "not-xlsx"
    assert caught.value.extra["place"]["file"] == "made.xlsx"


def test_a_full_disk_is_no_fault_of_the_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = made(tmp_path, "text")
    monkeypatch.setattr(openpyxl, "load_workbook", full)
    with pytest.raises(OSError, match="No space") as caught:
        cells(path)
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("number_format", "seen"),
    [
        ('yyyy"年"m"月"', "2023-05"),
        ('yyyy"年"m"月";@', "2023-05"),
        ('[$-804]yyyy"年"m"月"', "2023-05"),
        ("mmm-yy", "2023-05"),
        ("yyyy\\-mm", "2023-05"),
        ("YYYY-MM", "2023-05"),
        ("[Red]mmmm\\ yyyy", "2023-05"),
        ("yyyy", "2023"),
        ('yyyy"年度"', "2023"),
        ('yyyy"d"', "2023"),
        ("yyyy-mm-dd", "2023-05-01"),
        ('[$-804]yyyy"年"m"月"d"日";@', "2023-05-01"),
        ("mm-dd-yy", "2023-05-01"),
        ("dddd, mmmm dd, yyyy", "2023-05-01"),
        ("yyyy-mm-dd hh:mm", "2023-05-01"),
        # A reader sees no year either; the day is all that there is.
        ('m"月"d"日"', "2023-05-01"),
    ],
)
@pytest.mark.parametrize("kind", [datetime.date, datetime.datetime])
def test_a_date_is_read_as_far_as_its_number_format_shows_it(
    tmp_path: Path, number_format: str, seen: str, kind: Callable[..., datetime.date]
) -> None:
    assert cells(made(tmp_path, kind(2023, 5, 1), number_format=number_format)) == [seen]


@pytest.mark.parametrize(
    ("number", "value", "seen"),
    [
        (31, "45047", "2023-05-01"),
        (57, "45047", "2023-05"),
        (27, "45053", "2023-05"),
        (58, "45053", "2023-05-07"),
        (31, "45053.5", "2023-05-07T12:00:00"),
        (32, "0.5", "12:00:00"),
        (57, "-1", "1899-12"),
        (57, "1e10", "10000000000"),
    ],
)
def test_formats_that_chinese_programs_do_not_declare_are_dates(
    tmp_path: Path, number: int, value: str, seen: str
) -> None:
    path = made(tmp_path, 12345, number_format="yyyy/mm")
    old = b'numFmtId="164" fontId'
    damaged(path, "xl/styles.xml", old, b'numFmtId="%d" fontId' % number)
    damaged(path, SHEET, b"<v>12345</v>", b"<v>%s</v>" % value.encode())
    assert cells(path) == [seen]


@pytest.mark.parametrize("number_format", ["yyyy-mm-dd h:mm", "yyyy/m/d hh:mm:ss AM/PM"])
def test_minutes_are_no_months_and_stay_with_their_day(tmp_path: Path, number_format: str) -> None:
    moment = datetime.datetime(2023, 5, 7, 13, 4)
    path = made(tmp_path, moment, number_format=number_format)
    assert cells(path) == ["2023-05-07T13:04:00"]
    assert cells(made(tmp_path, moment, number_format="yyyy hh:mm")) == ["2023-05-07T13:04:00"]


def test_what_is_wrong_with_a_cell_names_the_heading_of_its_column(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["编号", "数值"])
    book.active.append([1, "=1+1"])
    book.active.append([2, "#REF!"])
    book.active.append([3, 4, "#N/A"])
    path = tmp_path / "made.xlsx"
    book.save(path)
    [found] = [[row.wrong for row in grid.rows] for grid in reading.grids(path, MOST)]
    told = [(e.extra["rule"], e.extra["place"]["column"]) for wrong in found for e in wrong]
    assert told[:2] == [("no-value", "数值"), ("cell-error", "数值")]
    # Beyond the header there is none.
    assert {column for _, column in told[2:]} == {"3"}
    assert "column 数值" in (found[0][0].where or "")

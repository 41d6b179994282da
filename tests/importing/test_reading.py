"""Files and cells as people have them: what is read, and what is refused with its place."""

from __future__ import annotations

import datetime
import gzip
import zipfile
from pathlib import Path

import openpyxl
import pytest

from kg.errors import InvalidTable
from kg.importing import cells, reading, templates
from kg.importing.reading import Grid

MOST = 10_000_000
HEADER = "key,about,value\n"


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read(path: Path, most: int = MOST) -> list[tuple[Grid, list[tuple[int, tuple[str, ...]]]]]:
    """All tables of a file, and what is wrong in a cell as an error."""
    found = []
    for grid in reading.grids(path, most):
        rows = list(grid.rows)
        for row in rows:
            for error in row.wrong:
                raise error
        found.append((grid, [(row.number, row.cells) for row in rows]))
    return found


# --- encodings, separators, formats ---------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_is_read_in_the_encodings_and_with_the_separators_of_practice(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    text = separator.join(["编号", "名称"]) + "\r\n" + separator.join(["1", "中国科学院"]) + "\r\n"
    [(grid, rows)] = read(written(tmp_path, "表.csv", text.encode(encoding)))
    assert grid.header == ("编号", "名称")
    assert rows == [(2, ("1", "中国科学院"))]


def test_what_is_neither_utf_8_nor_chinese_is_refused_and_not_read_as_other_letters(
    tmp_path: Path,
) -> None:
    data = "name,city\nUniversité de Genève,Zürich\nUniversität,Münster\n".encode("cp1252")
    with pytest.raises(InvalidTable) as caught:
        read(written(tmp_path, "x.csv", data))
    assert caught.value.extra["rule"] == "encoding"
    assert "UTF-8" in (caught.value.hint or "")


def test_a_workbook_is_read_sheet_by_sheet_with_typed_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "数据"
    sheet.append(["a", "b", "c", "d", "e"])
    sheet.append([1118, datetime.date(2023, 5, 1), True, 0.441, "=SUM(1,2)"])
    sheet["D2"].number_format = "0.0%"
    sheet["E2"].data_type = "s"
    book.create_sheet("empty")
    book.create_sheet("more").append(["x"])
    book["more"].append(["0042"])
    path = tmp_path / "b.xlsx"
    book.save(path)
    found = read(path)
    assert [grid.sheet.name for grid, _ in found] == ["数据", "more"]
    # A formula that is written as a text is a text.
    assert found[0][1] == [(2, ("1118", "2023-05-01", "true", "44.1%", "=SUM(1,2)"))]
    assert found[1][1] == [(2, ("0042",))]


def test_json_is_read_as_records_with_members_by_their_path(tmp_path: Path) -> None:
    data = b'[{"id": 1, "title": {"en": "A"}, "tags": ["x", "y"]}, {"id": 2, "open": true}]'
    lines = b'{"id": 1, "title": {"en": "A"}, "tags": ["x", "y"]}\n{"id": 2, "open": true}\n'
    results = b'{"meta": {"count": 2}, "results": ' + data + b"}"
    for name, text in (("a.json", data), ("b.jsonl", lines), ("c.json", results)):
        [(grid, rows)] = read(written(tmp_path, name, text))
        assert grid.header == ("id", "title.en", "tags", "open")
        assert rows == [(1, ("1", "A", "x|y", "")), (2, ("2", "", "", "true"))]


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    [(_, rows)] = read(written(tmp_path, "a.csv.gz", gzip.compress(b"a,b\n1,2\n")))
    assert rows == [(2, ("1", "2"))]


# --- what is refused ------------------------------------------------------------------------------


def workbook(tmp_path: Path, cell: object) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append([cell])
    path = tmp_path / "made.xlsx"
    book.save(path)
    return path.read_bytes()


def bomb(tmp_path: Path) -> bytes:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * 20_000_000 + b"</a>")
    return path.read_bytes()


def entities(tmp_path: Path) -> bytes:
    path = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "make", "rule", "place"),
    [
        ("a.csv.gz", lambda p: gzip.compress(b"a\n" * 9_000_000), "unpacked-size", {}),
        ("a.csv.gz", lambda p: gzip.compress(b"a,b\n1,2\n" * 99)[:-9], "not-gzip", {}),
        ("a.xlsx", bomb, "unpacked-size", {}),
        ("a.xlsx", entities, "document-type", {}),
        ("a.xlsx", lambda p: workbook(p, 1)[:2000], "not-xlsx", {}),
        ("a.xlsx", lambda p: b"\xd0\xcf\x11\xe0" + b"x" * 99, "old-xls", {}),
        ("a.xlsx", lambda p: workbook(p, "=1+1"), "no-value", {"row": 2, "column": "a"}),
        ("a.xlsx", lambda p: workbook(p, "#REF!"), "cell-error", {"row": 2, "column": "a"}),
        ("a.csv", lambda p: b"a,b\n1,\x07\n", "control-character", {"row": 2, "column": "b"}),
        ("a.csv", lambda p: "a,b\n1,\ufffd\n".encode(), "replacement-character", {"row": 2}),
        ("a.csv", lambda p: b"a,b\n1,2,3\n", "beyond-header", {"row": 2, "column": "3"}),
        ("a.csv", lambda p: b"a,b\n" + b"x" * 2_000_000, "long-line", {"line": 2}),
        ("a.csv", lambda p: b'a,b\n1,"' + b"x,\n" * 99, "not-csv", {}),
        ("a.csv", lambda p: b"\n \n", "empty-table", {}),
        ("a.json", lambda p: b'[{"a": 1}, {"a"', "not-json", {}),
        ("a.json", lambda p: b"[1, 2]", "not-records", {}),
        ("a.docx", lambda p: b"x", "unknown-format", {}),
    ],
)
def test_a_damaged_or_endless_file_is_refused_with_its_place(
    tmp_path: Path, name: str, make: object, rule: str, place: dict[str, object]
) -> None:
    with pytest.raises(InvalidTable) as caught:
        read(written(tmp_path, name, make(tmp_path)))  # type: ignore[operator]
    extra = caught.value.extra
    assert extra["rule"] == rule
    assert name in (caught.value.where or "")
    assert {key: extra["place"].get(key) for key in place} == place
    assert {"zh", "en"} == set(extra["messages"])
    assert caught.value.hint


# --- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written_", "number", "qualifier"),
    [
        ("1118", "1118", None),
        ("1,234", "1234", None),
        ("3 413 篇", "3413", None),
        ("１１１８项", "1118", None),
        ("29.9亿元", "2990000000", None),
        ("约1.2万", "12000", "about"),
        ("10余万人次", "100000", "more-than"),
        ("超过900家", "900", "more-than"),
        ("不足30%", "30", "less-than"),
        ("more than 1.5 million", "1500000", "more-than"),
        ("1118.50", "1118.50", None),
        ("-3.2", "-3.2", None),
    ],
)
def test_figures_are_read_as_they_are_written(
    written_: str, number: str, qualifier: str | None
) -> None:
    assert cells.figure(written_) == (number, qualifier)


@pytest.mark.parametrize("text", ["1,23", "5年3个月", "12..3", "=1+1", "1.234,56", "eleven"])
def test_what_is_no_single_figure_is_not_guessed(text: str) -> None:
    assert cells.figure(text) == (text, None)


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("2023年5月", "2023-05"),
        ("2023.05.01", "2023-05-01"),
        ("2023-05", "2023-05"),
        ("2016-2021", "2016/2021"),
        ("2016年至2021年3月", "2016/2021-03"),
        ("截至2022年8月21日", "../2022-08-21"),
        ("2020年以来", "2020/.."),
        ("约2012年", "2012~"),
        ("May 2021", "2021-05"),
        ("2016/2021", "2016/2021"),
        # In EDTF 2016-21 is a spring; who writes it means two years.
        ("2016-21", "2016–21"),
    ],
)
def test_periods_are_read_in_chinese_and_western_ways(text: str, edtf: str) -> None:
    assert cells.cell(text, "edtf") == edtf


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023年5月1日", "2023-05-01"),
        ("２０２３．５．１", "2023-05-01"),
        ("1 May 2023", "2023-05-01"),
        ("23/04/2023", "2023-04-23"),
        # The third of April, or the fourth of March.
        ("03/04/2023", "03/04/2023"),
        ("2023-02-30", "2023-02-30"),
    ],
)
def test_days_are_read_and_those_that_may_be_two_are_not(text: str, day: str) -> None:
    assert cells.cell(text, "date") == day


# --- templates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", templates.kinds())
def test_every_template_describes_its_columns_in_both_languages_and_is_read_back(
    tmp_path: Path, kind: str
) -> None:
    made = templates.template(kind)
    assert made.title["zh"]
    assert made.title["en"]
    for column in made.columns:
        for said in (column.label, column.about):
            assert said["zh"], column.name
            assert said["en"], column.name
    [(text, rows)] = read(written(tmp_path, f"{kind}.csv", templates.as_csv(kind)))
    [(sheet, same)] = read(written(tmp_path, "t.xlsx", templates.as_xlsx([kind])))
    assert text.header == sheet.header
    assert len(text.header) == len(made.columns)
    assert [cells for _, cells in rows] == [cells for _, cells in same]
    assert all(first.startswith("#") for _, (first, *_) in rows)

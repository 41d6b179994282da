"""Figures and their units, and what is told of those that cannot be kept."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from kg.importing import cells
from kg.importing.checked import Checked

from .conftest import REGISTER, Register
from .desks import MINE, Desk

FIGURE = REGISTER["quantities"][1]


def checked(desk: Desk, register: Register, *rows: dict[str, Any], **more: object) -> Checked:
    """What is found in figures of a register, each of a year of its own."""
    figures = [FIGURE | {"period": 2001 + at} | row for at, row in enumerate(rows)]
    return desk.check(register(REGISTER | {"quantities": figures}), **more)


def told(found: Checked, rule: str) -> dict[int, str]:
    """The values of the findings of a rule by their row, from 0."""
    return {f.place["row"] - 5: f.value or "" for f in found.findings.found if f.rule == rule}


def test_a_figure_in_another_unit_than_its_row_names_is_doubted_with_row_and_column(
    desk: Desk, register: Register
) -> None:
    rows: list[dict[str, Any]] = [
        {"value": "12%", "unit": "项"},
        {"value": "29.9亿元", "unit": "unit/item"},
        {"value": "１２．５％", "unit": "个"},
        {"value": "29.9亿元", "unit": "美元"},
        {"value": 12, "value_text": "约占总数的12%以上", "unit": "项"},
        {"value": 5, "value_text": "US$5", "unit": "unit/CNY"},
        {"value": "3万人次", "unit": "人"},
        {"value": 3, "value_text": "3亿元人民币（不完全统计）", "unit": "unit/percent"},
    ]
    found = checked(desk, register, *rows)
    shown = {at: str(row.get("value_text") or row["value"]) for at, row in enumerate(rows)}
    assert told(found, "other-unit") == shown
    assert found.prepared is not None
    first = next(f for f in found.findings.found if f.rule == "other-unit")
    assert first.severity == "warning"
    assert (first.place["sheet"], first.place["row"]) == ("quantities", 5)
    assert first.place["column"] == "单位 / Unit"
    assert first.messages["zh"].startswith("数值“12%”印的是“%”，而本行的单位是“项”。请")
    assert "printed with “%”, but the unit of the row is “项”. Correct" in first.messages["en"]


def test_a_figure_in_the_unit_of_its_row_or_in_none_is_not_doubted(
    desk: Desk, register: Register
) -> None:
    rows: list[dict[str, Any]] = [
        {"value": "1118项", "unit": "项"},
        {"value": "4.67万篇", "unit": "unit/paper"},
        {"value": "200多个", "unit": "unit/country"},
        {"value": "161个", "unit": "项"},
        {"value": "44.1%", "unit": "%"},
        {"value": "29.9亿元", "unit": "元"},
        {"value": "3 413 篇", "unit": "篇"},
        {"value": "3篇", "unit": "unit/work"},
        {"value": "3人", "unit": "unit/per-million"},
        {"value": "12名", "unit": "人"},
        {"value": "12家", "unit": "unit/place"},
        {"value": 1, "value_text": "第二名", "unit": "unit/rank"},
        {"value": 3, "value_text": "2023年以来超过3亿元人民币", "unit": "unit/CNY"},
        {"value": 25, "value_text": "约为1/4", "unit": "unit/percent"},
        {"value": 161, "value_text": "161个国家", "unit": "unit/country"},
        {"value": 5, "value_text": "more than 5 papers", "unit": "unit/paper"},
        {"value": 5, "value_text": "$5 billion", "unit": "unit/USD"},
    ]
    assert told(checked(desk, register, *rows), "other-unit") == {}


def test_a_doubted_unit_refuses_where_warnings_do(desk: Desk, register: Register) -> None:
    assert checked(desk, register, {"value": "12个"}, bar="warning").prepared is not None
    found = checked(desk, register, {"value": "12%"}, bar="warning")
    assert found.prepared is None
    assert found.findings.counts == {"violation": 0, "warning": 1, "info": 0}


def test_a_figure_that_is_missing_is_told_once_and_its_report_has_no_stray_apostrophe(
    desk: Desk, register: Register
) -> None:
    found = checked(desk, register, {"value": None})
    [finding] = found.findings.found
    assert (finding.rule, finding.place["column"]) == ("empty-cell", "数值 / Value")
    [line] = csv.DictReader(io.StringIO(found.findings.text("csv", MINE)))
    assert line["value"] == ""
    found = checked(desk, register, {"value": "=1+1x"})
    assert "'=" in found.findings.text("csv", MINE)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234567890" * 4, "1234567890" * 4),
        ("1234567890" * 4 + "万", "1234567890" * 4 + "0000"),
        ("0." + "123456789" * 5, "0." + "123456789" * 5),
    ],
)
def test_the_digits_of_a_long_number_stay_as_they_are_written(text: str, number: str) -> None:
    assert cells.figure(text) == (number, None)


def test_a_number_of_which_nothing_would_be_left_is_refused_and_quoted(
    desk: Desk, register: Register
) -> None:
    rows: list[dict[str, Any]] = [
        {"value": text} for text in ("1e-999999", "0." + "0" * 18 + "1", "9" * 30)
    ]
    found = checked(desk, register, *rows, {"value": "0.0"}, {"value": "0." + "0" * 17 + "1"})
    assert found.prepared is None
    assert told(found, "number-small") == {0: rows[0]["value"], 1: rows[1]["value"]}
    assert told(found, "number-range") == {2: rows[2]["value"]}
    assert found.findings.counts["violation"] == 3

"""Places in documents are told in the reader's language, as far as their words are known."""

from __future__ import annotations

import re

import pytest

from kg import resources, tables
from kg.locators import located


@pytest.mark.parametrize(
    ("printed", "english"),
    [
        ("表2 行3", "Table 2, row 3"),
        ("表2 注", "Table 2, note"),
        ("图1", "Figure 1"),
        ("2.1.1 第2段", "2.1.1, paragraph 2"),
        ("2.3 第一", "2.3, first point"),
        ("参考文献[4]", "Reference [4]"),
        ("3.2", "3.2"),
        ("sheet 1", "sheet 1"),
    ],
)
def test_a_place_reads_in_english(printed: str, english: str) -> None:
    assert located(printed, "en") == english
    assert located(printed, "zh") == printed


def test_all_places_of_the_papers_read_in_english() -> None:
    printed = {
        row.cells["locator"]
        for folder in resources.folders("kg", "facts")
        for item in resources.files("kg", "facts", folder.name, suffix="locations.csv")
        for row in tables.read(item, folder.name).rows
        if row.cells.get("locator")
    }
    assert "表2 行3" in printed
    chinese = {text for text in printed if re.search("[一-鿿]", located(text, "en"))}
    # Numerals of sections stand as printed.
    assert all(re.fullmatch("[一二三四五六七八九十（）]+", text) for text in chinese), chinese

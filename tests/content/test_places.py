"""Every fact stands where it says: its words are found at its place in the document's text."""

from __future__ import annotations

import re

import pytest

from kg import mapping, resources, tables
from kg.importing import templates
from kg.importing.data_sets import data_sets
from tests.content import ledger

#: Longest run of characters that a statement in our own words may share with the text, about a
#: name of a policy or a programme.
LONGEST_SHARED = 24


SOURCES = sorted(ledger.digests())


@pytest.mark.parametrize("source", SOURCES)
def test_each_figure_is_printed_at_its_place(source: str) -> None:
    text = ledger.text_of(source)
    wrong = []
    for row in ledger.rows(source):
        if row.cells.get("start"):
            span = text[int(row.cells["start"]) : int(row.cells["end"])]
            if not span.strip() or ledger.squeezed(
                row.cells.get("value_text", "")
            ) not in ledger.squeezed(span):
                wrong.append(f"{row.where('start')}: {row.cells.get('value_text')} / {span!r}")
    assert wrong == []


@pytest.mark.parametrize("source", SOURCES)
def test_each_figure_has_its_offsets(source: str) -> None:
    missing = [
        row.where("start")
        for row in ledger.rows(source)
        if row.table in ("quantities", "relations", "claims", "arguments")
        and not row.cells["start"]
    ]
    assert missing == []


@pytest.mark.parametrize("source", SOURCES)
def test_no_sentence_of_the_document_is_copied(source: str) -> None:
    text = ledger.squeezed(ledger.text_of(source))
    names = ledger.squeezed(
        " ".join(
            cell
            for item in resources.files("kg", "facts", "authorities", suffix=".csv")
            for row in tables.read(item, "authorities").rows
            for name, cell in row.cells.items()
            if name.startswith(("label", "alt"))
        )
    )
    copied = []
    for row in ledger.rows(source):
        for column in ("statement_zh", "statement_en", "note_zh", "note_en"):
            said = ledger.squeezed(row.cells.get(column, ""))
            for start in range(len(said) - LONGEST_SHARED + 1):
                piece = said[start : start + LONGEST_SHARED]
                if column.endswith("zh") and piece in text and piece not in names:
                    copied.append(f"{row.where(column)}: {piece}")
                    break
    assert copied == []


@pytest.mark.parametrize("source", SOURCES)
def test_each_section_gives_facts(source: str) -> None:
    found = ledger.rows(source)
    cited = {
        row.cells["location"]
        for row in found
        if row.cells.get("location") and row.table != "issues"
    }
    within = {row.cells["key"]: row.cells["within"] for row in found if row.table == "locations"}
    reached = set(cited)
    for place in cited:
        while place := within.get(place, ""):
            reached.add(place)
    sections = {
        row.cells["key"]
        for row in found
        if row.table == "locations" and re.fullmatch(r"s[\d.]+", row.cells["key"])
    }
    assert sections
    assert sections - reached == set()


#: Tables that others fill in: we curate none.
OF_OTHERS = {"cooperations", "entities", "notices"}


def test_each_mapping_has_a_table_and_each_table_a_mapping() -> None:
    known = mapping.mappings()
    named = {
        item.name.removesuffix(".csv")
        for folder in resources.folders("kg", "facts")
        for item in resources.files("kg", "facts", folder.name, suffix=".csv")
    }
    imported = {table for about in data_sets().values() for table in about.expects}
    assert set(templates.USUAL) >= OF_OTHERS
    assert named | imported | OF_OTHERS == set(known)


TABLES = [
    pytest.param(item, folder.name, id=f"{folder.name}/{item.name}")
    for folder in resources.folders("kg", "facts")
    for item in resources.files("kg", "facts", folder.name, suffix=".csv")
]


@pytest.mark.parametrize(("item", "source"), TABLES)
def test_each_table_is_sorted_by_key_and_tidy(item: resources.Traversable, source: str) -> None:
    data = item.read_bytes()
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    keys = [row.cells[next(iter(row.cells))] for row in tables.read(item, source).rows]
    assert keys == sorted(keys)

"""Every fact stands where it says: its words are found at its place in the document's text."""

from __future__ import annotations

import hashlib
import re
from functools import cache

import pytest

from kg import mapping, resources, tables
from kg.tables import Row
from tests import needs

#: Longest run of characters that a statement in our own words may share with the text, about a
#: name of a policy or a programme.
LONGEST_SHARED = 24
_BLANK = re.compile(r"[\s*$|\\]")


@cache
def texts() -> dict[str, str]:
    """The texts of the papers by their SHA-256."""
    folder = needs.shared("seeds")
    found = {}
    for path in sorted(folder.glob("*.txt")):
        data = path.read_bytes()
        found[hashlib.sha256(data).hexdigest()] = data.decode("utf-8")
    return found


@cache
def digests() -> dict[str, str]:
    """Document → SHA-256 of its text, for those that have one."""
    item = resources.root("kg", "facts", "authorities", "documents.csv")
    rows = tables.read(item, "authorities").rows
    return {
        r.cells["key"].removeprefix("doc/"): r.cells["digest"] for r in rows if r.cells["digest"]
    }


SOURCES = sorted(digests())


def rows(source: str) -> list[Row]:
    return [
        row
        for item in resources.files("kg", "facts", source, suffix=".csv")
        for row in tables.read(item, source).rows
    ]


def squeezed(text: str) -> str:
    return _BLANK.sub("", text)


@pytest.mark.parametrize("source", SOURCES)
def test_each_figure_is_printed_at_its_place(source: str) -> None:
    text = texts()[digests()[source]]
    wrong = []
    for row in rows(source):
        if row.cells.get("start"):
            span = text[int(row.cells["start"]) : int(row.cells["end"])]
            if not span.strip() or squeezed(row.cells.get("value_text", "")) not in squeezed(span):
                wrong.append(f"{row.where('start')}: {row.cells.get('value_text')} / {span!r}")
    assert wrong == []


@pytest.mark.parametrize("source", SOURCES)
def test_each_figure_has_its_offsets(source: str) -> None:
    missing = [
        row.where("start")
        for row in rows(source)
        if row.table in ("quantities", "relations", "claims", "arguments")
        and not row.cells["start"]
    ]
    assert missing == []


@pytest.mark.parametrize("source", SOURCES)
def test_no_sentence_of_the_document_is_copied(source: str) -> None:
    text = squeezed(texts()[digests()[source]])
    names = squeezed(
        " ".join(
            cell
            for item in resources.files("kg", "facts", "authorities", suffix=".csv")
            for row in tables.read(item, "authorities").rows
            for name, cell in row.cells.items()
            if name.startswith(("label", "alt"))
        )
    )
    copied = []
    for row in rows(source):
        for column in ("statement_zh", "statement_en", "note_zh", "note_en"):
            said = squeezed(row.cells.get(column, ""))
            for start in range(len(said) - LONGEST_SHARED + 1):
                piece = said[start : start + LONGEST_SHARED]
                if column.endswith("zh") and piece in text and piece not in names:
                    copied.append(f"{row.where(column)}: {piece}")
                    break
    assert copied == []


@pytest.mark.parametrize("source", SOURCES)
def test_each_section_gives_facts(source: str) -> None:
    found = rows(source)
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


def test_each_mapping_has_a_table_and_each_table_a_mapping() -> None:
    known = mapping.mappings()
    named = {
        item.name.removesuffix(".csv")
        for folder in resources.folders("kg", "facts")
        for item in resources.files("kg", "facts", folder.name, suffix=".csv")
    }
    assert named <= set(known)
    assert set(known) <= named


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

"""Each numeral and each quoted name of a paper is a fact, or is left out for a stated reason."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.content import ledger

SOURCES = sorted(ledger.digests())


@pytest.mark.parametrize("source", SOURCES)
def test_each_numeral_and_name_is_covered_or_left_out_with_a_reason(source: str) -> None:
    found = ledger.ledger(source)
    reasons = Counter(found.omitted.values())
    print(f"{source}: {len(found.covered)} covered, {sum(reasons.values())} left out {reasons}")
    assert [f"{m.start}-{m.end} {m.text}" for m in found.open] == []


@pytest.mark.parametrize("source", SOURCES)
def test_each_omission_names_the_text_at_its_place_and_is_needed(source: str) -> None:
    text = ledger.text_of(source)
    marks = list(ledger.marks(text))
    wrong = []
    for row in ledger.rows(source):
        if row.table != "omissions":
            continue
        cells = row.cells
        if cells["start"]:
            start, end = int(cells["start"]), int(cells["end"])
            if ledger.squeezed(cells["text"]) != ledger.squeezed(text[start:end]):
                wrong.append(f"{row.where('text')}: {text[start:end]!r}")
            if not any(start <= mark.start and mark.end <= end for mark in marks):
                wrong.append(f"{row.where('start')}: no numeral or name stands there")
        elif cells["text"] not in text:
            wrong.append(f"{row.where('text')}: not in the text")
    assert wrong == []

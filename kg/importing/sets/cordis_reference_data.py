"""CORDIS reference data: the tree of programmes and topics of Horizon 2020."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.rows import Item
from kg.tables import Table

_PROGRAMMES = "cordisref-H2020programmes.csv"
_TOPICS = "cordisref-H2020topics.csv"
_TREE = re.compile(r"H2020-EU|Euratom")


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder))


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with rows.csv_records(path, "a table of CORDIS", delimiter=";") as records:
        for number, record in records:
            yield number, {k: rows.clean(v) for k, v in record.items()}


def _code(text: str) -> str:
    """A code as part of a key: without blanks, broken characters and a full stop at its end."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-").rstrip(".")


def _items(about: DataSet, folder: Path) -> Iterator[Item]:
    yield rows.document(about)
    mend: dict[str, str] = about.more["mend"]
    titles: dict[str, str] = {}
    for name, code, title in ((_PROGRAMMES, "code", "title"), (_TOPICS, "topicCode", "title")):
        for _, record in _records(folder / name):
            text = record[title]
            for wrong, right in mend.items():
                text = text.replace(wrong, right)
            if text:
                titles.setdefault(_code(record[code]), text)
    for number, (code, title) in enumerate(titles.items(), start=1):
        yield from _declared(number, code, title, titles)
    said: set[tuple[str, str]] = set()
    for number, record in _records(folder / _TOPICS):
        topic, basis = _code(record["topicCode"]), _code(record["legalBasisCode"])
        if topic in titles and basis in titles and topic != basis and (topic, basis) not in said:
            said.add((topic, basis))
            yield facts.relation(
                f"2{number:06d}0", _key(topic), "partOfProgramme", _key(basis), _place(topic)
            )


def _key(code: str) -> str:
    return f"programme/cordis-{code}"


def _place(code: str) -> str:
    return f"c-{code}"


def _declared(number: int, code: str, title: str, titles: dict[str, str]) -> Iterator[Item]:
    tree = _TREE.match(code) is not None
    yield rows.record(_place(code), code, f"条目 {code}", f"Entry {code}")
    yield (
        "programmes",
        {
            "key": _key(code),
            "class": "Programme" if tree else "FundingScheme",
            "label_en": f"{title} ({code})",
            "alt_en": code,
            "description_zh": "" if tree else "“地平线2020”的一个招标主题。",
            "description_en": "" if tree else "A topic of a call of Horizon 2020.",
            "named_in": _place(code),
        },
    )
    above = code
    while tree and "." in above:
        above = above.rpartition(".")[0]
        if above in titles:
            yield facts.relation(f"1{number:06d}0", _key(code), "partOf", _key(above), _place(code))
            return

"""What all importers of data sets share: rows of several kinds from one pass, and clean cells."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from kg import mapping, resources, tables
from kg.errors import InvalidInput
from kg.importing.data_sets import CHUNK, DataSet
from kg.tables import LIST_SEPARATOR, Row, Table

#: A row on its way: the kind of table, and its cells; what is left out is empty.
Item = tuple[str, Mapping[str, str]]

#: Facts that one record may state.
_FACTS = 1000


@cache
def _columns(kind: str) -> tuple[str, ...]:
    return tuple(mapping.mappings()[kind].columns)


class Chunks:
    """Rows of several kinds, gathered into tables of at most CHUNK rows.

    One pass over a file gives rows of many kinds; each kind is numbered on from chunk to chunk.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._waiting: dict[str, list[Row]] = {}
        self._numbers: dict[str, int] = {}

    def of(self, items: Iterable[Item]) -> Iterator[Table]:
        """The tables of all items, in the order in which they fill.

        Args:
            items: Rows of any kinds.

        Yields:
            Tables; the last of each kind when the items are at an end.

        Raises:
            InvalidInput: A cell is not of a column of its kind.
        """
        for kind, cells in items:
            columns = _columns(kind)
            unknown = cells.keys() - set(columns)
            if unknown:
                raise InvalidInput(
                    f"The table “{kind}” has no column {', '.join(sorted(unknown))}.",
                    where=self._source,
                    hint=f"The columns are: {', '.join(columns)}.",
                )
            number = self._numbers[kind] = self._numbers.get(kind, 1) + 1
            waiting = self._waiting.setdefault(kind, [])
            waiting.append(Row(kind, self._source, number, {c: cells.get(c, "") for c in columns}))
            if len(waiting) >= CHUNK:
                yield self._flush(kind)
        for kind in list(self._waiting):
            yield self._flush(kind)

    def _flush(self, kind: str) -> Table:
        return Table(kind, self._source, _columns(kind), tuple(self._waiting.pop(kind)))


def document(about: DataSet) -> Item:
    """The row of the data set itself, as the document that states its facts."""
    return "documents", {
        "key": f"doc/{about.key}",
        "class": "SourceDataset",
        "label_zh": about.title["zh"],
        "label_en": about.title["en"],
        "publisher": about.publisher,
        "url": about.homepage,
        "retrieved": about.retrieved.isoformat(),
    }


def record(key: str, locator: str, zh: str, en: str) -> Item:
    """The row of a record of the data set.

    Args:
        key: Its key within the data set, letters, digits, `.`, `_` and `-`.
        locator: Where it stands, as a reader of the file finds it: an id or a line.
        zh: Its label in Chinese.
        en: Its label in English.
    """
    return "locations", {
        "key": key,
        "class": "RecordLocation",
        "locator": locator,
        "label_zh": zh,
        "label_en": en,
    }


def fact_keys(record: int) -> Iterator[str]:
    """Keys of the facts of a record: the same as long as the records keep their order.

    Args:
        record: Number of the record in its file, from 1.
    """
    return (f"{record * _FACTS + fact:08d}" for fact in range(_FACTS))


@contextmanager
def csv_records(
    path: Path,
    what: str,
    *,
    where: str = "",
    delimiter: str = ",",
    strict: bool = False,
    first: int = 1,
) -> Iterator[Iterator[tuple[int, dict[str, str]]]]:
    """The records of a CSV file in UTF-8 with their numbers, as a stream.

    Args:
        path: The file.
        what: What it should be, for the message: `a table of AidData`.
        where: Its name in the message; the name of the file when left out.
        delimiter: Between cells.
        strict: Whether bad quoting is refused.
        first: Number of the first record.

    Raises:
        InvalidInput: The file cannot be read, or a column that is asked for is missing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = csv.DictReader(file, delimiter=delimiter, strict=strict)
            yield enumerate(records, start=first)
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise InvalidInput(f"Not {what}: {error}.", where=where or path.name) from error


def clean(text: str | None) -> str:
    """A text of one line: no control characters, single blanks, composed characters (NFC)."""
    if text is not None and text.isascii() and text.isprintable():
        return " ".join(text.split())  # nothing to clean, and fast
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text or ""
        if unicodedata.category(c) not in ("Cf", "Co", "Cs") and c != "\ufffd"
    )
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def listed(texts: Iterable[str], *, without: Iterable[str] = ()) -> str:
    """Texts as the cell of a list: each once, in order, the separator replaced.

    Args:
        texts: The texts.
        without: What is said elsewhere already, e.g. the label.
    """
    said = {clean(text) for text in without}
    kept = dict.fromkeys(clean(text).replace(LIST_SEPARATOR, "/") for text in texts)
    return LIST_SEPARATOR.join(text for text in kept if text and text not in said)


def slug(text: str) -> str:
    """A text as part of a key: ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


@cache
def country_names() -> dict[str, tuple[str, str]]:
    """Chinese and English label of each country by its key, from our own table."""
    item = resources.root("kg", "facts", "reference", "countries.csv")
    return {
        row.cells["key"]: (row.cells["label_zh"], row.cells["label_en"])
        for row in tables.read(item, "reference").rows
    }


def name(key: str, subject: str, text: str, language: str, place: str) -> Item:
    """The row of a name: a text in a language (BCP 47), as a record writes it."""
    return "names", {
        "key": key,
        "subject": subject,
        "name": text,
        "language": language,
        "location": place,
    }

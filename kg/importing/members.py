"""JSON as records of text, as a stream."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import ijson

from kg.messages import invalid_table
from kg.tables import LIST_SEPARATOR

_CHUNK = 1 << 20


def records(path: Path, name: str) -> Iterator[dict[str, str]]:
    """The records of a JSON file as text by path of the member, read as a stream.

    Args:
        path: A list of objects, an object that holds such a list, or an object a line.
        name: Its name in messages.

    Yields:
        Members of a record: objects in objects as `a.b`, lists as the lists of a cell.

    Raises:
        InvalidTable: It is not JSON, or holds no records.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(_CHUNK).lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1]
            file.seek(0)
            # Else a list as a member (`results` of OpenAlex), or an object a line.
            found = ijson.items(file, "item") if begin == b"[" else _inner(file)
            for record in found:
                if not isinstance(record, Mapping):
                    raise invalid_table("not-records", name, place={"file": name})
                yield dict(_flat(record))
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise invalid_table("not-json", name, place={"file": name}, why=error) from error


def _inner(file: IO[bytes]) -> Iterator[Any]:
    for whole in ijson.items(file, "", multiple_values=True):
        lists = (
            [
                value
                for key, value in whole.items()
                if isinstance(value, list)
                and key in ("results", "items", "records", "data", "rows")
            ]
            if isinstance(whole, Mapping)
            else []
        )
        yield from lists[0] if lists else [whole]


def _flat(record: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, str]]:
    """Members by their path: objects in objects as `a.b`, lists as the lists of a cell."""
    for key, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{start}{key}.")
        elif isinstance(value, list):
            yield f"{start}{key}", LIST_SEPARATOR.join(_plain(item) for item in value)
        else:
            yield f"{start}{key}", _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)

"""The only door to package data: the same in a checkout, an editable install and a wheel."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable
from pathlib import Path


def root(*parts: str) -> Traversable:
    """A file or folder of a room, e.g. `root("kg", "facts", "liu-2023")`."""
    item: Traversable = package_files(parts[0])
    for part in parts[1:]:
        item = item / part
    return item


def text(*parts: str) -> str:
    """The text of one file of a room, e.g. `text("ontology", "core.ttl")`."""
    return root(*parts).read_text(encoding="utf-8")


def rows(*parts: str) -> list[dict[str, str]]:
    """The rows of a CSV file of a room, by the names of their columns."""
    return list(csv.DictReader(io.StringIO(text(*parts), newline="")))


def checksum(*places: tuple[Sequence[str], str]) -> str:
    """A checksum of files of rooms: of their names and what they hold.

    Args:
        places: Parts of a folder, and how the names of its files end; see `files`.

    Returns:
        SHA-256 as hexadecimal digits.
    """
    found = hashlib.sha256()
    for parts, suffix in places:
        for item in files(*parts, suffix=suffix):
            found.update(item.name.encode() + b"\0" + item.read_bytes() + b"\0")
    return found.hexdigest()


def files(*parts: str, suffix: str) -> Iterator[Traversable]:
    """The files of a folder with this suffix, sorted by name."""
    folder = root(*parts)
    if not folder.is_dir():
        return
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_file() and item.name.endswith(suffix):
            yield item


def folders(*parts: str) -> Iterator[Traversable]:
    """The folders inside a folder, sorted by name; caches and hidden ones left out."""
    for item in sorted(root(*parts).iterdir(), key=lambda entry: entry.name):
        if item.is_dir() and not item.name.startswith(("_", ".")):
            yield item


def environment() -> dict[str, str]:
    """The environment of a Python process of ours: this one's, and where our packages are."""
    package = str(Path(__file__).parents[1])
    paths = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


@cache
def tool_version() -> str:
    """The version of this software."""
    try:
        return version("istc-kg")
    except PackageNotFoundError:
        return "unreleased"

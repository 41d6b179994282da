"""Results that have been computed: one file each, kept as long as the data version they are of.

    home/analysis/<digest>/results/<hash>.json

The name is made of what the result depends on beside the data: the analysis, its values, and the
text of all that computes.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kg import resources
from kg.analysis import projecting
from kg.analysis.catalogue import Analysis
from kg.analysis.results import Result
from kg.store.versions import Version

FOLDER = "results"
#: Results of one data version that are kept; those read longest ago go first.
MOST = 2000


def path(home: Path, version: Version, asked: Analysis, values: Mapping[str, str | None]) -> Path:
    """The file of a result.

    Args:
        home: ISTC_HOME.
        version: The data version.
        asked: The analysis.
        values: The values in use, as keys.
    """
    given = json.dumps([asked.id, sorted(values.items())], ensure_ascii=False)
    text = "\0".join((resources.tool_version(), _code(), given))
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return projecting.folder(home, version) / FOLDER / f"{name}.json"


@cache
def _code() -> str:
    """A hash over all that computes, so that other code has other results."""
    here = ("kg", "analysis")
    return resources.checksum(
        (here, ".yaml"),
        (here, ".py"),
        ((*here, "computing"), ".py"),
        ((*here, "tables"), ".rq"),
        (("kg", "queries", "analysis"), ".rq"),
    )


def load(file: Path) -> Result | None:
    """A result from its file; None when there is none, or it cannot be read."""
    try:
        found = Result.from_json(file.read_text(encoding="utf-8"))
        os.utime(file)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found


def save(file: Path, result: Result) -> None:
    """Write a result whole or not at all; the oldest go when there are too many."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=file.parent, prefix=".partial-")
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(result.to_json())
    os.replace(partial, file)
    found = sorted(file.parent.glob("*.json"), key=lambda item: item.stat().st_mtime)
    for item in found[:-MOST]:
        item.unlink(missing_ok=True)


__all__ = ["MOST", "load", "path", "save"]

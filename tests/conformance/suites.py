"""Which cases run, which are known to fail, and which are no promise of ours."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conformance import manifests
from tests.conformance.manifests import Case
from tests.needs import SHARED

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Known:
    """Why a case does not pass.

    Attributes:
        fault: Whose it is: `engine`, `suite`, or `design` when we refuse on purpose.
        reason: One sentence.
        reference: Where it is discussed.
    """

    fault: str
    reason: str
    reference: str


@cache
def known() -> dict[str, Known]:
    """The cases that do not pass, by name."""
    rows = _rows("known.csv")
    return {row["test"]: Known(row["fault"], row["reason"], row["reference"]) for row in rows}


@cache
def excluded() -> dict[str, str]:
    """The suites that are not run, with the reason."""
    return {row["suite"]: row["reason"] for row in _rows("excluded.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cases(root: Path) -> list[Case]:
    """The cases that are run.

    Args:
        root: The folder that `manifests.FOLDER` names.

    Returns:
        The cases, suite by suite, in the order of their manifests.
    """
    return [case for case in manifests.read(root) if case.suite not in excluded()]


def names(kind: str) -> list[str]:
    """The suites that are run, of one kind: `syntax`, `query`, `update`, or else `protocol`.

    Where the suites are missing one name stands for all, so that its test can say so.
    """
    root = SHARED / manifests.FOLDER
    folders = {path.parent for name in manifests.VERSIONS for path in root.glob(f"{name}/*/*.ttl")}
    found = {f"{f.parent.name}/{f.name}" for f in folders if _kind(f) == kind}
    return sorted(found - excluded().keys()) or [kind]


def _kind(folder: Path) -> str:
    if folder.name.startswith("syntax-"):
        return "syntax"
    ends = {path.suffix for path in folder.iterdir()}
    return "update" if ".ru" in ends else "query" if ".rq" in ends else "protocol"

"""What a test needs from the machine: a program, or a folder of shared reference data.

Where it is missing the test is skipped and says what to install. In CI (the environment variable
CI is set) nothing may be skipped: the test fails.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

T = TypeVar("T")

#: The folder of shared reference data, there or not.
SHARED = Path(os.environ.get("ISTC_SHARED") or Path(__file__).parents[2] / "shared")


def program(name: str, package: str) -> str:
    """The path of a program.

    Args:
        name: Name of the program, e.g. `java`.
        package: Debian package that brings it, e.g. `default-jre-headless`.

    Returns:
        The absolute path of the program. Where there is none, the calling test is skipped, or
        fails in CI.
    """
    found = shutil.which(name)
    return found or _missing(f"{name} is missing: apt-get install {package}")


def shared(part: str) -> Path:
    """A file or folder of the shared reference data (conformance suites, ontologies, data sets).

    Args:
        part: Path inside the folder that ISTC_SHARED names; without that variable, inside the
            folder `shared` beside the checkout. For example `conformance/ontologies`.

    Returns:
        The path. Where it does not exist, the calling test is skipped, or fails in CI.
    """
    path = SHARED / part
    return path if path.exists() else Path(_missing(f"ISTC_SHARED: the folder has no {part}"))


def npm(wanted: Path) -> Path:
    """Packages of npm, in the versions that a package.json names, installed once a machine.

    Args:
        wanted: The package.json; the folder it stands in names what is installed.

    Returns:
        A folder with `node_modules`. Where there is no npm, the calling test is skipped, or fails
        in CI.
    """
    program("node", "nodejs")
    command = program("npm", "npm")
    content = wanted.read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "istc-kg"
    folder = cache / f"{wanted.parent.name}-{hashlib.sha256(content).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f"{wanted.parent.name}.lock"):
        if not (folder / "whole").exists():
            folder.mkdir(exist_ok=True)
            shutil.copy(wanted, folder)
            options = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
            subprocess.run([command, "install", *options], cwd=folder, check=True, timeout=600)
            (folder / "whole").touch()
    return folder


def sample(cases: Sequence[T], every: int = 7) -> Sequence[T]:
    """The cases of a long suite that run: every n-th, or all where the variable WHOLE is set."""
    return cases if os.environ.get("WHOLE") else cases[::every]


def _missing(reason: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)

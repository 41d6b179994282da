"""Comunica, the query engine of the JavaScript world, on our endpoint, found by its description."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests import needs
from tests.serving import Service

HERE = Path(__file__).parent / "comunica"
SINGAPORE = "https://w3id.org/istc-kg/id/country/SGP"
LABELS = f"{{ <{SINGAPORE}> <http://www.w3.org/2000/01/rdf-schema#label> ?label }}"


@pytest.fixture(scope="module")
def packages() -> Path:
    """A folder with Comunica in the version that package.json names, installed once a machine."""
    needs.program("node", "nodejs")
    npm = needs.program("npm", "npm")
    wanted = HERE / "package.json"
    name = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "istc-kg"
    folder = cache / f"comunica-{name}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "comunica.lock"):
        if not (folder / "whole").exists():
            folder.mkdir(exist_ok=True)
            shutil.copy(wanted, folder)
            options = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
            subprocess.run([npm, "install", *options], cwd=folder, check=True, timeout=600)
            (folder / "whole").touch()
    return folder


def ask(packages: Path, service: Service, query: str) -> list[Any]:
    done = subprocess.run(
        [needs.program("node", "nodejs"), HERE / "ask.js", f"{service.url}/sparql", query],
        cwd=packages,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_comunica_selects(packages: Path, service: Service) -> None:
    rows = ask(packages, service, f"SELECT ?label WHERE {LABELS}")
    assert sorted(row["label"] for row in rows) == ["Singapore", "新加坡"]


def test_comunica_joins_and_counts(packages: Path, service: Service) -> None:
    query = (
        "PREFIX istc: <https://w3id.org/istc-kg/ontology#> "
        "SELECT (COUNT(DISTINCT ?f) AS ?n) { ?f a istc:QuantitativeFact ; istc:indicator ?i }"
    )
    (row,) = ask(packages, service, query)
    assert int(row["n"]) == int(service.select(query)[0]["n"]) > 100


def test_comunica_constructs(packages: Path, service: Service) -> None:
    quads = ask(packages, service, f"CONSTRUCT WHERE {LABELS}")
    assert {object_ for _, _, object_ in quads} == {"Singapore", "新加坡"}

"""Comunica, the query engine of the JavaScript world, on our endpoint, found by its description."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import needs
from tests.serving import Service

HERE = Path(__file__).parent / "comunica"
SINGAPORE = "https://w3id.org/istc-kg/id/country/SGP"
LABELS = f"{{ <{SINGAPORE}> <http://www.w3.org/2000/01/rdf-schema#label> ?label }}"


@pytest.fixture(scope="module")
def packages() -> Path:
    """A folder with Comunica in the version that package.json names."""
    return needs.npm(HERE / "package.json")


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

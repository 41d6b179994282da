"""Every check of `kg/checks` has an example, `<check>.trig`, of what it must and must not report.

What it must report are the things whose names begin with `ex:wrong`; all others are as they should
be, many of them only just.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Quad, RdfFormat, Store

from kg import reasoning, resources, rq, validation
from kg.namespaces import SHAPES, graph
from kg.store import union
from kg.validation import Result

HERE = Path(__file__).parent
WRONG = "https://example.org/wrong"
CHECKS = {check.name: check for check in rq.read_all("kg", "checks")}


@pytest.fixture(scope="session")
def ontology() -> list[Quad]:
    return [
        Quad(quad.subject, quad.predicate, quad.object, graph(parts[-1]))
        for parts in (("ontology",), ("ontology", "vocabularies"))
        for item in resources.files(*parts, suffix=".ttl")
        for quad in pyoxigraph.parse(
            input=item.read_bytes(), format=RdfFormat.TURTLE, rename_blank_nodes=True
        )
    ]


def found(name: str, ontology: list[Quad]) -> tuple[list[Result], set[str]]:
    """What the check reports about its example, and what it should."""
    file = HERE / f"{name}.trig"
    assert file.exists(), f"write an example of what {name} reports: tests/checks/{file.name}"
    example = list(pyoxigraph.parse(path=str(file), format=RdfFormat.TRIG))
    store = Store()
    store.extend(ontology)
    store.extend(example)
    for folder in ("truthy", "series"):
        reasoning.run_once(store, folder)
    reasoning.materialise(store)
    nodes = {node.value for quad in example for node in (quad.subject, quad.object)}
    return list(validation.run_check(union.fill(store), CHECKS[name])), {
        node for node in nodes if node.startswith(WRONG)
    }


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_reports_what_is_wrong_and_nothing_else(name, ontology):
    results, wrong = found(name, ontology)
    assert wrong, "nothing in the example is wrong: name it ex:wrong…"
    assert {result.focus for result in results} == wrong


@pytest.mark.parametrize("name", CHECKS)
def test_a_result_says_in_both_languages_what_is_wrong(name, ontology):
    results, _ = found(name, ontology)
    for result in results:
        assert result.shape == SHAPES + name
        assert result.severity in validation.SEVERITIES
        assert set(result.messages) == {"zh", "en"}
        for text in result.messages.values():
            assert not re.search(r"\{[?$]|–", text), f"a placeholder is not filled: {text}"
        assert (result.value is not None) == ("value" in CHECKS[name].header)
        assert (result.path or "").startswith("http") == ("path" in CHECKS[name].header)


def test_no_example_is_left_of_a_check_that_is_gone():
    assert {path.stem for path in HERE.glob("*.trig")} == set(CHECKS)

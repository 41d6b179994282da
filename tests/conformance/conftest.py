"""A service whose data each test replaces: nothing loaded, nothing that bars a write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg.settings import Settings
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.tokens import Tokens
from tests.conformance import manifests, suites
from tests.conformance.exchanges import Mismatch
from tests.conformance.running import Runner
from tests.needs import sample, shared
from tests.serving import serving

RunSuite = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def run_suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunSuite]:
    """`run_suite("sparql11/add")` runs its cases and tells what is not as `known.csv` says."""
    cases = suites.cases(shared(manifests.FOLDER))
    home = tmp_path_factory.mktemp("conformance") / "home"
    with Truth.open(home) as truth:
        truth.commit([], [], Entry(agent="test", activity="import"))
    with serving(home, dataset="plain", write_bar="none") as service:
        runner = Runner(service, _token(home), cases)

        def run(suite: str) -> list[str]:
            chosen = [case for case in cases if case.suite == suite]
            assert chosen, f"{suite} has no case"
            some = chosen if suite in suites.names("protocol") else sample(chosen, 14)
            return [told for case in some if (told := _surprise(runner, case))]

        yield run


def _token(home: Path) -> dict[str, str]:
    text = Tokens(Settings(home=home)).create("conformance", ("write",))
    return {"Authorization": f"Bearer {text}"}


def _surprise(runner: Runner, case: manifests.Case) -> str:
    """What is unexpected about the outcome of a case; empty when nothing is."""
    try:
        runner.run(case)
    except Mismatch as error:
        return "" if case.name in suites.known() else f"{case.name} ({case.title}): {error}"
    return f"{case.name} passes: remove it from known.csv" if case.name in suites.known() else ""

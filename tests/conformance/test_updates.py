"""The W3C suites of SPARQL 1.1 Update, over HTTP; see docs/conformance.md."""

from __future__ import annotations

import pytest

from tests.conformance import suites
from tests.conformance.conftest import RunSuite


@pytest.mark.parametrize("suite", suites.names("update"))
def test_each_case_of_a_suite_does_what_is_known_of_it(run_suite: RunSuite, suite: str) -> None:
    surprises = run_suite(suite)
    assert not surprises, "\n\n".join(surprises)

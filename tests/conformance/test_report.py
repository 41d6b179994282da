"""docs/conformance.md says what the suites hold, and known.csv names real cases."""

from __future__ import annotations

from tests.conformance import manifests, report, suites
from tests.needs import shared


def test_the_page_says_what_is_known() -> None:
    cases = manifests.read(shared(manifests.FOLDER))
    assert report.PAGE.read_text(encoding="utf-8") == report.text(cases), (
        "run: python -m tests.conformance.report"
    )


def test_each_known_failure_and_exclusion_names_what_there_is() -> None:
    cases = manifests.read(shared(manifests.FOLDER))
    assert suites.known().keys() <= {case.name for case in cases}
    assert suites.excluded().keys() <= {case.suite for case in cases}

"""A graph past ISTC_MEMORY_QUADS is read from disk: no page counts all of it while one waits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg import catalogue
from tests.serving import Service, serving

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def large(home: Path) -> Iterator[Service]:
    with serving(home, memory_quads="1000") as service:
        yield service


@pytest.mark.parametrize("path", ["/", "/catalog"])
def test_numbers_are_those_of_the_last_build(large: Service, service: Service, path: str) -> None:
    def numbers(page: str) -> list[str]:
        return re.findall(r"\d[\d,]{3,}", re.sub(r"<[^>]*>", " ", page.partition("<main")[2]))

    page = large.page(path, "en")
    assert page.status == 200
    assert numbers(page.text) == numbers(service.page(path, "en").text)


def test_the_graphs_are_measured_with_the_sizes_of_the_last_build(
    large: Service, service: Service
) -> None:
    def sizes(text: str) -> dict[str, str]:
        found = dict(re.findall(r'^istc_graph_triples{graph="([^"]*)"} (\S+)$', text, re.M))
        # The catalogue does not count itself as it was before.
        return {
            name: found[name]
            for name in found
            if name.startswith(("source/", "entities", "journal"))
        }

    told = sizes(large.get("/metrics").text)
    assert told
    assert told == sizes(service.get("/metrics").text)


@pytest.mark.parametrize(
    "path",
    [
        "/doc/country/DEU",
        "/doc/org/cas",
        "/doc?uri=https://w3id.org/istc-kg/graph/journal",
        "/changes",
        "/classes",
    ],
)
def test_pages_say_what_they_say_of_a_small_one(
    large: Service, service: Service, path: str
) -> None:
    page = large.page(path, "en")
    assert page.status == 200
    heading = re.compile(r"<h1.*?</h1>", re.S)
    assert heading.findall(page.text) == heading.findall(service.page(path, "en").text)


def test_a_thing_has_the_questions_that_can_be_asked_about_its_kind(large: Service) -> None:
    page = large.page("/doc/country/DEU", "en").text
    taken = [
        question.id
        for question in catalogue.questions()
        if any((parameter.kind or "").endswith("#Country") for parameter in question.parameters)
    ]
    assert taken
    assert all(f'href="/questions/{name}?' in page for name in taken)


def test_a_question_is_answered_and_offers_every_value_of_its_kind(
    large: Service, service: Service
) -> None:
    path = "/questions/indicator-values"
    for form in (".json", ".csv"):
        assert large.get(f"{path}{form}?lang=en").status == 200
    assert large.get(f"{path}.csv?lang=en").body == service.get(f"{path}.csv?lang=en").body
    offered = set(re.findall(r'<option value="(indicator/[^"]+)"', large.page(path, "en").text))
    assert offered > set(re.findall(r'<option value="(indicator/[^"]+)"', service.page(path).text))


def test_the_default_graph_holds_each_triple_once(large: Service, service: Service) -> None:
    assert large.select(COUNT) == service.select(COUNT)


def test_the_merge_is_made_once(large: Service, home: Path) -> None:
    made = next((home / "versions").glob("*/merged"))
    before = made.stat().st_mtime_ns, sorted(path.name for path in made.glob("*.sst"))
    with serving(home, memory_quads="1000") as again:
        assert again.select(COUNT) == large.select(COUNT)
    assert before == (made.stat().st_mtime_ns, sorted(path.name for path in made.glob("*.sst")))
    assert [path.name for path in made.parent.glob("merged.*")] == ["merged.lock"]

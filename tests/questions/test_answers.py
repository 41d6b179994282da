"""Each question gives the answer that was read in the papers, the same through every door."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import NamedNode

from kg import Graph, asking, catalogue, choosing, open_graph
from kg.store import union
from kg.store.inprocess import InProcess
from service import cli
from tests import needs
from tests.questions.expecting import misses
from tests.serving import ROWS, Service

QUESTIONS = {question.id: question for question in catalogue.questions()}
IDS = sorted(QUESTIONS)
_HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def graph(built_home: Path) -> Graph:
    return open_graph(built_home)


@pytest.fixture(scope="module")
def engine(graph: Graph) -> InProcess:
    return InProcess(graph.store())


def answer(service: Service, question: str, **parameters: str) -> dict[str, Any]:
    reply = service.get(f"/questions/{question}.json?{urlencode(parameters)}")
    assert reply.status == 200, reply.text
    return dict(reply.json())


def test_there_are_at_least_seventy_questions_on_every_theme() -> None:
    themes = Counter(question.theme["en"] for question in QUESTIONS.values())
    assert sum(themes.values()) >= 70
    assert min(themes.values()) >= 3, themes
    chinese = {question.theme["zh"] for question in QUESTIONS.values()}
    assert len(chinese) == len(themes)


@pytest.mark.parametrize("question", IDS)
def test_the_answer_is_what_a_reader_of_the_papers_expects(
    engine: InProcess, question: str
) -> None:
    assert misses(asking.ask(engine, question)) == []


@pytest.mark.parametrize("question", IDS)
def test_expectations_are_bounded(question: str) -> None:
    expect = QUESTIONS[question].expect
    assert set(expect) <= {"min", "max", "rows"}
    assert 1 <= expect["min"] <= expect["max"]


@pytest.mark.parametrize("question", IDS)
def test_rows_are_distinct_and_each_has_facts_that_open(service: Service, question: str) -> None:
    found = answer(service, question, lang="en")
    evidence = [c["name"] for c in found["question"]["columns"] if c["role"] == "evidence"]
    assert evidence
    rows = [json.dumps(row, sort_keys=True) for row in found["rows"]]
    assert len(set(rows)) == len(rows)
    for row in found["rows"]:
        facts = [fact for name in evidence for fact in row[name].get("facts", [])]
        assert facts, row
        assert all(found["sources"].get(fact) for fact in facts), row
    first = found["rows"][0][evidence[0]]["facts"][0]
    path = first.partition("/id/")[2]
    assert service.get(f"/doc/{quote(path)}.ttl").status == 200
    place = found["sources"][first][0]["place"].partition("/id/")[2]
    assert service.page(f"/doc/{quote(place)}").status == 200


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("question", needs.sample(IDS, 7))
def test_names_are_in_the_language_asked_for(
    engine: InProcess, question: str, language: str
) -> None:
    answered = asking.ask(engine, question, language=language)
    for row in answered.rows:
        for cell in row.values():
            if cell.iri is not None and language in cell.label:
                assert cell.text == cell.label[language]
    for column in answered.columns:
        assert bool(_HAN.search(column.label["zh"])) or column.label["zh"].isascii()
        assert not _HAN.search(column.label["en"])


@pytest.mark.parametrize("question", needs.sample(IDS, 3))
def test_the_query_gives_the_same_rows_at_the_endpoint(service: Service, question: str) -> None:
    text = service.get(f"/questions/{question}.rq?lang=en").text
    found = service.sparql(text, ROWS).json()["results"]["bindings"]
    rows = answer(service, question, lang="en")["rows"]
    assert len(found) == len(rows)
    for binding, row in zip(found, rows, strict=True):
        for name, cell in row.items():
            if cell.get("iri"):
                assert binding[name]["value"] == cell["iri"]


@pytest.mark.parametrize("question", needs.sample(IDS, 15))
def test_the_command_line_gives_the_same_rows(
    service: Service,
    built_home: Path,
    question: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in [name for name in os.environ if name.startswith("ISTC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ISTC_HOME", str(built_home))
    assert cli.run(["ask", question, "--format", "csv", "--lang", "en"]) == 0
    by_http = service.get(f"/questions/{question}.csv?lang=en").text
    assert list(csv.DictReader(io.StringIO(capsys.readouterr().out))) == list(
        csv.DictReader(io.StringIO(by_http, newline=""))
    )


@pytest.mark.parametrize("question", needs.sample([i for i in IDS if QUESTIONS[i].parameters], 3))
def test_other_values_of_a_parameter_have_answers(
    service: Service, engine: InProcess, question: str
) -> None:
    asked = QUESTIONS[question]
    _, terms = choosing.check(engine, asked, {})
    for parameter in asked.parameters:
        if parameter.type not in ("thing", "concept"):
            continue
        found = choosing.answerable(engine, asked, terms, parameter)
        assert found, f"no value of {parameter.name} has an answer"
        for key in {found[0].key, found[-1].key}:
            got = answer(service, question, lang="zh", **{parameter.name: key})
            assert got["total"] >= 1, (parameter.name, key)
            assert got["values"][parameter.name] in (key, key.rpartition("/")[2])


@pytest.mark.parametrize(
    "question", ["joint-patents-by-industry", "figures-that-differ", "policies-and-issuers"]
)
def test_an_answer_without_its_facts_is_noticed(graph: Graph, question: str) -> None:
    store = graph.store()
    answered = asking.ask(InProcess(store), question)
    facts = {fact for row in answered.rows for cell in row.values() for fact in cell.facts}
    left = [
        quad
        for quad in store
        if not (isinstance(quad.subject, NamedNode) and quad.subject.value in facts)
    ]
    assert misses(asking.ask(InProcess(union.filled(left)), question)) != []

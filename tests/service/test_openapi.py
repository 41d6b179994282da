"""The description of the HTTP interface is valid, complete, and its examples run."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_spec_validator import validate

from kg import catalogue
from tests import needs
from tests.serving import Service

QUESTIONS = {question.id: question for question in catalogue.questions()}


@pytest.fixture(scope="module")
def described(service: Service) -> dict[str, Any]:
    reply = service.get("/openapi.json")
    assert (reply.status, reply.type) == (200, "application/json")
    return dict(reply.json())


def operation(described: dict[str, Any], question: str) -> dict[str, Any]:
    return dict(described["paths"][f"/questions/{question}"]["get"])


def own(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The parameters that are described in place, not shared by all operations."""
    return [entry for entry in operation["parameters"] if "name" in entry]


def test_the_description_is_valid_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    validate(described)


def test_it_is_linked_from_the_home_page(service: Service, described: dict[str, Any]) -> None:
    home = service.page("/")
    assert re.search(r'</openapi\.json>; rel="service-desc"', home.header("Link"))
    assert 'href="/openapi.json"' in home.text
    assert described["servers"] == [{"url": service.url}]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_described_with_all_its_parameters(
    described: dict[str, Any], question: str
) -> None:
    found = operation(described, question)
    assert found["operationId"] == question
    assert found["summary"] == QUESTIONS[question].title["en"]
    listed = {entry["name"]: entry for entry in own(found)}
    assert list(listed) == [p.name for p in QUESTIONS[question].parameters]
    for parameter in QUESTIONS[question].parameters:
        entry = listed[parameter.name]
        assert "enum" not in entry["schema"]
        assert entry["description"].startswith(parameter.label["en"])
        if parameter.default is not None:
            assert str(entry["example"]) == parameter.default
            assert entry["schema"]["default"] == entry["example"]


@pytest.mark.parametrize("question", needs.sample(list(QUESTIONS), 3))
def test_every_example_gives_an_answer(
    service: Service, described: dict[str, Any], question: str
) -> None:
    found = operation(described, question)
    path = f"/questions/{question}"
    examples = {entry["name"]: entry["example"] for entry in own(found) if "example" in entry}
    for name, value in examples.items():
        reply = service.get(f"{path}?{urlencode({name: value})}", "application/json")
        assert reply.status == 200, (name, reply.text)
        assert reply.json()["total"] > 0, (name, value)


@pytest.mark.parametrize("question", {q.theme["en"]: q.id for q in QUESTIONS.values()}.values())
def test_all_examples_together_are_answered_in_every_media_type(
    service: Service, described: dict[str, Any], question: str
) -> None:
    found = operation(described, question)
    path = f"/questions/{question}"
    examples = {entry["name"]: entry["example"] for entry in own(found) if "example" in entry}
    for media_type in found["responses"]["200"]["content"]:
        reply = service.get(f"{path}?{urlencode(examples)}", media_type)
        assert (reply.status, reply.type) == (200, media_type)


def test_a_range_is_described_by_a_pattern_that_its_default_fits(
    described: dict[str, Any],
) -> None:
    ranges = [(q.id, p) for q in QUESTIONS.values() for p in q.parameters if p.type == "range"]
    assert ranges
    for question, parameter in ranges:
        (entry,) = [e for e in own(operation(described, question)) if e["name"] == parameter.name]
        pattern = entry["schema"]["pattern"]
        for value in ("2014..2021", "2014..", "..2021", parameter.default or ""):
            assert re.search(pattern, value)
        assert not re.search(pattern, "2014-2021")


def test_problems_are_described_as_they_come(service: Service, described: dict[str, Any]) -> None:
    responses = operation(described, "indicator-values")["responses"]
    for path, accept in (
        ("/questions/indicator-values?colour=blue", "application/json"),
        ("/questions/indicator-values", "image/png"),
    ):
        reply = service.get(path, accept)
        assert list(responses[str(reply.status)]["content"]) == [reply.type]
        required = described["components"]["schemas"]["Problem"]["required"]
        assert set(required) <= set(reply.json())


def test_the_answer_has_the_members_that_are_described(
    service: Service, described: dict[str, Any]
) -> None:
    schema = described["components"]["schemas"]["Answer"]
    answer = service.get("/questions/indicator-values.json").json()
    assert set(schema["required"]) == set(schema["properties"]) == set(answer)


def test_finding_a_question_is_described_as_it_works(
    service: Service, described: dict[str, Any]
) -> None:
    find = described["paths"]["/ask"]["get"]
    examples = {entry["name"]: entry["example"] for entry in own(find)}
    path = f"/ask?{urlencode(examples)}"
    for media_type in find["responses"]["200"]["content"]:
        assert service.get(path, media_type).type == media_type
    found = service.get(path, "application/json").json()
    schema = described["components"]["schemas"]["Found"]
    assert set(schema["required"]) == set(found)
    (best, *_) = found["suggestions"]
    assert set(schema["properties"]["suggestions"]["items"]["required"]) == set(best)
    assert best["rows"] == service.get(best["answer"]).json()["total"] > 0


def test_citing_is_described_as_it_works(service: Service, described: dict[str, Any]) -> None:
    cite = described["paths"]["/questions/{id}/cite"]["post"]
    (id_,) = [entry for entry in own(cite) if entry["name"] == "id"]
    reply = service.send("POST", f"/questions/{id_['example']}/cite")
    assert str(reply.status) in cite["responses"]
    frozen = reply.header("Location").partition("?")[0]
    content = described["paths"]["/answers/{sha256}"]["get"]["responses"]["200"]["content"]
    for media_type in content:
        assert service.get(frozen, media_type).type == media_type
    assert service.get(f"{frozen}/now").json()["state"] == "current"
    (digest,) = own(described["paths"]["/answers/{sha256}"]["get"])
    assert re.search(digest["schema"]["pattern"], frozen.rpartition("/")[2])


def test_it_is_in_the_language_of_the_reader(service: Service) -> None:
    chinese = service.get("/openapi.json", Accept_Language="zh").json()
    found = operation(chinese, "indicator-values")
    assert found["summary"] == QUESTIONS["indicator-values"].title["zh"]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/changes", "200"),
        ("/changes/{number}", "200"),
        ("/dumps/latest/{name}", "302"),
        ("/dumps/{number}/{name}", "200"),
    ],
)
def test_changes_and_files_are_described_as_they_work(
    service: Service, described: dict[str, Any], path: str, answer: str
) -> None:
    found = described["paths"][path]["get"]
    examples = {entry["name"]: entry["example"] for entry in own(found) if "example" in entry}
    address = path.format(**examples)
    asked = {name: value for name, value in examples.items() if f"{{{name}}}" not in path}
    reply = service.get(f"{address}?{urlencode(asked)}")
    assert str(reply.status) == answer
    response = found["responses"][answer]
    if path.startswith("/changes"):
        for media_type in response["content"]:
            told = service.get(f"{address}?{urlencode(asked)}", media_type)
            assert (told.status, told.type) == (200, media_type)
    if path == "/changes":
        schema = response["content"]["application/json"]["schema"]
        assert set(schema["required"]) == set(reply.json())
        item = schema["properties"]["changes"]["items"]
        assert set(item["required"]) == set(reply.json()["changes"][0])


def test_queries_are_described_as_they_work(service: Service, described: dict[str, Any]) -> None:
    endpoint = described["paths"]["/sparql"]
    (text,) = [e["example"] for e in own(endpoint["get"]) if e["name"] == "query"]
    kinds = list(endpoint["get"]["responses"]["200"]["content"])
    graph = "CONSTRUCT WHERE { ?university a <https://w3id.org/istc-kg/ontology#University> }"
    for media_type in kinds:
        for query in (text, graph):
            reply = service.get(f"/sparql?{urlencode({'query': query})}", media_type)
            if reply.status == 200:
                assert reply.type == media_type
                break
        else:
            pytest.fail(f"no query gives {media_type}")
    for media_type, kind in endpoint["post"]["requestBody"]["content"].items():
        example = kind["example"]
        body = example if isinstance(example, str) else urlencode(example)
        reply = service.send("POST", "/sparql", body, {"Content-Type": media_type})
        assert (reply.status, reply.header("Query-Id") != "") == (200, True)


def test_running_queries_are_described_as_they_are(
    service: Service, described: dict[str, Any]
) -> None:
    found = described["paths"]["/sparql/running"]["get"]["responses"]["200"]
    schema = found["content"]["application/json"]["schema"]
    assert set(schema["required"]) == set(service.get("/sparql/running").json())
    for method in ("get", "delete"):
        answers = described["paths"]["/sparql/running/{query_id}"][method]["responses"]
        assert str(service.send(method.upper(), "/sparql/running/nobody").status) in answers

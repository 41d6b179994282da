"""The catalogue of questions: pages with a form, answers as data, each row with its source."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import quote

import pytest

from kg import catalogue
from tests import needs
from tests.serving import BROWSER, Reply, Service

IDS = [question.id for question in catalogue.questions()]
COUNTRIES = "/questions/ties-of-an-actor"


def data(service: Service, question: str, query: str = "") -> dict[str, Any]:
    reply = service.get(f"/questions/{question}.json{query}")
    assert reply.status == 200, reply.text
    return dict(reply.json())


def rows(reply: Reply) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_has_every_question_in_the_language_of_the_reader(
    service: Service, language: str
) -> None:
    page = service.page("/questions", language).text
    for question in catalogue.questions():
        assert f'href="/questions/{question.id}"' in page
        assert question.title[language] in page.replace("&#39;", "'").replace("&amp;", "&")


def test_programs_get_the_list_as_json(service: Service) -> None:
    listed = service.get("/questions", "application/json").json()["questions"]
    assert [entry["id"] for entry in listed] == IDS
    assert all(entry["url"] == f"/questions/{entry['id']}" for entry in listed)
    typed = [p for entry in listed for p in entry["parameters"]]
    assert {"name", "type", "of", "label", "default"} <= set(typed[0])


@pytest.mark.parametrize("question", IDS)
def test_every_row_of_every_answer_has_a_source(service: Service, question: str) -> None:
    reply = service.get(f"/questions/{question}.csv?lang=en")
    assert (reply.status, reply.type) == (200, "text/csv")
    found = rows(reply)
    assert len(found) >= catalogue.question(question).expect["min"]
    assert [row for row in found if not row["source"]] == []
    assert len({tuple(row.items()) for row in found}) == len(found)


@pytest.mark.parametrize("question", needs.sample(IDS, 2))
def test_every_question_has_a_page_that_shows_its_rows(service: Service, question: str) -> None:
    for language in ("zh", "en"):
        reply = service.page(f"/questions/{question}", language)
        assert (reply.status, reply.type) == (200, "text/html")
        total = len(data(service, question)["rows"])
        body = reply.text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert body.count("<tr>") == min(total, 50)
        assert 'class="mark"' in body or total == 0


def test_json_and_csv_have_the_same_rows_and_sources(service: Service) -> None:
    path = "indicator-values"
    answer = data(service, path, "?lang=zh")
    table = rows(service.get(f"/questions/{path}.csv?lang=zh"))
    assert len(table) == len(answer["rows"]) == answer["total"]
    for row, record in zip(answer["rows"], table, strict=True):
        assert row["value"]["text"] == record["value"]
        assert row["about"]["iri"] == record["about_iri"]
        (fact,) = row["evidence"]["facts"]
        assert record["source_iri"] == fact
        (source, *_) = answer["sources"][fact]
        assert source["citation"] in record["source"]
        assert source["locator"]
        assert source["retrieved"]


def test_every_source_of_an_answer_can_be_opened(service: Service) -> None:
    answer = data(service, "indicator-values")
    for sources in answer["sources"].values():
        for source in sources:
            for iri in (source["place"], source["document"]):
                path = "/doc/" + iri.partition("/id/")[2]
                assert service.get(path, BROWSER).status == 200


def test_an_answer_names_data_version_and_values(service: Service) -> None:
    answer = data(service, "indicator-values", "?indicator=indicator/co-papers")
    assert answer["values"]["indicator"] == "indicator/co-papers"
    assert answer["data"]["version"] == service.get("/version").json()["data"]["version"]


def test_a_parameter_can_be_given_as_key_iri_or_name(service: Service) -> None:
    parameter = "?indicator="
    key = "indicator/co-papers"
    iri = f"https://w3id.org/istc-kg/id/{key}"
    found = [
        data(service, "indicator-values", parameter + quote(value, safe=""))["rows"]
        for value in (key, iri, "合作论文数")
    ]
    assert found[0] == found[1] == found[2] != []


def test_a_name_in_either_language_is_its_value_and_one_of_several_things_is_none(
    service: Service,
) -> None:
    by_key = data(service, "country-figures", "?country=country/SGP")["rows"]
    for name in ("新加坡", "Singapore", "singapore "):
        assert data(service, "country-figures", f"?country={quote(name)}")["rows"] == by_key
    choices = {c["iri"]: c["label"] for c in same_names(service)}
    assert len(choices) > 1
    (name,) = {label["en"] for label in choices.values()}
    reply = service.get(f"/questions/ties-of-an-actor.json?actor={quote(name)}&lang=en")
    assert reply.status == 422
    (error,) = reply.json()["errors"]
    assert error["expected"] == "one of several with this name"
    assert {f"https://w3id.org/istc-kg/id/{key}" for key in error["allowed"]} == set(choices)


def same_names(service: Service) -> list[dict[str, Any]]:
    """Things that have one English name in common."""
    rows = service.select(
        "PREFIX istc: <https://w3id.org/istc-kg/ontology#> "
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT DISTINCT ?thing ?name { ?thing a istc:Entity ; rdfs:label ?name . "
        "?other a istc:Entity ; rdfs:label ?name . FILTER(?thing != ?other && LANG(?name) = 'en') "
        "} ORDER BY ?name ?thing"
    )
    return [
        {"iri": row["thing"], "label": {"en": row["name"]}}
        for row in rows
        if row["name"] == rows[0]["name"]
    ]


def test_the_page_of_a_thing_offers_only_questions_that_have_an_answer_about_it(
    service: Service,
) -> None:
    for path in ("country/FRA", "doc/brics-members", "platform/fast", "problem-type/funding"):
        page = service.page(f"/doc/{path}").text.partition("Questions about this")[2]
        offered = re.findall(r'href="/questions/([a-z0-9-]+)\?([^"]+)"', page)
        for question, query in offered:
            assert data(service, question, f"?{query.replace('&amp;', '&')}")["rows"], question
    assert "/questions/" in service.page("/doc/country/FRA").text.partition("about this")[2]


def test_a_row_with_many_facts_shows_some_and_folds_the_others(service: Service) -> None:
    page = service.page("/questions/most-connected-actors").text
    row = page.partition("<tbody>")[2].partition("</tr>")[0]
    facts = data(service, "most-connected-actors")["rows"][0]["evidence"]["facts"]
    shown, _, folded = row.partition("<details")
    assert shown.count('class="fact"') == 4
    assert folded.count('class="fact"') == 56
    assert f"and {len(facts) - 4} more" in folded
    assert f"The other {len(facts) - 60} are in the downloads." in folded


def test_the_languages_give_the_same_figures_with_other_names(service: Service) -> None:
    chinese = rows(service.get("/questions/indicator-values.csv?lang=zh"))
    english = rows(service.get("/questions/indicator-values.csv?lang=en"))
    assert [row["value"] for row in chinese] == [row["value"] for row in english]
    assert [row["about_iri"] for row in chinese] == [row["about_iri"] for row in english]
    assert chinese[0]["about"] == "中国"
    assert english[0]["about"] == "China"


def test_every_wrong_parameter_is_listed_with_what_is_allowed(service: Service) -> None:
    path = "/questions/problems-and-recommendations"
    (name, *_) = [p.name for p in catalogue.question("problems-and-recommendations").parameters]
    reply = service.get(f"{path}?{name}=nonsense&colour=blue&taste=sweet", "application/json")
    assert (reply.status, reply.type) == (422, "application/problem+json")
    errors = {error["parameter"]: error for error in reply.json()["errors"]}
    assert set(errors) == {name, "colour", "taste"}
    assert errors[name]["value"] == "nonsense"
    assert errors[name]["allowed"]
    assert errors["colour"]["allowed"] == [name]
    assert all(error["expected"] for error in errors.values())
    for form in ("", ".json", ".csv", ".rq"):
        assert service.get(f"{path}{form}?colour=blue", "*/*").status == 422


def test_a_wrong_value_suggests_the_one_that_was_meant(service: Service) -> None:
    reply = service.get("/questions/indicator-values.json?indicator=indicator/co-paper")
    (error,) = reply.json()["errors"]
    assert error["allowed"][0] == "indicator/co-papers"


def test_a_parameter_given_twice_is_refused(service: Service) -> None:
    reply = service.get("/questions/indicator-values.json?indicator=a&indicator=b")
    assert reply.status == 422
    assert [error["parameter"] for error in reply.json()["errors"]] == ["indicator"]


@pytest.mark.parametrize("form", ["", ".json", ".csv", ".rq"])
def test_an_unknown_question_is_answered_with_near_ones(service: Service, form: str) -> None:
    reply = service.get(f"/questions/indicator-value{form}", "application/json")
    assert reply.status == 404
    assert "indicator-values" in reply.json()["suggestions"]
    page = service.page("/questions/indicator-value")
    assert 'href="/questions/indicator-values"' in page.text


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("application/sparql-query", "application/sparql-query"),
        ("*/*", "text/html"),
    ],
)
def test_the_accept_header_decides(service: Service, accept: str, sent: str) -> None:
    reply = service.get("/questions/rankings", accept)
    assert (reply.status, reply.type) == (200, sent)
    assert "Accept" in reply.header("Vary")


def test_an_answer_that_is_held_already_is_not_sent_again(service: Service) -> None:
    tags = set()
    for path in ("/questions/rankings", "/questions/rankings.json", "/questions/rankings.csv"):
        etag = service.get(path).header("ETag")
        tags.add(etag)
        again = service.get(path, If_None_Match=etag)
        assert (again.status, again.body) == (304, b"")
        assert service.get(f"{path}?lang=en", If_None_Match=etag).status in (200, 304)
    assert len(tags) == 3


def test_following_next_shows_every_row_once(service: Service) -> None:
    answer = data(service, "ties-of-an-actor", "?actor=country/CHN")
    assert len(answer["rows"]) > 50
    path = "/questions/ties-of-an-actor?actor=country/CHN"
    facts: list[str] = []
    pages = 0
    while path:
        reply = service.page(path)
        body = reply.text.partition("<tbody>")[2].partition("</tbody>")[0]
        facts += re.findall(r'class="fact" href="([^"?]+)', body)
        pages += 1
        found = re.search(r'<([^>]+)>; rel="next"', reply.header("Link"))
        assert bool(found) == ('rel="next"' in reply.text)
        path = found[1] if found else ""
    wanted = [f for row in answer["rows"] for f in row["evidence"]["facts"]]
    assert pages == -(-len(answer["rows"]) // 50)
    assert [f.removeprefix("/doc/") for f in facts] == [f.partition("/id/")[2] for f in wanted]


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", "1.5"])
def test_a_page_that_is_not_there_is_told(service: Service, number: str) -> None:
    reply = service.get(f"/questions/rankings?page={number}", BROWSER)
    assert reply.status == 422


def test_the_form_offers_values_by_name_with_counts_and_keeps_the_choice(service: Service) -> None:
    page = service.page("/questions/indicator-values?indicator=indicator/co-papers", "zh").text
    assert re.search(
        r'<option value="indicator/co-papers" selected[^>]*>合作论文数 \(\d+\)</option>', page
    )
    english = service.page("/questions/indicator-values", "en").text
    offered = english.partition("<select")[2].partition("</select>")[0]
    assert "合作论文数" not in re.sub(r"<[^>]*>", "", offered)
    assert 'data-other="合作论文数"' in offered


def test_the_file_for_spreadsheets_opens_with_chinese_intact(service: Service) -> None:
    page = service.page("/questions/indicator-values", "zh").text
    (download,) = re.findall(r'href="([^"]+\.csv[^"]*)"', page.partition("<main")[2])
    reply = service.get(download.replace("&amp;", "&"))
    assert reply.body.startswith(b"\xef\xbb\xbf")
    assert "中国" in reply.text
    assert b"\r\n" in reply.body
    assert not service.get("/questions/indicator-values.csv").body.startswith(b"\xef\xbb\xbf")


def test_the_query_opens_in_the_editor_with_its_values(service: Service) -> None:
    page = service.page("/questions/indicator-values?indicator=indicator/co-papers").text
    (editor,) = re.findall(r'href="(/sparql\?query=[^"]+)"', page)
    shown = service.page(editor.replace("&amp;", "&"))
    assert shown.status == 200
    assert "/id/indicator/co-papers&gt;" in shown.text


@pytest.mark.parametrize("question", needs.sample(IDS, 3))
def test_every_value_that_a_form_offers_first_has_as_many_rows_as_it_says(
    service: Service, question: str
) -> None:
    page = service.page(f"/questions/{question}", "zh").text
    offered = catalogue.question(question).parameters
    for parameter in [p for p in offered if p.type in ("thing", "concept")]:
        select = page.partition(f'<select name="{parameter.name}"')[2].partition("</select>")[0]
        options = re.findall(r'<option value="([^"]+)"[^>]*>.*? \((\d+)\)</option>', select)
        assert options, parameter.name
        for key, number in (options[0], options[-1]):
            query = f"?{parameter.name}={quote(key, safe='')}"
            assert len(data(service, question, query)["rows"]) == int(number), key

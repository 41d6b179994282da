"""Finding the question: analysts type a few words and get the question they mean, filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from kg import catalogue, finding, open_graph
from kg.finding import Found
from tests.cli.conftest import run
from tests.finding import measuring
from tests.serving import Service

Find = Callable[[str], Found]
LEAST = 0.85
#: Points by which the figures may move before the page has to be written again.
MOVED = 3
HOSTILE = (
    "和" * 5000,
    "labs " * 2000,
    "'; DROP TABLE questions; --",
    "} UNION { ?s ?p ?o } #",
    '<script>alert("x")</script>',
    "🚀🔥👩‍🔬🇨🇳",
    "\u202e\u0000\ufeff\ud7ff",
    "((((((((((((((((((((" * 20 + "a" * 300,
    "%s %(x)s {0} ${x} {{ 7*7 }}",
    "../../etc/passwd",
    "   ",
)


finder = cache(measuring.finder)


@pytest.fixture(name="found")
def _found(built_home: Path) -> Find:
    return finder(built_home)


@pytest.fixture(name="measured", scope="module")
def _measured(built_home: Path) -> dict[str, measuring.Measured]:
    return measuring.measure(finder(built_home))


def ids(found: Found, number: int = 3) -> list[str]:
    return [suggestion.question.id for suggestion in found.suggestions[:number]]


@pytest.mark.parametrize("language", measuring.LANGUAGES)
def test_the_question_meant_is_among_the_first_three(
    measured: dict[str, measuring.Measured], language: str
) -> None:
    result = measured[language]
    print(measuring.rows({language: result})[0])
    assert result.counts["phrasings"] == 100
    assert result.share("within", "phrasings") >= LEAST, result.missed


@pytest.mark.parametrize("language", measuring.LANGUAGES)
def test_what_is_named_becomes_a_value(
    measured: dict[str, measuring.Measured], language: str
) -> None:
    result = measured[language]
    assert result.counts["naming"] >= 40
    assert result.share("values", "naming") >= LEAST, result.wrong


def test_words_that_nobody_tuned_for_find_their_question_too(built_home: Path) -> None:
    unseen = measuring.measure(finder(built_home), "unseen").values()
    missed = [text for result in unseen for text in result.missed]
    within = sum(result.counts["within"] for result in unseen)
    print(within, "of", len(measuring.phrasings("unseen")))
    assert within >= LEAST * len(measuring.phrasings("unseen")), missed


def test_the_page_says_what_is_measured(measured: dict[str, measuring.Measured]) -> None:
    page = measuring.documented()
    for row in measuring.rows(measured):
        language = row.split("|")[1].strip()
        now = [
            int(number) for number in re.findall(r"\d+", row.partition("|")[2].partition("|")[2])
        ]
        assert len(page[language]) == len(now)
        moved = [abs(a - b) for a, b in zip(page[language], now, strict=True)]
        assert max(moved) <= MOVED, f"python -m tests.finding.measuring --write: {row}"


def test_phrasings_are_in_the_readers_words_and_not_titles() -> None:
    titles = {t.lower() for q in catalogue.questions() for t in q.title.values()}
    known = {q.id for q in catalogue.questions()}
    for phrasing in measuring.phrasings():
        assert phrasing.text.lower() not in titles
        assert set(phrasing.wanted) <= known, phrasing


def test_a_query_takes_a_moment(measured: dict[str, measuring.Measured]) -> None:
    seconds = sorted(s for result in measured.values() for s in result.seconds)
    assert seconds[len(seconds) // 2] < 0.05


def test_the_same_words_find_the_same(built_home: Path) -> None:
    again = measuring.finder(built_home)
    for phrasing in measuring.phrasings()[::10]:
        first, second = finder(built_home)(phrasing.text), again(phrasing.text)
        assert finding.summary(first) == finding.summary(second)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("与新加坡的合作", "country/SGP"),
        ("與新加坡的合作", "country/SGP"),
        ("cooperation with SINGAPORE", "country/SGP"),
        ("cooperation with SGP", "country/SGP"),
        ("cooperation with Singapor", "country/SGP"),
        ("ｓｉｎｇａｐｏｒｅ labs", "country/SGP"),
        ("中科院", "org/cas"),
        ("CAS", "org/cas"),
        ("科技部", "org/most"),
        ("policies of MOST", "org/most"),
        ("the EU", "group/eu"),
        ("巴基斯但", "country/PAK"),
    ],
)
def test_a_thing_is_recognised_however_it_is_written(found: Find, typed: str, key: str) -> None:
    assert key in [item.key for item in found(typed).recognised]


@pytest.mark.parametrize("typed", ["which partners cooperate most", "who is it in a list", "am I"])
def test_an_ordinary_word_is_no_code(found: Find, typed: str) -> None:
    assert found(typed).recognised == ()


def test_an_adjective_that_shares_its_stem_is_not_the_other_group(found: Find) -> None:
    keys = [item.key for item in found("aid for developing countries").recognised]
    assert keys == ["group/developing-countries"]


def test_a_suggestion_says_why(found: Find) -> None:
    best = found("labs with pakistan").suggestions[0]
    assert [item.key for item in best.recognised] == ["country/PAK"]
    assert "labs" in best.words
    assert list(best.parameters.values()) == ["country/PAK"]


@pytest.mark.parametrize("typed", ["明天会下雨", "weather tomorrow", "zzzz qqqq", "😀"])
def test_where_nothing_fits_it_says_so(found: Find, typed: str) -> None:
    assert found(typed).suggestions == ()


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_are_only_words(found: Find, typed: str) -> None:
    result = found(typed)
    assert len(result.query) <= finding.LONGEST
    json.dumps(finding.summary(result))


def test_the_page_offers_the_best_questions_with_their_values(service: Service) -> None:
    page = service.page(f"/ask?{urlencode({'q': 'labs with pakistan'})}")
    assert page.status == 200
    assert "/questions/platforms-of-a-country?country=country/PAK" in page.text
    assert 'value="labs with pakistan"' in page.text
    answer = service.page("/questions/platforms-of-a-country?country=country/PAK")
    assert answer.status == 200


def test_every_suggested_address_opens(service: Service) -> None:
    for typed in (
        "和巴基斯坦有哪些联合实验室",
        "papers with Singapore by field",
        "numbers for 2019",
    ):
        reply = service.get(f"/ask?q={quote(typed)}", "application/json")
        suggestions = reply.json()["suggestions"]
        assert suggestions
        for suggestion in suggestions:
            assert service.page(suggestion["url"]).status == 200
            assert service.get(suggestion["answer"]).type == "application/json"


def test_a_suggestion_says_how_many_rows_it_has_or_which_value_has_none(
    found: Find, service: Service
) -> None:
    suggestions = found("labs with France").suggestions
    for suggestion in suggestions:
        path = f"/questions/{suggestion.question.id}.json?{urlencode(suggestion.parameters)}"
        assert service.get(path).json()["total"] == suggestion.rows
    assert suggestions[0].rows
    empty = [s for s in suggestions if s.rows == 0]
    assert empty
    assert all([s.parameters[name] for name in s.without] == ["country/FRA"] for s in empty)


def test_what_has_no_answer_falls_below_what_has_one(built_home: Path) -> None:
    graph = open_graph(built_home)
    offered = graph.find("policies from MOST", "en")
    rows = [bool(suggestion["rows"]) for suggestion in offered]
    assert rows == sorted(rows, reverse=True)
    assert not all(rows)


def test_only_the_values_that_leave_no_rows_are_named(found: Find) -> None:
    named = found("papers with France by field in food security").suggestions
    both = next(s for s in named if len(s.parameters) > 1 and s.rows == 0)
    assert [both.parameters[name] for name in both.without] == ["country/FRA"]


def test_the_page_and_the_command_line_warn_of_an_empty_answer(
    service: Service, built_home: Path, tmp_path: Path
) -> None:
    page = service.page("/ask?q=labs%20with%20France").text
    assert "no rows with France" in page
    assert "1 row<" in page
    chinese = service.page("/ask?q=labs%20with%20France", "zh").text
    assert "图谱中没有“法国”的数据" in chinese
    told = run(built_home, "ask", "labs with France", "--lang", "en", cwd=tmp_path).stdout
    assert "no rows with France" in told
    assert told.index("platforms-of-a-country") < told.index("no rows with")


def test_in_a_notebook_a_found_question_can_be_asked(built_home: Path) -> None:
    graph = open_graph(built_home)
    (best, *_) = graph.find("labs with pakistan", "en")
    assert best["question"] == "platforms-of-a-country"
    assert len(graph.ask(best["question"], "en", **best["parameters"])) == best["rows"]


def test_the_box_is_in_the_catalogue(service: Service) -> None:
    for path in ("/questions", "/ask"):
        page = service.page(path, "zh")
        assert page.status == 200
        assert 'action="/ask"' in page.text
        assert "用自己的话提问" in page.text


def test_a_page_without_a_fit_offers_themes(service: Service) -> None:
    page = service.page("/ask?q=weather%20tomorrow")
    assert page.status == 200
    assert "No question fits these words." in page.text
    assert "/questions#platforms" in page.text


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_do_no_harm_on_the_page(service: Service, typed: str) -> None:
    page = service.page(f"/ask?{urlencode({'q': typed[:1500]})}")
    assert page.status == 200
    assert "<script>alert" not in page.text


def test_the_command_line_shows_commands_and_runs_the_first(
    built_home: Path, tmp_path: Path
) -> None:
    def ask(*words: str) -> str:
        done = run(built_home, "ask", *words, "--lang", "en", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    shown = ask("labs with pakistan")
    assert "istc ask platforms-of-a-country country=country/PAK" in shown
    assert ask("labs", "with", "pakistan") == shown
    first = ask("labs with pakistan", "--first", "--format", "csv")
    assert first == ask("platforms-of-a-country", "country=country/PAK", "--format", "csv")


def test_the_command_line_says_that_nothing_fits(built_home: Path, tmp_path: Path) -> None:
    done = run(built_home, "ask", "weather tomorrow", cwd=tmp_path)
    assert done.returncode == 3
    assert "No question fits" in done.stderr


def test_ask_alone_lists_the_questions(built_home: Path, tmp_path: Path) -> None:
    listed = run(built_home, "ask", "--lang", "en", cwd=tmp_path)
    assert listed.stdout == run(built_home, "questions", "--lang", "en", cwd=tmp_path).stdout
    assert "platforms-of-a-country" in listed.stdout

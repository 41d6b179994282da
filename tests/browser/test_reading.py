"""A reader with a real browser: finds a question, answers it, follows a figure to its source."""

from __future__ import annotations

import pytest

from tests.browser.webdriver import MakeBrowser
from tests.serving import Service

PAGES = [
    "/",
    "/questions",
    "/questions/indicator-values",
    "/doc/country/CHN",
    "/doc/org/cas",
    "/ontology",
    "/sparql",
    "/catalog",
    "/problems",
]


def test_a_reader_answers_a_question_and_follows_a_figure_to_its_source(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    reader.open(service.url + "/")
    assert "国际科技合作" in reader.text("h1")
    reader.follow('header a[href="/questions"]')
    reader.follow('a[href="/questions/indicator-values"]')
    assert reader.text("h1") == "某一指标有哪些数据？"
    reader.click('select[name="indicator"] option[value="indicator/co-papers"]')
    reader.follow('form.parameters button[type="submit"]')
    assert "indicator=indicator%2Fco-papers" in reader.url
    assert reader.value('select[name="indicator"]') == "indicator/co-papers"
    rows = len(reader.all("table.answer tbody tr"))
    assert f"{rows} 行" in reader.text("p.formats")
    assert rows > 1
    reader.follow("table.answer a.fact")
    assert "/doc/fact/" in reader.url
    assert "获取于" in reader.text(".itself .sources")
    reader.follow(".itself .sources a")
    assert "/doc/doc/" in reader.url
    reader.back()
    reader.back()
    assert reader.value('select[name="indicator"]') == "indicator/co-papers"
    assert reader.complaints() == []


def test_the_language_switch_stays_on_the_page_and_goes_along(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    reader.open(service.url + "/questions/indicator-values?indicator=indicator/co-papers")
    figures = [reader.text("table.answer td.value")]
    reader.follow('.languages a[lang="en"]')
    assert reader.text("h1") == "What figures are there for an indicator?"
    assert reader.value('select[name="indicator"]') == "indicator/co-papers"
    assert [reader.text("table.answer td.value")] == figures
    reader.follow("table.answer td.thing a")
    assert reader.attribute("html", "lang") == "en"
    assert reader.text("h1") == "China"
    reader.follow('.languages a[lang="zh"]')
    assert reader.text("h1") == "中国"
    assert reader.complaints() == []


def test_an_english_reader_gets_english(service: Service, browser: MakeBrowser) -> None:
    reader = browser(language="en-GB,en")
    reader.open(service.url + "/doc/org/cas")
    assert reader.text("h1") == "Chinese Academy of Sciences"


def test_everything_works_without_script(service: Service, browser: MakeBrowser) -> None:
    reader = browser(script=False)
    reader.open(service.url + "/questions/rankings")
    reader.follow('form.parameters button[type="submit"]')
    assert reader.all("table.answer tbody tr")
    reader.open(service.url + "/sparql")
    reader.type("#query", "SELECT (6 * 7 AS ?answer) {}")
    reader.follow('form.editor button[type="submit"]')
    assert reader.text("table.answer td") == "42"
    reader.type("#query", "SELECT * { ?s foaf:name ?o }")
    reader.follow('form.editor button[type="submit"]')
    assert "PREFIX foaf: <http://xmlns.com/foaf/0.1/>" in reader.text("main")
    assert reader.value("#query") == "SELECT * { ?s foaf:name ?o }"


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_ask_nobody_else_complain_of_nothing_and_fit_the_window(
    service: Service, browser: MakeBrowser, width: int
) -> None:
    reader = browser(size=(width, 900))
    for path in PAGES:
        for language in ("zh", "en"):
            reader.open(f"{service.url}{path}?lang={language}")
            content, window = reader.width()
            assert content <= window, (path, language)
    assert reader.complaints() == []
    outside = [
        url
        for url in reader.asked()
        if not url.startswith((service.url, "data:", "chrome:", "about:"))
    ]
    assert outside == []

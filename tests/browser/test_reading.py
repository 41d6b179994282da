"""A reader with a real browser: finds a question, answers it, follows a figure to its source."""

from __future__ import annotations

import pytest

from tests.browser.webdriver import MakeBrowser
from tests.serving import Service

#: Keys of a keyboard (WebDriver, section 17.4.2); control and a select what a field holds.
ENTER, DOWN, ESCAPE, EVERYTHING = "\ue007", "\ue015", "\ue00c", "\ue009a\ue000"
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
    reader.press("#p-indicator", f"{EVERYTHING}合作论文数{ENTER}")
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
    figure = reader.attribute("table.answer td.value data", "value")
    assert reader.text("table.answer td.value") == "4.67万"
    reader.follow('.languages a[lang="en"]')
    assert reader.text("h1") == "What figures are there for an indicator?"
    assert reader.value('select[name="indicator"]') == "indicator/co-papers"
    assert reader.attribute("table.answer td.value data", "value") == figure == "46700"
    assert reader.text("table.answer td.value") == "46,700"
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


def test_a_value_of_a_long_list_is_found_by_typing_in_either_language(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en-GB,en")
    reader.open(service.url + "/questions/country-figures")
    assert reader.value("#p-country").startswith("South Korea (")
    options = len(reader.all('select[name="country"] option'))
    assert options > 15
    reader.press("#p-country", f"{EVERYTHING}新")
    found = reader.all("form.parameters .combobox li")
    assert 1 < len(found) < options
    assert "新加坡" in reader.text("form.parameters .combobox li")
    assert reader.text("form.parameters .combobox .unseen") == f"{len(found)} of {options}"
    assert reader.attribute("#p-country", "aria-expanded") == "true"
    first = reader.attribute("#p-country", "aria-activedescendant")
    reader.press("#p-country", DOWN)
    second = reader.attribute("#p-country", "aria-activedescendant")
    assert first != second
    assert reader.attribute(f"#{second}", "aria-selected") == "true"
    reader.press("#p-country", ESCAPE)
    assert reader.value("#p-country").startswith("South Korea (")
    reader.press("#p-country", f"{EVERYTHING}singap{ENTER}")
    assert reader.value('select[name="country"]') == "country/SGP"
    assert reader.attribute("#p-country", "aria-expanded") == "false"
    reader.follow('form.parameters button[type="submit"]')
    assert "country=country%2FSGP" in reader.url
    assert reader.value("#p-country").startswith("Singapore (")
    assert reader.complaints() == []


def test_what_fits_nothing_is_said_and_changes_nothing(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en-GB,en")
    reader.open(service.url + "/questions/country-figures")
    reader.press("#p-country", f"{EVERYTHING}zzz")
    assert reader.text("form.parameters .combobox li") == "nothing fits"
    reader.follow('form.parameters button[type="submit"]')
    assert reader.value('select[name="country"]') == "country/KOR"


def test_a_list_of_few_values_stays_a_list(service: Service, browser: MakeBrowser) -> None:
    reader = browser()
    reader.open(service.url + "/questions/joint-papers-by-field")
    assert reader.text('select[name="field"]')
    assert reader.all("form.parameters .combobox") == []


def test_without_script_a_long_list_is_there_to_choose_from(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(script=False)
    reader.open(service.url + "/questions/country-figures")
    reader.click('select[name="country"] option[value="country/SGP"]')
    reader.follow('form.parameters button[type="submit"]')
    assert "country=country%2FSGP" in reader.url


@pytest.mark.parametrize("width", [360, 600])
def test_in_a_narrow_window_rows_are_cards_that_name_their_columns(
    service: Service, browser: MakeBrowser, width: int
) -> None:
    reader = browser(size=(width, 900))
    for question in ("country-figures", "most-connected-actors", "figures-that-differ"):
        reader.open(f"{service.url}/questions/{question}?lang=zh")
        content, window = reader.width()
        assert content <= window, question
        inside = "return [...document.querySelectorAll('.answer td')].every((cell) => " + (
            "cell.getBoundingClientRect().right <= innerWidth + 1)"
        )
        assert reader.run(inside), question
        named = "return getComputedStyle(document.querySelector('td.evidence'), '::before').content"
        assert "出处" in reader.run(named)


def test_the_places_of_a_wide_table_stay_in_view(service: Service, browser: MakeBrowser) -> None:
    reader = browser(size=(900, 900))
    reader.open(service.url + "/questions/country-figures?lang=zh")
    seen = (
        "const wide = document.querySelector('.wide'); wide.scrollLeft = arguments[0];"
        "const cell = document.querySelector('td.evidence').getBoundingClientRect();"
        "return [wide.scrollWidth > wide.clientWidth, cell.left > 0 && cell.right <= innerWidth]"
    )
    for offset in (0, 200, 5000):
        assert reader.run(seen, offset) == [True, True]

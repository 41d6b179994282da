"""Pictures in a real browser: drawn in both languages and widths, walked, with their table."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from kg import catalogue
from tests.browser.webdriver import SECONDS, Browser, MakeBrowser
from tests.serving import Service

PICTURES = [question for question in catalogue.questions() if question.picture]
MARKS = "figure.chart .drawing svg path"
WALK = ".walk .chosen"
ARROW_RIGHT, ENTER, BACKSPACE = "\ue014", "\ue007", "\ue003"


def until(true: Callable[[], Any]) -> Any:
    end = time.monotonic() + SECONDS
    while not (found := true()):
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.02)
    return found


def nodes(reader: Browser) -> int:
    """How many things the list below a network names as neighbours of the chosen one."""
    return len(reader.all(".walk li"))


@pytest.mark.parametrize(("width", "language"), [(360, "zh"), (1280, "en")])
def test_every_picture_is_drawn_above_its_table(
    service: Service, browser: MakeBrowser, width: int, language: str
) -> None:
    reader = browser(size=(width, 900), language=language)
    for question in PICTURES:
        reader.open(f"{service.url}/pictures/{question.id}?lang={language}")
        assert reader.text("h1") == question.picture[language]
        until(lambda: len(reader.all(MARKS)) > 5)
        content, window = reader.width()
        assert content <= window, question.id
        answer = service.get(f"/questions/{question.id}.json?lang={language}").json()
        assert len(reader.all("table.answer tbody tr")) == min(50, answer["total"])
        assert reader.all(".origin a")
        assert reader.complaints() == [], question.id
    asked = {urlsplit(url).netloc for url in reader.asked() if url.startswith("http")}
    assert asked == {service.host}


def test_a_network_is_walked_by_keyboard_and_the_address_keeps_the_walk(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en")
    reader.open(f"{service.url}/pictures/network?focus=org/cas&kind=CooperationPlatform&lang=en")
    until(lambda: reader.all(".walk li"))
    at_first = nodes(reader)
    assert reader.text(WALK) == "Chinese Academy of Sciences"
    # The first node is the start, the second one of its neighbours.
    reader.press("figure.chart .drawing", ARROW_RIGHT + ARROW_RIGHT + ENTER)
    until(lambda: reader.text(WALK) != "Chinese Academy of Sciences")
    walked = reader.url
    assert "#open=org/anso" in walked
    assert "kind=CooperationPlatform" in walked
    second = reader.text(WALK)
    reader.open("about:blank")
    reader.open(walked)
    until(lambda: "aria-pressed" in str(reader.run("return document.body.innerHTML")))
    assert nodes(reader) == at_first
    reader.run(
        "for (const b of document.querySelectorAll('.walk li button'))"
        " if (b.textContent === arguments[0]) { b.click(); break; }",
        second,
    )
    until(lambda: reader.text(WALK) == second)
    reader.press("figure.chart .drawing", BACKSPACE)
    until(lambda: "#open" not in reader.url)
    assert reader.complaints() == []


def test_the_measure_of_a_map_can_be_chosen_and_stays_in_the_address(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en")
    reader.open(f"{service.url}/pictures/cooperation-by-country?lang=en")
    until(lambda: reader.all(".chart .choices option"))
    assert "Natural Earth" in reader.text("figure.chart .notes")
    reader.click('.chart .choices option[value="2"]')
    until(lambda: reader.url.endswith("#shown=3"))
    reader.open("about:blank")
    reader.open(f"{service.url}/pictures/cooperation-by-country?lang=en#shown=3")
    until(lambda: reader.all(MARKS))
    chosen = (
        "return document.querySelector('.chart .choices select').selectedOptions[0].textContent"
    )
    assert reader.run(chosen) == "Platforms"


def test_the_page_of_a_thing_draws_its_neighbours_when_the_reader_comes_there(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en")
    reader.open(f"{service.url}/doc/org/cas?lang=en")
    reader.run("document.querySelector('[data-picture]').scrollIntoView()")
    until(lambda: len(reader.all(f"[data-picture] {MARKS}")) > 5)
    until(lambda: reader.all(".walk li"))
    assert reader.complaints() == []


def test_without_script_the_form_and_the_table_say_it_all(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(script=False, language="en")
    address = f"{service.url}/pictures/cooperation-timeline?kind=Event&years=2020..2022&lang=en"
    reader.open(address)
    answer = service.get(
        "/questions/cooperation-timeline.json?kind=Event&years=2020..2022&lang=en"
    ).json()
    assert 0 < answer["total"] == len(reader.all("table.answer tbody tr"))
    assert reader.value("#p-years") == "2020"
    assert not reader.all(MARKS)

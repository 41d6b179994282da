"""A reader types into the box in the header and finds a thing, with the keyboard alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.browser.webdriver import Browser, MakeBrowser
from tests.searching.conftest import waiting
from tests.serving import Service

ENTER, DOWN, UP, ESCAPE, EVERYTHING = "\ue007", "\ue015", "\ue013", "\ue00c", "\ue009a\ue000"
SECONDS = 30


@pytest.fixture(scope="module")
def ready(service: Service) -> Service:
    """The service, ready to search."""
    waiting(lambda: service.get("/suggest?q=cas").status == 200)
    waiting(lambda: bool(service.get("/suggest?q=joint%20papers&questions=1").json()["questions"]))
    return service


def until(true: Callable[[], bool]) -> None:
    """Wait until the page shows something."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it did not show"
        time.sleep(0.05)


def offered(reader: Browser, box: str) -> list[str]:
    """What the list of a box offers."""
    script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)"
    return [str(text) for text in reader.run(script, f"#{box}-list:not([hidden]) [role=option]")]


@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
def test_a_thing_is_opened_with_the_keyboard(
    ready: Service, browser: MakeBrowser, size: tuple[int, int]
) -> None:
    reader = browser(size=size)
    reader.open(ready.url + "/questions")
    box = "#site-q"
    assert reader.attribute(box, "role") == "combobox"
    assert reader.attribute(box, "aria-expanded") == "false"
    reader.press(box, "青藏高原")
    until(lambda: len(offered(reader, "site-q")) > 1)
    assert reader.attribute(box, "aria-expanded") == "true"
    assert "中国科学院青藏高原研究所" in offered(reader, "site-q")[0]
    assert reader.text(f"{box}-list mark") == "青藏高原"
    width, window = reader.width()
    assert width <= window
    reader.press(box, DOWN)
    chosen = reader.attribute(box, "aria-activedescendant")
    assert reader.attribute(f"#{chosen}", "aria-selected") == "true"
    reader.press(box, ENTER)
    until(lambda: reader.url.endswith("/doc/org/itpcas"))
    assert "青藏高原" in reader.text("h1")
    assert reader.complaints() == []


def test_escape_closes_and_enter_searches(ready: Service, browser: MakeBrowser) -> None:
    reader = browser(language="en")
    reader.open(ready.url + "/ontology?lang=en")
    reader.press("#site-q", "academy")
    until(lambda: len(offered(reader, "site-q")) > 1)
    assert "Search for “academy”" in offered(reader, "site-q")[-1]
    reader.press("#site-q", ESCAPE)
    assert offered(reader, "site-q") == []
    assert reader.value("#site-q") == "academy"
    reader.press("#site-q", ENTER)
    until(lambda: "/search?" in reader.url)
    # The language goes along.
    assert "lang=en" in reader.url
    assert reader.text("h1") == "Search"
    assert "Chinese Academy of Sciences" in reader.text(".results")
    reader.follow('.facet a[href*="kind=NationalAcademy"]')
    assert reader.value("#search-q") == "academy"
    assert "Russian Academy of Sciences" in reader.text(".results")
    assert reader.complaints() == []


def test_up_from_the_box_is_the_last_which_searches_for_what_was_typed(
    ready: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    reader.open(ready.url + "/")
    reader.press("#home-q", "科学院")
    until(lambda: len(offered(reader, "home-q")) > 1)
    reader.press("#home-q", UP)
    reader.press("#home-q", ENTER)
    until(lambda: "/search?" in reader.url)
    assert reader.value("#search-q") == "科学院"


def test_a_question_is_among_the_suggestions(ready: Service, browser: MakeBrowser) -> None:
    reader = browser()
    reader.open(ready.url + "/")
    reader.press("#home-q", "和巴基斯坦有哪些联合实验室")
    until(lambda: any("问题" in text for text in offered(reader, "home-q")))


def test_without_script_the_box_is_a_form(ready: Service, browser: MakeBrowser) -> None:
    reader = browser(script=False)
    reader.open(ready.url + "/questions")
    reader.press("#site-q", f"中科院{ENTER}")
    until(lambda: "/search?" in reader.url)
    assert "中国科学院" in reader.text(".results")


def test_a_hostile_name_is_shown_as_text(ready: Service, browser: MakeBrowser) -> None:
    reader = browser()
    reader.open(ready.url + "/questions")
    reader.press("#site-q", "<img src=x onerror=alert(1)>")
    until(lambda: bool(offered(reader, "site-q")))
    assert "<img src=x" in offered(reader, "site-q")[-1]
    assert reader.all("#site-q-list img") == []
    assert reader.complaints() == []

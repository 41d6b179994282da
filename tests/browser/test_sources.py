"""Marks of sources: a card beside the figure, by mouse and by key; without script a link."""

from __future__ import annotations

import pytest

from tests.browser.webdriver import MakeBrowser
from tests.serving import Service

ENTER, ESCAPE = "\ue007", "\ue00c"
MARK = "table.facts a.mark"
CARD = ".sourcecard:popover-open"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_mark_opens_the_source_of_its_figure_beside_it(
    service: Service, browser: MakeBrowser, width: int
) -> None:
    reader = browser(size=(width, 900))
    reader.open(f"{service.url}/doc/org/cas?lang=zh")
    document, _, locator = reader.text(MARK).partition(" ")
    address = reader.attribute(MARK, "href")
    for open_it in (lambda: reader.click(MARK), lambda: reader.press(MARK, ENTER)):
        open_it()
        assert reader.url.endswith("/doc/org/cas?lang=zh")
        assert reader.text(f"{CARD} .place") == locator
        assert str(reader.attribute(f"{CARD} .place", "href")).endswith(str(address))
        assert document in str(reader.attribute(f"{CARD} a", "href"))
        assert "获取日期" in reader.text(CARD)
        box = f"document.querySelector('{CARD}').getBoundingClientRect()"
        left, right, inner = reader.run(
            f"const box = {box}; return [box.left, box.right, innerWidth]"
        )
        assert 0 <= left < right <= inner
        reader.press(f"{CARD} a", ESCAPE)
        assert reader.all(CARD) == []
        assert reader.run(f"return document.activeElement === document.querySelector('{MARK}')")
    reader.click(MARK)
    reader.follow(f"{CARD} .place")
    assert "/doc/location/" in reader.url
    assert reader.complaints() == []


def test_without_script_a_mark_leads_to_the_place(service: Service, browser: MakeBrowser) -> None:
    reader = browser(script=False)
    reader.open(f"{service.url}/doc/org/cas?lang=zh")
    reader.follow(MARK)
    assert "/doc/location/" in reader.url

"""Charts in a real browser: drawn from the data of the page, saved, stepped through."""

from __future__ import annotations

import struct
import time
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from tests.browser.figures import described
from tests.browser.webdriver import SECONDS, Browser, MakeBrowser
from tests.serving import Service

SVG = "figure.chart .drawing svg"
ARROW_RIGHT, ENTER = "\ue014", "\ue007"


def drawn(reader: Browser) -> list[str]:
    """The texts of the chart, as soon as it is drawn."""
    until = time.monotonic() + SECONDS
    while not reader.all(f"{SVG} path"):
        assert time.monotonic() < until, "there is no chart"
        time.sleep(0.02)
    script = f"return [...document.querySelectorAll('{SVG} text')].map((t) => t.textContent)"
    return [str(text) for text in reader.run(script)]


def shapes(reader: Browser, colour: str) -> int:
    """How many shapes are filled with a colour."""
    script = f"return document.querySelectorAll('{SVG} path[fill=\"' + arguments[0] + '\"]').length"
    return int(reader.run(script, colour))


def test_bars_are_as_many_as_the_numbers_and_are_labelled_with_them(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    reader.open(service.url + "/questions/joint-papers-by-field?lang=zh")
    texts = drawn(reader)
    (panel,) = described(reader)["panels"]
    values = [v for m in panel["measures"] for s in m["series"] for v in s["values"]]
    assert shapes(reader, "#0f5387") == len(values) == 8
    for value in values:
        assert value["text"] in texts
    for category in panel["categories"]:
        assert category in texts
    assert reader.complaints() == []


def test_a_line_a_map_a_matrix_a_network_and_a_timeline_are_drawn(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(language="en")
    for question in (
        "beijing-entities-by-year",
        "bri-patent-partners-over-100",
        "bri-top-partners-by-field",
        "research-networks",
        "policies-and-issuers",
    ):
        reader.open(f"{service.url}/questions/{question}?lang=en")
        texts = drawn(reader)
        chart = described(reader)
        match chart["view"]:
            case "line":
                points = chart["panels"][0]["series"][0]["points"]
                assert {point["text"] for point in points} <= set(texts)
            case "map":
                assert "Singapore > 100" in texts
                countries = len(reader.all(f"{SVG} path"))
                assert countries > 170
                assert "Natural Earth" in reader.text("figure.chart .notes")
            case "matrix":
                (panel,) = chart["panels"]
                assert {*panel["down"]["names"], *panel["across"]["names"]} <= set(texts)
                assert len([t for t in texts if t.isdigit()]) == len(panel["cells"])
            case "network":
                nodes = [node["name"] for node in chart["nodes"]]
                assert any(name in texts for name in nodes)
                assert len(reader.all(f"{SVG} path")) >= len(nodes) + len(chart["links"])
            case "timeline":
                assert {event["when"] for event in chart["events"]} <= set(texts)
        assert reader.all("table.answer tbody tr")
        assert reader.attribute("figure.chart .drawing", "aria-label") == reader.text("h1")
        assert reader.complaints() == [], question
    asked = {urlsplit(url).netloc for url in reader.asked() if url.startswith("http")}
    assert asked == {service.host}


def test_a_chart_is_saved_as_svg_and_as_png(service: Service, browser: MakeBrowser) -> None:
    reader = browser()
    reader.open(service.url + "/questions/beijing-modes?lang=en")
    drawn(reader)
    title = described(reader)["title"]
    assert "S&T" in title
    reader.click('button[data-save="svg"]')
    saved = ElementTree.fromstring(reader.saved("beijing-modes.svg"))
    assert saved.tag == "{http://www.w3.org/2000/svg}svg"
    texts = ["".join(text.itertext()) for text in saved.iter("{http://www.w3.org/2000/svg}text")]
    assert title in texts
    assert "> 10" in texts
    assert any("CC BY 4.0" in text and "/questions/beijing-modes" in text for text in texts)
    reader.click('button[data-save="png"]')
    picture = reader.saved("beijing-modes.png")
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 1400
    assert height > 200
    assert reader.complaints() == []


def test_another_part_of_the_answer_can_be_chosen(service: Service, browser: MakeBrowser) -> None:
    reader = browser()
    reader.open(service.url + "/questions/beijing-breakdowns?lang=zh")
    drawn(reader)
    panels = described(reader)["panels"]
    assert len(reader.all(".chart .choices option")) == len(panels)
    reader.click('.chart .choices option[value="1"]')
    texts = drawn(reader)
    assert set(panels[1]["categories"]) <= set(texts)
    assert not set(panels[0]["categories"]) & set(texts) - set(panels[1]["categories"])


def test_the_keyboard_steps_through_a_chart_and_opens_what_it_shows(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    reader.open(service.url + "/questions/bri-patent-partners-over-100?lang=zh")
    drawn(reader)
    reader.press("figure.chart .drawing", ARROW_RIGHT)
    said = str(reader.run("return document.querySelector('.chart [aria-live]').textContent"))
    assert "超过100件" in said
    assert "限定: 超过" in said
    tip = str(reader.run("return document.querySelector('.tip').textContent"))
    assert "“超过100件”" in tip
    assert "liu-2023" in tip
    assert reader.complaints() == []
    before = reader.url
    reader.press("figure.chart .drawing", ENTER)
    until = time.monotonic() + SECONDS
    while reader.url == before:
        assert time.monotonic() < until, "Enter leads nowhere"
        time.sleep(0.02)
    assert "/doc/country/" in reader.url


def test_a_chart_fits_a_telephone(service: Service, browser: MakeBrowser) -> None:
    reader = browser(size=(390, 844))
    for question in ("growth-of-series", "bri-top-partners-by-field", "platforms-and-partners"):
        reader.open(f"{service.url}/questions/{question}?lang=zh")
        drawn(reader)
        content, window = reader.width()
        assert content <= window, question
    assert reader.complaints() == []


@pytest.mark.parametrize("question", ["joint-papers-by-field", "bri-patent-partners-over-100"])
def test_without_script_the_table_is_there_and_no_empty_box(
    service: Service, browser: MakeBrowser, question: str
) -> None:
    reader = browser(script=False)
    reader.open(f"{service.url}/questions/{question}")
    assert reader.all("table.answer tbody tr")
    assert reader.text("figure.chart") == ""
    assert "SVG" not in reader.text("main")


def test_the_embedded_view_has_the_chart_as_well(service: Service, browser: MakeBrowser) -> None:
    reader = browser()
    reader.open(service.url + "/questions/joint-papers-by-field/embed?lang=zh")
    assert "34,592" in drawn(reader)
    assert reader.complaints() == []

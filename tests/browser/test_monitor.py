"""An officer brings in a register, looks at its monitor, narrows it, takes the figures home."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.analysis import beijing
from tests.browser.webdriver import SECONDS, Browser, MakeBrowser
from tests.serving import Service, serving

MONITOR = "/tools/register-monitor"


@pytest.fixture(scope="module")
def office(register_home: Path) -> Iterator[Service]:
    """A service on a graph into which an officer has brought the register by the command."""
    with serving(register_home) as service:
        yield service


def computed(reader: Browser, css: str) -> None:
    """Wait until a tool has been computed; its page comes by itself, also without scripts."""
    until = time.monotonic() + 3 * SECONDS
    while not reader.all(css):
        assert time.monotonic() < until, reader.text("main")
        time.sleep(0.2)


def test_an_officer_reads_narrows_downloads_and_prints_the_monitor(
    office: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    reader.open(office.url + "/tools")
    reader.follow(f'main a[href^="{MONITOR}"]')
    computed(reader, "#carriers table.answer")
    assert reader.text("h1") == "国际科技合作登记与监测"
    carriers = reader.text("#carriers table.answer tbody tr")
    assert carriers.split()[:3] == ["企业", "146", "40"]
    assert "一致" in carriers
    # The whole selection and the paper stand side by side, and each figure leads to its source.
    assert "66.5%" in reader.text("#partner-kinds")
    assert reader.all("#carriers figure")
    reader.run(
        "document.querySelector('select[name=mode]').value = 'cooperation-mode/talent';"
        "const years = document.querySelectorAll('input[name^=years]');"
        "years[0].value = 2014; years[1].value = 2016;"
    )
    reader.follow('form.parameters button[type="submit"]')
    computed(reader, "#modes table.answer")
    rows = [
        row
        for row in beijing.cooperations()
        if row["合作模式 / Mode"] == "talent"
        and row["合作起止时间 / Period"][:4] <= "2016"
        and row["合作起止时间 / Period"][5:] >= "2014"
    ]
    assert f"{len(rows)}" in reader.text("#overview")
    assert reader.text("#modes table.answer tbody tr").split()[:2] == [
        "人才引进与交流",
        str(len(rows)),
    ]
    link = reader.attribute('#continents a[href*="continents.csv"]', "href")
    address = urlsplit(link)
    reply = office.get(f"{address.path}?{address.query}")
    table = list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))
    assert sum(int(row["number"] or 0) for row in table) == len(rows)
    assert all(row["source"] for row in table if row["number"] not in ("", "0"))
    assert reader.complaints() == []
    reader.follow('main a[href*="/report"]')
    computed(reader, "article.report")
    assert "人才引进与交流" in reader.text("p.othername")
    assert reader.all("ol.documents li")
    reader.follow('.languages a[lang="en"]')
    computed(reader, "article.report")
    assert reader.text("h1") == "Register and monitor of international S&T cooperation"
    # On paper there are the tables and their sources, without what only a screen needs.
    reader.on_paper()
    assert reader.visible("#carriers table.answer") == 1
    assert reader.visible("ol.documents") == 1
    assert [reader.visible(css) for css in ("header.site nav", "button.print", "p.formats")] == [
        0
    ] * 3
    assert reader.complaints() == []


def test_without_a_register_the_page_says_how_to_bring_one_in(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser(script=False)
    reader.open(service.url + MONITOR)
    computed(reader, "#carriers table.answer")
    assert "没有符合所选条件的登记主体" in reader.text("main")
    assert "40%" in reader.text("#carriers")
    reader.follow('main a[href*="/templates/cooperations"]')
    assert "合作方国家" in reader.text("main")

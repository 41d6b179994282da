"""An officer makes a brief on a country and field, looks at a source, takes it home, prints it."""

from __future__ import annotations

import csv
import io

import pytest

from tests.browser.webdriver import MakeBrowser
from tests.searching.conftest import waiting
from tests.serving import Service

#: What the page says, in the language of the officer.
ZH = {
    "tool": "合作简报",
    "chosen": "伙伴国: 巴基斯坦",
    "field": "农业",
    "platform": "中国—巴基斯坦地球科学研究中心",
    "gap": "数据集未载入",
}
EN = {
    "tool": "Cooperation brief",
    "chosen": "Partner country: Pakistan",
    "field": "Agric",
    "platform": "China-Pakistan Joint Research Center on Earth Sciences",
    "gap": "the data set is not loaded",
}


@pytest.mark.parametrize(
    ("language", "width", "says"), [("zh-CN,zh", 1280, ZH), ("en-GB,en", 360, EN)]
)
def test_an_officer_prepares_a_brief_with_sources_and_takes_it_home(
    service: Service, browser: MakeBrowser, language: str, width: int, says: dict[str, str]
) -> None:
    officer = browser(size=(width, 900), language=language)
    officer.open(service.url + "/")
    officer.follow('header a[href^="/tools"]')
    officer.follow('main a[href^="/tools/brief"]')
    assert officer.text("h1") == says["tool"]
    waiting(lambda: bool(officer.all("form.parameters")))  # the page shows progress until then
    officer.run(
        "document.querySelector('select[name=partner]').value = 'country/PAK';"
        "document.querySelector('select[name=field]').value = 'ford/4';"
    )
    officer.follow('form.parameters button[type="submit"]')
    waiting(lambda: bool(officer.all("#platforms")))
    assert "partner=country" in officer.url
    assert says["platform"] in officer.text("#platforms table.answer")
    # What is not known is told, with what would help.
    assert says["gap"] in officer.text("#gaps table.answer")
    assert "istc collect --only" in officer.text("#gaps table.answer")

    # Each figure leads to the fact, and the fact to the place that states it.
    officer.follow("#key-figures table.answer a.fact")
    assert "/doc/fact/" in officer.url
    assert officer.all('main a[href*="/doc/location/"], main a[href*="/doc/doc/"]')
    officer.back()

    rows = len(officer.all("#stated table.answer tbody tr"))
    officer.click('#stated p.formats a[href*="stated.csv"]')
    saved = officer.saved("brief-stated.csv").decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(saved)))
    assert len(table) == rows > 0
    assert all(row["source"] for row in table)

    officer.follow('main a[href*="/tools/brief/report"]')
    waiting(lambda: bool(officer.all("article.report")))
    assert says["chosen"] in officer.text("p.othername")
    assert says["field"] in officer.text("p.othername")
    assert officer.all("ol.documents li")
    assert officer.printed().startswith(b"%PDF-")
    content, window = officer.width()
    assert content <= window
    assert officer.complaints() == []

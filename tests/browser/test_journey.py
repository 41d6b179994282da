"""A newcomer looks for 平方公里阵列, sees who takes part, and takes a cited table home."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.webdriver import SECONDS, MakeBrowser
from tests.searching.conftest import waiting
from tests.serving import Service

DOWN, ENTER = "\ue015", "\ue007"
#: What the page says, in the language of the newcomer.
ZH = {
    "typed": "平方公里阵列",
    "thing": "平方公里阵列射电望远镜",
    "part": "中国",
    "question": "谁发起、参与或承建了哪些国际大科学计划、工程和设施？",
}
EN = {
    "typed": "Square Kilom",
    "thing": "Square Kilometre Array",
    "part": "China",
    "question": "Who started, joined or hosts which big-science programmes, "
    "projects and facilities?",
}
QUESTION = "/questions/big-science-participants"
CSV = "big-science-participants.csv"
OPTION = "#home-q-list:not([hidden]) [role=option]"
CARD = ".sourcecard:popover-open"


@pytest.fixture(scope="module")
def ready(service: Service) -> Service:
    """The service, ready to search."""
    waiting(lambda: service.get("/suggest?q=cas").status == 200)
    return service


def until(true: Callable[[], Any]) -> None:
    """Wait until the page has come so far."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("language", "width", "says", "other"), [("zh-CN,zh", 360, ZH, EN), ("en-GB,en", 1280, EN, ZH)]
)
def test_a_newcomer_finds_a_telescope_and_takes_a_cited_table_home(
    ready: Service,
    browser: MakeBrowser,
    language: str,
    width: int,
    says: dict[str, str],
    other: dict[str, str],
) -> None:
    reader = browser(size=(width, 900), language=language)

    reader.open(ready.url + "/")
    reader.press("#home-q", says["typed"])
    until(lambda: reader.all(OPTION))
    offered = reader.run(
        f"return [...document.querySelectorAll('{OPTION}')].map((option) => option.innerText)"
    )
    found = next(at for at, text in enumerate(offered, 1) if says["thing"] in text)
    assert found < 4
    reader.press("#home-q", DOWN * found + ENTER)
    until(lambda: "/doc/project/ska" in reader.url)
    assert reader.text("h1") == says["thing"]
    assert says["part"] in reader.text('main a[href*="/doc/country/CHN"]')

    reader.follow('header a[href="/questions"]')
    reader.follow(f'a[href="{QUESTION}"]')
    assert reader.text("h1") == says["question"]
    rows = len(reader.all("table.answer tbody tr"))
    assert says["thing"] in reader.text("table.answer")

    # The mark opens a card, the card the place in the document; the reader comes back.
    reader.click("table.answer a.mark")
    until(lambda: reader.visible(CARD) == 1)
    assert re.search(r"20\d\d", reader.text(CARD))
    reader.follow(f"{CARD} a.place")
    assert "/doc/location/" in reader.url
    reader.back()
    assert reader.text("h1") == says["question"]

    reader.click('p.formats a[href*=".csv"]')
    table = list(csv.DictReader(io.StringIO(reader.saved(CSV).decode("utf-8-sig"))))
    assert len(table) == rows
    assert any(says["thing"] in row.values() for row in table)

    reader.follow('form.cite button[type="submit"]')
    kept = reader.url
    assert "/answers/" in kept
    quoted = f"pre.citation[lang={reader.attribute('html', 'lang')}]"
    citation = reader.text(quoted)
    assert says["question"].rstrip("？?") in citation

    reader.follow(f'.languages a:not([lang="{reader.attribute("html", "lang")}"])')
    assert reader.text("h1") == other["question"]
    assert len(reader.all("table.answer tbody tr")) == rows
    reader.back()
    assert reader.text("h1") == says["question"]
    reader.open(ready.url + "/")
    reader.open(kept)
    assert reader.text(quoted) == citation
    content, window = reader.width()
    assert content <= window
    assert reader.complaints() == []

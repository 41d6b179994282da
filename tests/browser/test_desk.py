"""An officer with a real browser: mends a register, commits it, takes it back, reviews links."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.settings import Settings
from kg.tokens import Tokens
from tests import homes, needs
from tests.browser.webdriver import SECONDS, Browser, MakeBrowser
from tests.importing.conftest import REGISTER, write_register
from tests.linking import waiting
from tests.serving import Service, serving

HOSTILE = "<script>document.title = 'stolen'</script>"
ENTER = "\ue007"


@dataclass
class Office:
    """A service that an officer may import into, and the officer's token."""

    service: Service
    token: str


@pytest.fixture(scope="module")
def office(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = homes.copy(built_home, tmp_path_factory.mktemp("office") / "home")
    waiting.put(home)
    token = Tokens(Settings(home=home)).create("officer", ["import"])
    with serving(home) as service:
        yield Office(service, token)


def wait(reader: Browser, script: str) -> None:
    """Wait until a script is true; imports take their time on a busy machine."""
    until = time.monotonic() + 3 * SECONDS
    while not reader.run(f"return Boolean({script})"):
        assert time.monotonic() < until, (script, reader.text("main"), reader.complaints())
        time.sleep(0.1)


def sign_in(reader: Browser, token: str) -> None:
    """Give the token where the page asks for it."""
    wait(reader, "!document.querySelector('form.token').hidden")
    reader.type("#token", token)
    reader.press("#token", ENTER)


def fits(reader: Browser) -> bool:
    """Whether nothing has to be scrolled sideways."""
    content, window = reader.width()
    return content <= window


@pytest.mark.parametrize(
    ("language", "width", "row", "mend"),
    needs.sample(
        [
            ("zh-CN,zh", 1280, "第 5 行", "本体中没有“研究站”这个类或属性"),
            ("en-GB,en", 360, "row 5", "“研究站” is not a class or property"),
        ],
        2,
    ),
)
def test_an_officer_mends_a_register_commits_it_and_takes_it_back(
    office: Office,
    browser: MakeBrowser,
    tmp_path: Path,
    language: str,
    width: int,
    row: str,
    mend: str,
) -> None:
    wrong = copy.deepcopy(REGISTER)
    wrong["actors"][0]["class"] = "研究站"
    wrong["quantities"][0]["value"] = HOSTILE
    (tmp_path / "first").mkdir()
    broken = write_register(wrong, tmp_path / "first" / "office-register.xlsx")
    mended = write_register(REGISTER, tmp_path / "office-register.xlsx")
    reader = browser(size=(width, 900), language=language)

    reader.open(office.service.url + "/imports/new")
    reader.press("#files", str(broken))
    assert reader.value("#source") == "office-register"
    reader.click('#giving [type="submit"]')
    sign_in(reader, office.token)
    wait(reader, "document.querySelector('table.findings tbody tr')")
    report = reader.text("#report")
    assert row in report
    assert mend in report
    assert HOSTILE in report
    assert reader.all("button.commit") == []
    assert fits(reader)

    reader.follow("#state a.door")
    assert reader.value("#source") == "office-register"
    reader.press("#files", str(mended))
    reader.click('#giving [type="submit"]')
    wait(reader, "document.querySelector('button.commit') && document.querySelector('pre.patch')")
    assert "中国科学院" in reader.text("#links")
    assert "0.95" in reader.text("#links")
    assert fits(reader)
    path = "/doc/agreement/example"
    assert office.service.get(path).status in (404, 410)
    reader.click("button.commit")
    wait(reader, "document.querySelector('#state').dataset.state === 'committed'")
    assert office.service.get(path).status == 200
    change = reader.attribute("#state a.change", "href")
    said = office.service.get(change, "application/json").json()
    assert (said["agent"], said["stands"]) == ("officer", True)

    reader.open(office.service.url + "/imports")
    wait(reader, "document.querySelector('table.imports button.careful')")
    assert fits(reader)
    reader.back()
    wait(reader, "document.querySelector('#state button.careful')")
    reader.click("#state button.careful")
    assert office.service.get(path).status == 200
    reader.click("#state button.careful")
    wait(reader, "document.querySelector('#state').dataset.state === 'reverted'")
    assert office.service.get(path).status in (404, 410)
    assert office.token not in reader.url
    assert not any(office.token in url for url in reader.asked())
    assert reader.run("return document.title") != "stolen"
    assert reader.complaints() == []


def test_cells_are_pasted_and_a_wrong_token_is_told(office: Office, browser: MakeBrowser) -> None:
    reader = browser(language="en-GB,en")
    reader.open(office.service.url + "/imports/new")
    reader.click('#giving [type="submit"]')
    assert "Choose a file" in reader.text("#giving .trouble")
    reader.click(".paste summary")
    cells = "Class\\tChinese name\\tEnglish name\\n科研机构\\t贴来的研究所\\tPasted Institute"
    reader.run(f"document.getElementById('pasted').value = '{cells}'")
    reader.click('#table option[value="actors"]')
    reader.type("#source", "pasted-cells")
    reader.click("#giving details:not(.paste) summary")
    reader.click("#dry")
    reader.click('#giving [type="submit"]')
    sign_in(reader, "istc_wrong")
    wait(reader, "document.querySelector('.refused').textContent")
    assert "not valid" in reader.text(".refused")
    sign_in(reader, office.token)
    wait(reader, "document.querySelector('#state')?.dataset.state === 'checked'")
    wait(reader, "document.querySelector('pre.patch')")
    assert "Pasted Institute" in reader.text("#difference")
    assert reader.all("button.commit") == []


def test_a_doubtful_link_is_settled_by_keyboard_and_taken_back(
    office: Office, browser: MakeBrowser
) -> None:
    reader = browser(language="zh-CN,zh")
    reader.open(office.service.url + "/review")
    likely = f'.option[data-id="{waiting.LIKELY.number}"]'
    less = f'.option[data-id="{waiting.LESS.number}"]'
    assert waiting.HOSTILE in reader.text(".incoming")
    assert "较可能是同一对象" in reader.text(likely)
    assert "国家相同：CHN" in reader.text(likely)
    focused = "document.activeElement.dataset.id"
    reader.press("body", "j")
    assert reader.run(f"return {focused}") == waiting.LIKELY.number
    reader.press(likely, "j")
    assert reader.run(f"return {focused}") == waiting.LESS.number
    reader.press(less, "k")
    reader.press(likely, "a")
    sign_in(reader, office.token)
    wait(reader, f"document.querySelector('{likely}').dataset.status === 'accepted'")
    assert reader.attribute(less, "data-status") == "rejected"
    # The next that waits has the focus.
    assert reader.run(f"return {focused}") == waiting.COUNTRY.number
    listed = office.service.get("/review.json?status=accepted").json()["links"]
    assert [(link["id"], link["reviewer"]) for link in listed] == [
        (waiting.LIKELY.number, "officer")
    ]
    reader.click(f"{likely} button.back")
    wait(reader, f"document.querySelector('{likely}').dataset.status === 'open'")
    assert office.service.get("/review.json?status=accepted").json()["links"] == []
    assert reader.complaints() == []


def test_a_record_is_another_thing_that_is_searched_for(
    office: Office, browser: MakeBrowser
) -> None:
    reader = browser(size=(360, 900), language="en-GB,en")
    reader.open(office.service.url + "/review?kind=country")
    assert fits(reader)
    reader.type("form.other input", "吉尔吉斯")
    wait(reader, "document.querySelector('form.other li')")
    assert "Kyrgyzstan" in reader.text("form.other li")
    reader.click("form.other li button")
    sign_in(reader, office.token)
    wait(reader, "document.querySelector('.verdict button.back')")
    assert "Accepted. Kyrgyzstan" in reader.text(".verdict")
    reader.click(".verdict button.back")
    wait(reader, "document.querySelector('.verdict').textContent === 'Taken back.'")
    assert reader.complaints() == []


def test_without_script_the_list_is_read_and_the_other_ways_are_said(
    office: Office, browser: MakeBrowser
) -> None:
    reader = browser(script=False, language="en-GB,en")
    reader.open(office.service.url + "/review")
    assert waiting.LIKELY.number in reader.text("main")
    assert "istc review accept ID" in reader.text("main")
    assert "It is the same" not in reader.text("main")
    for path, command in (
        ("/imports/new", "istc import register.xlsx"),
        ("/imports", "istc imports"),
        ("/imports/x", "/imports/x/report"),
    ):
        reader.open(office.service.url + path)
        assert command in reader.text("main"), path

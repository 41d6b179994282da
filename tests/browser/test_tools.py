"""Every tool is walked as one user would: from the menu to a choice, its sources and back again.

Each journey ends with what every tool promises: a permanent link that gives the same again, the
other language with the same choice, nothing in the console, nobody else asked, nothing too wide.
Each is walked in Chinese and in English with WHOLE=1, else in one of them.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest

from kg import changing
from kg.changing import Several
from kg.settings import Settings
from kg.store.journal import Entry
from tests import homes, needs
from tests.analysis import coauthored, partnered, peopled
from tests.browser.webdriver import SECONDS, Browser, MakeBrowser
from tests.cli.conftest import run
from tests.importing.conftest import write_register
from tests.serving import Service, serving

ENTER, EVERYTHING = "\ue007", "\ue009a\ue000"
CARD = ".sourcecard:popover-open"
TABLES = """
return [...document.querySelectorAll("main table.answer")].map((table) => table.innerText.trim());
"""
CHOICE = """
const given = [...new FormData(document.querySelector("form.parameters"))];
return given.filter(([name]) => !["lang", "clang"].includes(name)).map((pair) => pair.join("="));
"""
#: Rows in which something is counted and that have no source mark.
UNSOURCED = """
return [...document.querySelectorAll(arguments[0] + " table.answer tbody tr")]
  .filter((row) => !row.querySelector("a.mark") && /[1-9]/.test(row.innerText))
  .map((row) => row.innerText);
"""
#: Width and height of the nodes of a network, and the texts of its drawing.
DRAWN = """
const drawing = document.querySelector("#ties figure.chart .drawing svg");
const nodes = [...drawing.querySelectorAll('path[fill="#0f5387"]')];
const boxes = nodes.map((one) => one.getBoundingClientRect());
const texts = [...drawing.querySelectorAll("text")].map((one) => one.textContent);
return [boxes.map(({ width, height }) => [width, height]), texts];
"""


@dataclass(frozen=True)
class Way:
    """The language of a user and the width of the window."""

    language: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.width}"

    def says(self, zh: str, en: str) -> str:
        """What a page says in the language of the user."""
        return zh if self.language == "zh" else en


_NARROW = [Way("zh", 360), Way("en", 1280)]
_WIDE = [Way("en", 360), Way("zh", 1280)]


def ways(first: Sequence[Way]) -> pytest.MarkDecorator:
    """Both ways of a journey, or the first one."""
    return pytest.mark.parametrize("way", needs.sample(first, 2), ids=str)


@pytest.fixture(scope="module")
def office(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on the papers, co-authorship of countries, people, and a register of partners."""
    folder = tmp_path_factory.mktemp("tools")
    home = homes.copy(built_home, folder / "home")
    peopled.collect(home)
    steps = (coauthored.figures(home), *peopled.records(home).steps)
    changing.change(Settings(home=home), Several(steps), Entry("test", "import"))
    write_register(partnered.register(), folder / "hand.xlsx")
    done = run(home, "import", "hand.xlsx", "--yes", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    with serving(home) as service:
        until(lambda: service.get("/suggest?q=cas").status == 200)
        yield service


def until(true: Callable[[], Any]) -> None:
    """Wait until it has come so far; a tool may have to be computed."""
    end = time.monotonic() + 3 * SECONDS
    while not true():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.05)


class Journey:
    """A user with a tool.

    Args:
        office, browser: The service, and what makes browsers.
        way: Language and width.
        tool: Id of the tool.
    """

    def __init__(self, office: Service, browser: MakeBrowser, way: Way, tool: str) -> None:
        self.office = office
        self.reader: Browser = browser(size=(way.width, 900), language=way.language)
        self.reader.open(office.url + "/about")
        self.go(tool)

    def go(self, tool: str) -> None:
        """Come to a tool from the menu."""
        self.tool = tool
        self.reader.follow('header nav a[href^="/tools"]')
        self.reader.follow(f'main a[href$="/tools/{tool}"], main a[href*="/tools/{tool}?"]')
        self.computed()

    def computed(self, css: str = "form.parameters") -> None:
        """Wait until the tool has been computed; its page comes by itself."""
        until(lambda: self.reader.all(css))

    def choose(self, field: str, typed: str, expected: str) -> None:
        """Find a value by typing a part of its name, and take it."""
        box = f"#p-{field}"
        self.reader.press(box, EVERYTHING + typed)
        active = f'{box}-list [aria-selected="true"]'
        until(lambda: self.reader.all(active) and expected in self.reader.text(active))
        self.reader.press(box, ENTER)
        assert expected in self.reader.value(box)

    def ask(self, css: str) -> None:
        """Send the form, and wait for what is asked for."""
        self.reader.follow('form.parameters button[type="submit"]')
        self.computed(css)

    def rows(self, table: str) -> list[str]:
        """The rows of a table as its user reads them."""
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)"
        return [str(one) for one in self.reader.run(script, f"#{table} table.answer tbody tr")]

    def saved(self, table: str) -> list[dict[str, str]]:
        """A table, downloaded as CSV."""
        self.reader.click(f'#{table} p.formats a[href*=".csv"]')
        text = self.reader.saved(f"{self.tool}-{table}.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def source(self, css: str) -> str:
        """Open the card of a source mark, from it the place in the document, and come back.

        Returns:
            What the page of the place says.
        """
        before = self.reader.url
        self.reader.click(f"{css} a.mark")
        until(lambda: self.reader.visible(CARD) == 1)
        self.reader.follow(f"{CARD} a.place")
        assert "/doc/location/" in self.reader.url
        told = self.reader.text("main")
        self.reader.back()
        self.computed()
        assert self.reader.url == before
        return told

    def end(self) -> None:
        """What every tool promises."""
        reader = self.reader
        tables, choice = reader.run(TABLES), reader.run(CHOICE)
        content, window = reader.width()
        assert content <= window
        link = reader.attribute("p.permalink a", "href")
        reader.open(self.office.url + "/about")
        reader.open(link)
        self.computed()
        assert (reader.run(TABLES), reader.run(CHOICE)) == (tables, choice)
        language = reader.attribute("html", "lang")
        reader.follow(f'.languages a:not([lang="{language}"])')
        self.computed()
        assert reader.attribute("html", "lang") != language
        assert reader.run(CHOICE) == choice
        assert [len(one.split("\n")) > 1 for one in reader.run(TABLES)] == [True] * len(tables)
        assert reader.complaints() == []
        asked = {urlsplit(url).netloc for url in reader.asked() if url.startswith("http")}
        assert asked == {self.office.host}


@ways(_NARROW)
def test_a_country_is_set_beside_peers_and_taken_home(
    office: Service, browser: MakeBrowser, way: Way
) -> None:
    one = Journey(office, browser, way, "country-profile")
    names = {"PAK": ("巴基斯坦", "Pakistan"), "KOR": ("韩国", "South Korea")}
    # They are found by their names in the other language as well.
    for field, country in (("country", "PAK"), ("peer1", "KOR")):
        one.choose(field, names[country][way.language == "zh"], way.says(*names[country]))
    one.ask("#series figure.chart .drawing svg path")
    works = coauthored.raw(coauthored.YEARS[1])
    own = works[works["one"] == works["other"]].set_index("one")["works"]
    shown = zip(("PAK", "KOR", "DEU"), one.rows("overview"), strict=False)
    assert all(f"{own[country]:,}" in row for country, row in shown)
    assert way.says(*names["PAK"]) in one.reader.text("p.othername")
    table = one.saved("overview")
    assert [int(row["works"]) for row in table[:2]] == [own["PAK"], own["KOR"]]
    one.reader.click('#overview p.formats a[href*=".xlsx"]')
    book = openpyxl.load_workbook(io.BytesIO(one.reader.saved("country-profile-overview.xlsx")))
    assert len(list(book.worksheets[0].iter_rows())) == len(table) + 1
    assert "WrldCo2013.net" in one.source("#series table.answer")
    one.end()


@ways(_WIDE)
def test_from_a_field_one_comes_to_an_organization_and_what_it_takes_part_in(
    office: Service, browser: MakeBrowser, way: Way
) -> None:
    one = Journey(office, browser, way, "field-profile")
    one.choose("field", "1.2", way.says("计算机与信息科学", "Computer and information sciences"))
    one.ask("#countries figure.chart .drawing svg path")
    assert way.says("德国", "Germany") in one.rows("countries")[0]
    one.end()
    one.reader.follow(f'.languages a[lang="{way.language}"]')
    one.go("organisation-profile")
    gamma = way.says("丙研究所", "Gamma Institute")
    one.choose("organization", "Gamma", gamma)
    one.ask("#things table.answer")
    assert gamma in one.reader.text("p.othername")
    named = way.says("试验项目p", "Trial project p")
    assert [named in row for row in one.rows("things")] == [True, True]
    assert "hand.xlsx" in one.source("#things table.answer")
    one.reader.follow("p.othername a")
    assert one.reader.url.partition("?")[0].endswith("/doc/org/t-gamma")
    one.reader.back()
    one.computed()
    one.end()


@ways(_NARROW)
def test_gaps_are_suggested_with_reasons_and_evidence(
    office: Service, browser: MakeBrowser, way: Way
) -> None:
    one = Journey(office, browser, way, "strengths-and-gaps")
    one.choose("field", way.says("计算机", "Computer"), way.says("计算机", "Computer"))
    one.ask("#untapped table.answer")
    name = way.says("丁研究所", "Delta Institute")
    delta = next(row for row in one.rows("untapped") if name in row)
    # Why it is there, and who could introduce it.
    assert way.says("在该领域参与 2 个事项", "Things of the field: 2") in delta
    assert way.says("丙研究所", "Gamma Institute") in delta
    assert one.reader.run(UNSOURCED, "#untapped") == []
    assert "https://openalex.org/" in one.source("#untapped table.answer")
    [thin] = one.saved("thin")
    assert thin["thing"] == way.says("试验项目p1", "Trial project p1")
    assert thin["source"]
    # A single tie is drawn with its ends as dots.
    one.computed("#ties figure.chart .drawing svg path")
    dots, _ = one.reader.run(DRAWN)
    assert dots
    assert all(max(dot) < 50 and abs(dot[0] - dot[1]) < 2 for dot in dots), dots
    # From a body one comes to what else it takes part in.
    one.reader.follow("#strong a.onward")
    one.computed("#things table.answer")
    assert way.says("甲研究所", "Alpha Institute") in one.reader.text("p.othername")
    one.reader.back()
    one.computed("#untapped table.answer")
    one.end()


@ways(_WIDE)
def test_a_need_finds_candidates_whose_scores_are_explained(
    office: Service, browser: MakeBrowser, way: Way
) -> None:
    one = Journey(office, browser, way, "matching")
    assert one.reader.visible("p.hint") == 1
    one.reader.click('#p-need option[value="notice/hand-0001"]')
    one.ask("#candidates table.answer")
    assert one.reader.visible("p.hint") == 0
    rows = one.rows("candidates")
    assert all(way.says("德国", "Germany") in row for row in rows)
    gamma = next(row for row in rows if way.says("丙研究所", "Gamma Institute") in row)
    assert way.says("双方有过合作", "there is past cooperation") in gamma
    assert way.says("试验供需 0002", "Trial notice 0002") in one.rows("notices")[0]
    table = one.saved("candidates")
    scores = [float(row["score"]) for row in table]
    assert scores == sorted(scores, reverse=True)
    assert all(row["reason"] and row["source"] for row in table)
    assert one.reader.run(UNSOURCED, "#candidates") == []
    assert "hand.xlsx" in one.source("#notices table.answer")
    one.end()


@ways(_NARROW)
def test_a_person_is_looked_up_and_everything_said_has_a_source(
    office: Service, browser: MakeBrowser, way: Way
) -> None:
    one = Journey(office, browser, way, "experts")
    one.reader.type("#p-name", "curie")
    one.choose("country", way.says("法国", "France"), way.says("法国", "France"))
    one.ask("#experts table.answer")
    assert [("Curie" in row) for row in one.rows("experts")] == [True, True]
    one.end()
    one.reader.follow('#experts a.onward[href*="person/nobel-6"]')
    one.computed("#affiliations table.answer")
    assert "Marie Curie" in one.reader.text("p.othername")
    assert "Sorbonne" in one.rows("affiliations")[0]
    assert ["1903" in row or "1911" in row for row in one.rows("roles")] == [True, True]
    for table in ("affiliations", "roles", "identifiers"):
        assert one.reader.run(UNSOURCED, f"#{table}") == []
    assert one.source("#roles table.answer")
    one.end()


@ways(_WIDE)
def test_the_map_of_tasks_leads_to_the_gaps(
    office: Service, browser: MakeBrowser, way: Way
) -> None:
    one = Journey(office, browser, way, "tasks")
    one.computed("#map figure.chart .drawing svg")
    whole = len(one.saved("map"))
    one.reader.click('#p-dimension option[value="task-dimension/st"]')
    one.ask("#unproven table.answer")
    assert len(one.rows("dimensions")) == 1
    assert 0 < len(one.rows("map")) < whole
    for table in ("problems", "recommendations", "unproven"):
        one.reader.click(f'nav.contents a[href="#{table}"]')
        assert one.rows(table)
        assert one.reader.run(UNSOURCED, f"#{table}") == []
    assert one.source("#unproven table.answer")
    one.end()


@ways(_NARROW)
def test_who_leaves_cuts_ties_and_the_page_names_them(
    office: Service, browser: MakeBrowser, way: Way
) -> None:
    one = Journey(office, browser, way, "what-if")
    # Members of a group stand on either side of their ties: nothing is told apart by colour.
    one.computed("#ties figure.chart .drawing svg path")
    dots, texts = one.reader.run(DRAWN)
    assert len(dots) >= 10
    assert way.says("另一方", "Other side") not in texts
    # Of so many things the most used are listed; the search finds the others.
    sco = way.says("上海合作组织", "Shanghai Cooperation Organisation")
    one.choose("thing", way.says("上合", "Shanghai Coop"), sco)
    one.choose("leaver", way.says("巴基斯坦", "Pakistan"), way.says("巴基斯坦", "Pakistan"))
    one.ask("#ties figure.chart .drawing svg path")
    assert way.says("巴基斯坦", "Pakistan") in one.reader.text("p.othername")
    ties = one.rows("ties")
    assert all(way.says("巴基斯坦", "Pakistan") in row for row in ties)
    assert any(way.says("断开", "cut") in row for row in ties)
    assert one.reader.run(UNSOURCED, "#ties") == []
    assert one.source("#ties table.answer")
    one.end()


@ways(_WIDE)
def test_a_brief_has_a_source_for_each_figure_and_is_printed(
    office: Service, browser: MakeBrowser, way: Way
) -> None:
    one = Journey(office, browser, way, "brief")
    one.choose("partner", "德国", way.says("德国", "Germany"))
    one.choose("field", "1.2", way.says("计算机", "Computer"))
    one.ask("#projects table.answer")
    assert way.says("试验项目p1", "Trial project p1") in one.rows("projects")[0]
    for table in ("key-figures", "over-time", "projects", "organisations", "agreements"):
        assert one.reader.run(UNSOURCED, f"#{table}") == [], table
    one.end()
    one.reader.follow('main a[href*="/tools/brief/report"]')
    one.computed("article.report")
    assert one.reader.run(UNSOURCED, "#key-figures") == []
    assert one.reader.visible("button.print") == 1
    assert one.reader.printed().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("tool", "table"),
    needs.sample(
        [("composite", "weights"), ("indicator-framework", "values"), ("network-positions", "ties")]
    ),
)
def test_an_evaluation_is_made_with_what_its_user_sets(
    office: Service, browser: MakeBrowser, tool: str, table: str
) -> None:
    one = Journey(office, browser, Way("zh", 1280), tool)
    if tool == "composite":
        one.reader.type("#p-growth", "3")
        one.ask(f"#{table} table.answer")
        assert any("3" in row for row in one.rows(table))
    else:
        assert one.source(f"#{table} table.answer")
    one.end()

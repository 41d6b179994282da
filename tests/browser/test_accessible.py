"""Nobody is kept out: each kind of page is looked at with axe-core, by keyboard, without script.

Each page is tried in both languages, light and dark, on a telephone and on a desk with WHOLE=1;
else a sample of these.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.namespaces import GRAPH, ID, ISTC, RDF_TYPE, RDFS_LABEL
from kg.store.journal import Entry
from kg.store.truth import Truth
from tests import homes, needs
from tests.browser.pages import PAGES, Page
from tests.browser.webdriver import SECONDS, Browser, MakeBrowser
from tests.linking import waiting
from tests.searching.conftest import waiting as until_ready
from tests.serving import BROWSER, serving

LEFT = "org/left"
#: Success criteria of the levels A and AA (WCAG 2.2).
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """
const how = { runOnly: arguments[0], resultTypes: ["violations"], preload: false };
return axe.run(how).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.slice(0, 6).map(({ target, html, any, all }) =>
    [id, target.flat().join(" "), html.slice(0, 160), [...any, ...all].map((a) => a.message)[0]])))
"""
#: Watches the focus from the top of the page, and counts what should have it one time.
CONTROLS = """
document.activeElement.blur();
window.reached = new Set();
window.unseen = [];
document.addEventListener("focusin", ({ target }) => {
  reached.add(target);
  const marked = [target, ...(target.labels || [])].some((one) => {
    const { width, height } = one.getBoundingClientRect();
    return getComputedStyle(one).outlineStyle !== "none" && Math.min(width, height) > 4;
  });
  if (!marked) unseen.push(target);
});
const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
window.controls = [...document.querySelectorAll(all)].filter((one) => !one.disabled &&
  one.checkVisibility({ visibilityProperty: true }));
return controls.length;
"""
UNREACHED = """
return controls.filter((one) => !reached.has(one)).map((one) => one.outerHTML.slice(0, 120));
"""
TAB, ENTER = "\ue004", "\ue007"
CASES = [
    (name, language, scheme, width)
    for name in PAGES
    for language, scheme, width in product(("zh", "en"), ("light", "dark"), (360, 1280))
]


@dataclass(frozen=True)
class Stage:
    """A service with something on every kind of page."""

    url: str
    host: str
    given: dict[str, str]

    def at(self, page: Page, language: str) -> str:
        """The address of a page in a language."""
        path = page.path.format(**self.given)
        return f"{self.url}{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.fixture(scope="module")
def stage(built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home = homes.copy(built_home, tmp_path_factory.mktemp("stage") / "home")
    waiting.put(home)
    thing, graph = NamedNode(ID + LEFT), NamedNode(GRAPH + "register")
    left = [
        Quad(thing, RDF_TYPE, NamedNode(ISTC + "Organization"), graph),
        Quad(thing, RDFS_LABEL, Literal("离开的机构", language="zh"), graph),
    ]
    with Truth.open(home) as truth:
        truth.commit(left, [], Entry("desk", "import"))
        truth.commit([], left, Entry("desk", "undo", note="entered by mistake"))
    with serving(home) as service:
        until_ready(lambda: service.get("/suggest?q=cas").status == 200)
        page = service.page("/questions/joint-papers-by-field").text
        facts = re.findall(r'class="fact" href="([^"?]+)', page)
        frozen = service.send(
            "POST", "/questions/joint-papers-by-field/cite", headers={"Accept": BROWSER}
        )
        # What a tool computes is kept; its page then comes at once.
        for tool in (page.path for name, page in PAGES.items() if name.startswith("tool-")):
            until_ready(lambda tool=tool: service.get(tool, BROWSER).status == 200)
        given = {
            "gone": f"/doc/{LEFT}",
            "answer": frozen.header("Location").partition("?")[0],
            "fact": facts[0],
        }
        yield Stage(service.url, service.host, given)


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    folder = needs.npm(Path(__file__).parent / "axe" / "package.json")
    return (folder / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def reader(shared_browser: MakeBrowser) -> Browser:
    """A browser that goes from page to page."""
    return shared_browser()


def seen(reader: Browser, css: str) -> None:
    """Wait until there is an element."""
    end = time.monotonic() + SECONDS
    while css and not reader.all(css):
        assert time.monotonic() < end, f"there is no {css}"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("name", "language", "scheme", "width"), needs.sample(CASES, 79), ids=lambda value: str(value)
)
def test_a_page_has_no_barrier_complains_of_nothing_and_asks_nobody_else(
    stage: Stage,
    reader: Browser,
    axe: str,
    name: str,
    language: str,
    scheme: str,
    width: int,
) -> None:
    page = PAGES[name]
    reader.look(width, scheme)
    reader.open(stage.at(page, language))
    seen(reader, page.shows)
    seen(reader, page.drawn)
    assert reader.run(axe + RUN, TAGS) == []
    content, window = reader.width()
    assert content <= window
    loading = f"{page.status} ("
    complaints = [c for c in reader.complaints() if page.status == 200 or loading not in c]
    assert complaints == []
    asked = {urlsplit(url).netloc for url in reader.asked() if url.startswith("http")}
    assert asked == {stage.host}


def test_without_script_every_page_shows_what_it_is_for(
    stage: Stage, shared_browser: MakeBrowser
) -> None:
    reader = shared_browser(script=False)
    for name, page in needs.sample(list(PAGES.items()), 3):
        reader.open(stage.at(page, "zh"))
        assert reader.text("h1"), name
        assert reader.visible(page.shows), name
        assert not reader.visible("figure.chart, .walk, .combobox, .CodeMirror, #desk form"), name


def test_the_first_key_leads_past_the_menu(stage: Stage, reader: Browser) -> None:
    reader.look(1280, "light")
    reader.open(stage.at(PAGES["classes"], "en"))
    reader.keys(TAB)
    assert reader.visible("a.skip:focus") == 1
    assert reader.run("return document.activeElement.getBoundingClientRect().left >= 0")
    reader.keys(ENTER + TAB)
    assert reader.all("main :focus")


@pytest.mark.parametrize(
    ("name", "width"),
    [("home", 360), ("search", 1280), ("ask", 360), ("question-table", 1280), ("import", 360)],
)
def test_every_control_is_reached_with_the_keyboard_and_shows_that_it_is(
    stage: Stage, reader: Browser, name: str, width: int
) -> None:
    reader.look(width, "light")
    reader.open(stage.at(PAGES[name], "zh"))
    seen(reader, PAGES[name].drawn)
    controls = int(reader.run(CONTROLS))
    # What scrolls has the focus on the way as well.
    reader.keys(TAB * (controls + 40))
    assert reader.run(UNREACHED) == []
    assert reader.run("return unseen.map((one) => one.outerHTML.slice(0, 120))") == []

"""What is drawn can be read: nothing is cut, nothing lies on something else, on paper as well."""

from __future__ import annotations

import time
from itertools import combinations

import pytest

from tests.browser.figures import described
from tests.browser.webdriver import SECONDS, Browser, MakeBrowser
from tests.serving import Service

SVG = "figure.chart .drawing svg"
#: The letters of a line are lower than its box, by so many pixels on each side.
LEADING = 4.0
TOUCHING = 1.0
#: Texts of charts and the shapes of a colour: [text or nothing, left, top, right, bottom].
BOXES = f"""
const svg = document.querySelector('{SVG}');
const frame = svg.getBoundingClientRect();
const box = (element, text) => {{
  const {{ left, top, right, bottom }} = element.getBoundingClientRect();
  return [text, left - frame.left, top - frame.top, right - frame.left, bottom - frame.top];
}};
const texts = [...svg.querySelectorAll('text')].filter((text) => text.textContent.trim());
const dots = [...svg.querySelectorAll('path')].filter((path) =>
  arguments[0].includes(path.getAttribute('fill')) && path.getBoundingClientRect().width < 60);
return [
  [frame.width, frame.height],
  texts.map((text) => box(text, text.textContent)),
  dots.map((path) => box(path, '')),
];
"""
NARROW = [
    "talent-flows",
    "same-answer-in-several-papers",
    "instrument-mix",
    "problem-types-by-document",
    "survey-answers",
    "high-tech-exporters",
    "covid-papers",
    "mechanism-without-platform",
    "agreements-and-mechanisms",
]
#: Widest width of a page on A4 paper with the margins that browsers leave, in CSS pixels.
PAPER = 718

Box = tuple[str, float, float, float, float]


def drawn(reader: Browser, *colours: str) -> tuple[list[float], list[Box], list[Box]]:
    """The size of a chart, the boxes of its texts, and those of the shapes in some colours."""
    until = time.monotonic() + SECONDS
    while not reader.all(f"{SVG} text"):
        assert time.monotonic() < until, "there is no chart"
        time.sleep(0.02)
    size, texts, shapes = reader.run(BOXES, list(colours))
    return size, [tuple(box) for box in texts], [tuple(box) for box in shapes]


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes of texts lie on each other; the leading of lines is no text."""
    (_, *a), (_, *b) = letters(one), letters(other)
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def letters(box: Box) -> Box:
    """A box without the leading of its line: of the shorter side, that is the thickness."""
    text, left, top, right, bottom = box
    if bottom - top > right - left and len(text) > 2:
        return text, left + LEADING, top + TOUCHING, right - LEADING, bottom - TOUCHING
    return text, left + TOUCHING, top + LEADING, right - TOUCHING, bottom - LEADING


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_telephone_no_text_is_cut_and_none_lies_on_another(
    service: Service, browser: MakeBrowser, language: str
) -> None:
    reader = browser(size=(360, 900), language=language)
    pages = [f"/questions/{question}?lang={language}" for question in NARROW]
    for page in [*pages, f"/pictures/network?focus=org/cas&lang={language}"]:
        reader.open(f"{service.url}{page}")
        (width, height), texts, _ = drawn(reader)
        for text, left, top, right, bottom in texts:
            assert min(left, top) >= -1, (page, text)
            assert right <= width + 1, (page, text)
            assert bottom <= height + 1, (page, text)
            assert len(text) > 4 or not text.endswith("…"), (page, text)
        assert [(a[0], b[0]) for a, b in combinations(texts, 2) if meet(a, b)] == [], page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_times_at_the_end_of_a_timeline_are_whole(
    service: Service, browser: MakeBrowser, language: str
) -> None:
    reader = browser(language=language)
    for page in ("/questions/group-members", "/pictures/cooperation-timeline"):
        reader.open(f"{service.url}{page}?lang={language}")
        (width, _), texts, _ = drawn(reader)
        assert max(right for _, _, _, right, _ in texts) <= width, page


def test_every_node_of_a_tree_of_problems_has_its_name_and_lies_on_no_other(
    service: Service, browser: MakeBrowser
) -> None:
    reader = browser()
    reader.open(f"{service.url}/questions/problem-tree?lang=zh")
    _, texts, dots = drawn(reader, "#0f5387")
    chart = described(reader)
    names = {node["name"] for node in chart["nodes"]}
    assert names <= {text for text, *_ in texts}
    assert len(dots) == len(names)
    assert [text[0] for text in texts for dot in dots if meet(text, dot)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_names_of_ties_lie_on_no_name_of_a_thing(
    service: Service, browser: MakeBrowser, language: str
) -> None:
    reader = browser(language=language)
    reader.open(f"{service.url}/questions/agreements-and-mechanisms?lang={language}")
    _, texts, _ = drawn(reader)
    chart = described(reader)
    ties = {label for link in chart["links"] for label in link["labels"]}
    told = [text for text in texts if text[0] in ties]
    assert told
    names = [text for text in texts if text[0] in {node["name"] for node in chart["nodes"]}]
    assert [(a[0], b[0]) for a in told for b in names if meet(a, b)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_an_axis_large_numbers_are_said_as_beside_the_bars(
    service: Service, browser: MakeBrowser, language: str
) -> None:
    reader = browser(language=language)
    reader.open(f"{service.url}/questions/high-tech-exporters?lang={language}")
    _, texts, _ = drawn(reader)
    words = {"zh": ["3,000亿", "7,334亿"], "en": ["300 billion", "733.4 billion"]}[language]
    assert set(words) <= {text for text, *_ in texts}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_paper_the_whole_table_is_there_and_no_column_lies_on_another(
    service: Service, browser: MakeBrowser, language: str
) -> None:
    reader = browser(size=(PAPER, 1000), language=language)
    reader.on_paper()
    address = "/questions/indicator-values?indicator=indicator/co-papers"
    reader.open(f"{service.url}{address}&lang={language}")
    place = "return getComputedStyle(document.querySelector('td.evidence')).position"
    assert reader.run(place) == "static"
    assert reader.visible("form") == 0
    content, window = reader.width()
    assert content <= window
    overlapping = (
        "const range = document.createRange(); const over = [];"
        "for (const row of document.querySelectorAll('.answer tr')) {"
        "  const ends = [...row.cells].map((cell) => {"
        "    range.selectNodeContents(cell); const it = range.getBoundingClientRect();"
        "    return it.width ? [it.left, it.right, cell.textContent.trim()] : null;"
        "  }).filter(Boolean);"
        "  ends.forEach(([left], i) => i && left < ends[i - 1][1] - 1 && over.push(ends[i][2]));"
        "}"
        "return over"
    )
    assert reader.run(overlapping) == []

"""Every kind of page that a reader may come to, and what each must show."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

_CHART = "figure.chart:not([data-later]) .drawing svg path"
_ROWS = "table.answer tbody tr"


@dataclass(frozen=True)
class Page:
    """A kind of page.

    Attributes:
        path: Where one of them is; `{fact}`, `{answer}` and `{gone}` stand for addresses that the
            graph of the test gives.
        shows: CSS selector of what is there for everybody, without script as well.
        drawn: CSS selector of what a script adds; empty where none does.
        status: With which it is answered.
    """

    path: str
    shows: str
    drawn: str = ""
    status: int = 200


def _question(name: str, drawn: str = _CHART) -> Page:
    return Page(f"/questions/{name}", _ROWS, drawn)


_QUERY = quote("SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 12")
PAGES = {
    "home": Page("/", "#home-q"),
    "about": Page("/about", "main h2"),
    "catalogue": Page("/catalog", "main table tr"),
    "questions": Page("/questions", "dl.questions dt"),
    "question-bar": _question("joint-papers-by-field"),
    "question-line": _question("beijing-entities-by-year"),
    "question-map": _question("bri-patent-partners-over-100"),
    "question-network": _question("research-networks"),
    "question-matrix": _question("bri-top-partners-by-field"),
    "question-tree": _question("framework-structure"),
    "question-timeline": _question("policies-and-issuers"),
    "question-table": _question("country-figures", ".combobox input"),
    "question-embedded": Page("/questions/joint-papers-by-field/embed", _ROWS, _CHART),
    "answer": Page("{answer}", "pre.citation"),
    "organization": Page("/doc/org/cas", "main h2"),
    "country": Page("/doc/country/KOR", "main h2"),
    "project": Page("/doc/project/ska", "main h2"),
    "indicator": Page("/doc/indicator/co-papers", "main h2"),
    "classes": Page("/classes", "ul.tree li"),
    "class": Page("/ontology/Organization", "#things"),
    "ontology": Page("/ontology", "dl.terms dt"),
    "alignments": Page("/ontology/alignments", "main h2"),
    "parameters": Page("/parameter", "main h1"),
    "concept": Page("/doc/vocab/value-qualifier/exact", "main h1"),
    "concepts": Page("/doc/vocab/value-qualifier", "main h1"),
    "source": Page("/doc/doc/liu-2023", "main h2"),
    "fact": Page("{fact}", "main h1"),
    "place": Page("/doc/location/liu-2023/s2.1.1", "main h1"),
    "graph": Page("/doc/graph/source/liu-2023", "main h1"),
    "search": Page("/search?q=" + quote("科学院"), ".results li"),
    "search-nothing": Page("/search?q=zzzzqqqq", ".results .nothing"),
    "ask": Page("/ask?q=" + quote("和巴基斯坦有哪些联合实验室"), "ol.suggestions li"),
    "pictures": Page("/pictures", ".tile"),
    "picture-network": Page("/pictures/network?focus=org/cas", _ROWS, ".walk li"),
    "picture-map": Page("/pictures/cooperation-by-country", _ROWS, _CHART),
    "tools": Page("/tools", "dl.questions dt"),
    "tool-country": Page("/tools/country-profile", _ROWS, _CHART),
    "tool-what-if": Page("/tools/what-if", _ROWS, "#p-thing[role=combobox]"),
    "tool-experts": Page("/tools/experts", "a.onward", _CHART),
    "tool-table": Page("/tools/tasks/map", _ROWS, _CHART),
    "tool-report": Page("/tools/brief/report", "ol.documents li", "button.print:not([hidden])"),
    "editor": Page("/sparql", "textarea#query", ".CodeMirror-code"),
    "editor-results": Page(f"/sparql?query={_QUERY}", _ROWS, ".CodeMirror-code"),
    "downloads": Page("/downloads", "main table tr"),
    "changes": Page("/changes", "main table tr"),
    "change": Page("/changes/1", "main table tr"),
    "imports": Page("/imports", "main h1"),
    "import": Page("/imports/new", "main h1", "#desk:not([hidden]) form"),
    "templates": Page("/templates", "main table tr"),
    "template": Page("/templates/quantities", "main table tr"),
    "review": Page("/review", "ol.records li"),
    "problems": Page("/problems", "main table tr"),
    "prefixes": Page("/prefixes", "main table tr"),
    "shapes": Page("/shapes", "dl.terms dt"),
    "error-404": Page("/doc/country/CHX", ".problem .detail", status=404),
    "error-410": Page("{gone}", ".problem .detail", status=410),
    "error-422": Page("/questions/rankings?a=b", ".problem .detail", status=422),
    "error-query": Page("/sparql?query=SELECT", ".problem .detail", ".CodeMirror-code", status=400),
}

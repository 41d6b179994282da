"""The list of tools, the page of each with form, charts and tables, its report, one table whole."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from urllib.parse import urlencode

from flask import Response, current_app, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import asking, freezing
from kg.analysis import needing
from kg.analysis.catalogue import Analysis, TableOf, analyses, analysis
from kg.analysis.results import Result
from kg.analysis.working import Work
from kg.asking import Answered, Cell
from kg.choosing import Choice, key_of
from kg.citing import Source
from kg.entries import Bilingual
from service import addresses, formatting, language, negotiation
from service.analysis import asked, data
from service.negotiation import HTML, JSON, vary
from service.questions import asked as questions
from service.questions.asked import Page
from service.state import engine, state, version

#: Rows of a table on the page of its tool; the page of the table has them all.
ROWS = 15
#: Rows of a table in a report.
PRINTED = 200


def themes(tag: str) -> list[tuple[str, list[Analysis]]]:
    """The tools by theme, as readers of a language see them."""
    found = sorted(analyses(), key=lambda one: (one.theme["en"], one.id))
    return [
        (asking.pick(some[0].theme, tag) or "", some)
        for _, group in groupby(found, key=lambda one: one.theme["en"])
        for some in [list(group)]
    ]


def listing() -> Response:
    """All tools by theme; as JSON for programs."""
    chosen = negotiation.choose((HTML, JSON), request.args.getlist("format"))
    if chosen is JSON:
        return vary(jsonify(tools=[data.summary(one) for one in analyses()]))
    body = render_template(
        "analysis/list.html",
        themes=themes(language.content()),
        lacking={one.id: lacking(one) for one in analyses()},
        needs=needing.wordings(),
    )
    response = Response(body, content_type=HTML.content_type)
    response.headers["Link"] = (
        f'<{addresses.public("/tools")}?format=json>; rel="alternate"; type="{JSON.media_type}"'
    )
    return vary(response)


def tool(name: str) -> Response:
    """A tool: form, and each of its tables with chart, method, sources and downloads.

    Args:
        name: Id of the analysis.

    Raises:
        NotFound: There is none of this id.
        InvalidParameter: A parameter is wrong.
    """
    found = analysis(name)
    chosen = negotiation.choose((HTML, *data.FORMATS), request.args.getlist("format"))
    if chosen is not HTML:
        return data.tool(name, chosen.name)
    ready = asked.ready(found, name, "html", asked.PAGE_SECONDS, page=True)
    if isinstance(ready, Response):
        return ready
    result, etag = ready
    # Where a tool has a page of its own, that one extends the page of all.
    templates = [f"analysis/{name}.html", "analysis/tool.html"]
    page = current_app.jinja_env.select_template(templates)
    return _page(found, result, etag, str(page.name), ROWS)


def report(name: str) -> Response:
    """The result of a tool as a report to be printed: all tables, all sources, how it was made."""
    found = analysis(name)
    ready = asked.ready(found, name, "report", asked.PAGE_SECONDS, page=True)
    if isinstance(ready, Response):
        return ready
    result, etag = ready
    return _page(found, result, etag, "analysis/report.html", PRINTED)


def _page(found: Analysis, result: Result, etag: str, template: str, rows: int) -> Response:
    sections = [_Section(table, result, rows) for table in found.tables]
    first = sections[0].answered
    permanent = questions.permanent(first)
    body = render_template(
        template,
        tool=found,
        result=result,
        sections=sections,
        by_name={section.table.name: section for section in sections},
        # The form and the words on values are those of a question with the same parameters.
        question=found,
        answered=first,
        options=_options(found),
        lacking=lacking(found) if any(not one.answered.rows for one in sections) else {},
        needs=needing.wordings(),
        listed=questions.LISTED,
        searched_from=questions.SEARCHED_FROM,
        values=questions.worded(first),
        permanent=permanent,
        address=f"{addresses.site()}/tools/{found.id}?{permanent}",
        documents=_documents(sections),
        chosen=_chosen(found, result),
        lead=_lead,
        version=version(),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    path = f"/tools/{found.id}"
    response.headers["Link"] = ", ".join(
        f'<{addresses.public(f"{path}.{one.name}")}>; rel="alternate"; type="{one.media_type}"'
        for one in data.FORMATS
    )
    return vary(response)


def lacking(found: Analysis) -> dict[str, Bilingual]:
    """The data sets that a tool needs and the graph does not hold, kept per data version."""
    compute = partial(needing.missing, engine(), found)
    return state().kept.get(version().digest, ("lacking", found.id), compute)


def _options(found: Analysis) -> dict[str, list[Choice]]:
    """The values that the form of a tool offers, kept per data version."""
    options = questions.all_choices(found)
    for name, query in found.offered.items():
        compute = partial(needing.offered, engine(), query, options[name])
        options[name] = state().kept.get(version().digest, ("offered", query), compute)
    return options


class _Section:
    """A table on a page: its first rows, and where the others are.

    Args:
        table: The table.
        result: The result.
        rows: How many rows are shown.
    """

    def __init__(self, table: TableOf, result: Result, rows: int) -> None:
        self.table = table
        self.answered: Answered = result.answered(table.name, language.content())
        total = len(self.answered.rows)
        self.page = Page(1, max(1, -(-total // rows)), 0, min(rows, total))


def _chosen(found: Analysis, result: Result) -> list[tuple[str, Bilingual]]:
    """The things among the values: IRI and names."""
    terms = ((p.name, result.terms.get(p.name)) for p in found.parameters if p.type == "thing")
    return [(term[1:-1], result.chosen.get(name, {})) for name, term in terms if term]


def _lead(way: tuple[str, str], cell: Cell) -> tuple[str, Bilingual]:
    """Where a thing leads: the address of the tool that tells more of it, and its title."""
    name, parameter = way
    values = urlencode({parameter: key_of(cell.iri or "")}, safe="/:")
    return addresses.page(f"/tools/{name}?{values}"), analysis(name).title


def _documents(sections: list[_Section]) -> list[Source]:
    """One place in each document that the tables rest on."""
    places = (
        source
        for section in sections
        for some in section.answered.sources.values()
        for source in some
    )
    return list({source.document: source for source in places}.values())


def table(name: str, table: str) -> Response:
    """One table of a tool, page by page.

    Args:
        name: Id of the analysis.
        table: Name of the table.

    Raises:
        NotFound: There is no such analysis or table.
        InvalidParameter: A parameter is wrong.
    """
    found = analysis(name)
    one = found.table(table)
    chosen = negotiation.choose((HTML, *data.TABLE_FORMATS), request.args.getlist("format"))
    if chosen is not HTML:
        return data.table(name, table, chosen.name)
    ready = asked.ready(found, f"{name}/{table}", "html", asked.PAGE_SECONDS, page=True)
    if isinstance(ready, Response):
        return ready
    result, etag = ready
    answered = result.answered(table, language.content())
    shown = questions.page(len(answered.rows))
    permanent = questions.permanent(answered)
    body = render_template(
        "analysis/table.html",
        tool=found,
        table=one,
        result=result,
        answered=answered,
        page=shown,
        values=questions.worded(answered),
        permanent=permanent,
        address=f"{addresses.site()}/tools/{name}/{table}?{permanent}",
        lead=_lead,
        version=version(),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    links = [
        f'<{addresses.public(f"/tools/{name}/{table}.{item.name}")}>; rel="alternate"; '
        f'type="{item.media_type}"'
        for item in data.TABLE_FORMATS
    ]
    for relation, number in shown.neighbours():
        address = formatting.with_parameters(page=number)
        links.append(f'<{address}>; rel="{relation}"')
    response.headers["Link"] = ", ".join(links)
    return vary(response)


def freeze(name: str, table: str) -> AnyResponse:
    """Freeze a table and go to it; the same table is frozen once."""
    found = analysis(name)
    found.table(table)
    result = asked.result(found, asked.DATA_SECONDS)
    if isinstance(result, Work):
        return asked.coming(found, result, page=True)
    answered = result.answered(table, language.content())
    frozen = freezing.freeze(answered, result.origin, state().settings, bounded=True)
    response = redirect(addresses.public(addresses.with_reader(f"/answers/{frozen.digest}")), 303)
    response.headers["Cache-Control"] = "no-store"
    return response


__all__ = ["freeze", "listing", "report", "table", "themes", "tool"]

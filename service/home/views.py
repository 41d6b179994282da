"""The home page, and the pages behind the type of a problem."""

from __future__ import annotations

import difflib
from itertools import groupby

from flask import Response, render_template
from pyoxigraph import Store

from kg import asking, catalogue, describing
from kg.catalogue import Question
from kg.errors import NotFound
from kg.resources import tool_version
from kg.store import journal, versions
from kg.store.versions import Version
from service import addresses, caching, language, negotiation, problems
from service.home import descriptions, downloads
from service.home.datasets import data_sets
from service.negotiation import DOCUMENTS, HTML, RDF, vary
from service.state import engine, state, version

#: Changes that the home page shows.
NEWS = 6


def themes(tag: str) -> list[tuple[str, list[Question]]]:
    """The questions by theme, as readers of a language see them."""
    found = sorted(catalogue.questions(), key=lambda q: (asking.pick(q.theme, "en") or "", q.id))
    return [
        (asking.pick(some[0].theme, tag) or "", some)
        for _, group in groupby(found, key=lambda q: q.theme["en"])
        for some in [list(group)]
    ]


def home() -> Response:
    """What is in the graph, what can be asked, doors for data people; or the catalogue as RDF."""
    chosen = negotiation.choose(DOCUMENTS)
    if chosen is not HTML:
        return descriptions.catalogue(chosen.name)
    now = version()
    etag = caching.tag(now.digest, "home", language.interface(), language.content())
    same = caching.unchanged(etag)
    if same is not None:
        return same
    body = render_template(
        "home/home.html",
        summary=state().kept.get(now.digest, "summary", lambda: describing.summary(engine())),
        themes=themes(language.content()),
        news=state().kept.get(now.digest, "news", lambda: _news(now)),
        version=now,
        software=tool_version(),
        dumps=downloads.listed(now),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    response.headers["Link"] = (
        f'<{addresses.public("/sparql")}>; rel="service-desc", '
        f'<{addresses.public("/openapi.json")}>; rel="service-desc"; type="application/json", '
        f'<{addresses.public("/catalog")}>; rel="describedby"; type="text/turtle"'
    )
    return vary(response)


def _news(now: Version) -> list[journal.Recorded]:
    """The newest changes, the last one first."""
    with versions.hold(now):
        return journal.entries(Store.read_only(str(now.path)))[-NEWS:][::-1]


def catalogue_page(ending: str | None = None) -> Response:
    """The catalogue of the data sets, to read or as RDF (DCAT 3, VoID)."""
    chosen = negotiation.choose(DOCUMENTS, ending)
    if chosen is not HTML:
        return descriptions.catalogue(chosen.name)
    now = version()
    etag = caching.tag(
        now.digest,
        "catalog",
        addresses.site(),
        language.interface(),
        language.content(),
        descriptions.files(),
    )
    same = caching.unchanged(etag)
    if same is not None:
        return same
    body = render_template(
        "home/catalog.html",
        datasets=data_sets(),
        data=descriptions.search_engines(),
        version=now,
        dumps=downloads.listed(now),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    response.headers["Link"] = descriptions.alternates("catalog", RDF)
    return vary(response)


def problem_list() -> str:
    """All types of problems."""
    return render_template("home/problems.html", table=problems.TABLE)


def problem(slug: str) -> str:
    """One type of problem, and what to do about it."""
    found = problems.BY_SLUG.get(slug)
    if found is None:
        raise NotFound(
            f"There is no type of problem “{slug}”.",
            extra={"suggestions": difflib.get_close_matches(slug, problems.BY_SLUG, n=3)},
        )
    return render_template("home/problems.html", table=(found,))

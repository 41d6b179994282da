"""The home page, and the pages behind the type of a problem."""

from __future__ import annotations

import difflib
from itertools import groupby

from flask import Response, render_template
from pyoxigraph import Store

from kg import asking, bibliography, catalogue
from kg.catalogue import Question
from kg.errors import NotFound
from kg.resources import tool_version
from kg.store import journal, versions
from kg.store.versions import Version
from service import addresses, caching, language, negotiation, problems, referring
from service.home import descriptions, downloads
from service.home.datasets import changed, data_sets, located, summary
from service.negotiation import DOCUMENTS, HTML, RDF, vary
from service.state import state, version

#: Changes that the home page shows.
NEWS = 6
_WHOLE = {"zh": "全部数据", "en": "All data"}


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
    etag = caching.tag(now, "home", language.interface(), language.content())
    same = caching.unchanged(etag)
    if same is not None:
        return same
    body = render_template(
        "home/home.html",
        summary=summary(),
        themes=themes(language.content()),
        news=_journal(now)[-NEWS:][::-1],
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


def _journal(now: Version) -> list[journal.Recorded]:
    """The changes, the newest last."""

    def read() -> list[journal.Recorded]:
        with versions.hold(now):
            return journal.entries(Store.read_only(str(now.path)))

    # An undo brings a digest back, so the number is part of the key.
    return state().kept.get(now.digest, ("journal", now.number), read)


def _updated(now: Version) -> dict[str, str]:
    """IRI of a named graph → the day on which it was last made as a whole."""
    return {
        name: line.entry.at.date().isoformat()
        for line in _journal(now)
        if line.entry.at is not None
        for name in line.entry.graphs
    }


def catalogue_page(ending: str | None = None) -> Response:
    """The catalogue of the data sets, to read or as RDF (DCAT 3, VoID)."""
    chosen = negotiation.choose(DOCUMENTS, ending)
    if chosen is not HTML:
        return descriptions.catalogue(chosen.name)
    now = version()
    etag = caching.tag(
        now,
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
        located=located(),
        updated=_updated(now),
        changed=(changed() or "")[:10],
        files={
            found.thing.iri: downloads.listed(now, downloads.name_of(found))
            for found in data_sets()
        },
        data=descriptions.search_engines(),
        version=now,
        dumps=downloads.listed(now),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    response.headers["Link"] = descriptions.alternates("catalog", RDF)
    return vary(response)


def about() -> Response:
    """What this is, how facts are made and checked, licence, citation, limits, privacy."""
    now = version()
    etag = caching.tag(now, "about", language.interface())
    same = caching.unchanged(etag)
    if same is not None:
        return same
    cited = referring.reference(f"{state().settings.base_iri}dataset/istc-kg", _WHOLE)
    body = render_template(
        "home/about.html",
        summary=summary(),
        citations=referring.texts(cited),
        bibtex=bibliography.bibtex(cited),
        ris=bibliography.ris(cited),
        version=now,
        changed=(changed() or "")[:10],
        software=tool_version(),
        limits=state().settings,
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
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

"""The search page: things with facets, and beside them the questions that may be meant."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Any

from flask import Response, jsonify, render_template, request

from kg import finding
from kg.finding import Suggestion
from kg.searching import MOST, Found
from service import caching, language, negotiation
from service.finder.views import find, path, prepared
from service.negotiation import CSV, HTML, JSON, vary
from service.search import asked
from service.search.marking import marked
from service.state import state, version

#: Representations besides the page.
DATA = (JSON, CSV)
#: Things on a page, and in a table.
PAGE, TABLE = 20, 1000
#: Questions beside them.
_QUESTIONS = 4
_COLUMNS = (
    "key", "iri", "label_zh", "label_en", "kind", "countries", "statements", "how", "matched",
)  # fmt: skip


def search(ending: str | None = None) -> Response:
    """Things with `q` in their names, as a page, as JSON or as CSV."""
    chosen = negotiation.choose((HTML, *DATA), ending or request.args.getlist("format"))
    size = TABLE if chosen is CSV else PAGE
    index = asked.index()
    text = asked.text()
    given = asked.filters(index, "kind", "country")
    number = asked.number("page", 1, MOST // size)
    if not text and chosen is not HTML:
        raise asked.wrong("q", text, "a name, a part of one, or an identifier")
    etag = caching.tag(
        version(),
        index.digest,
        "search",
        request.full_path,
        chosen.name,
        language.interface(),
        language.content(),
        # Without the finder of questions the page lacks them.
        str(chosen is HTML and prepared() is not None),
    )
    same = caching.unchanged(etag)
    if same is not None:
        return same
    found = index.search(text, **given, offset=(number - 1) * size, limit=size) if text else None
    pages = max(1, -(-found.total // size)) if found is not None else 1
    if chosen is JSON:
        response = jsonify(_as_json(found, given, number, pages, index.digest))
    elif chosen is CSV:
        response = Response(_as_csv(found), content_type=CSV.content_type)
    else:
        body = render_template(
            "search/search.html",
            typed=text,
            given=given,
            found=found,
            questions=questions(text) if number == 1 else (),
            number=number,
            pages=pages,
            size=size,
            path=path,
            marked=marked,
            longest=finding.LONGEST,
        )
        response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    return vary(response)


def questions(text: str) -> tuple[Suggestion, ...]:
    """The questions that may be meant, those with an answer.

    Args:
        text: What was typed.

    Returns:
        A few; none where nothing fits, or while the finder is being made.
    """
    if not text or prepared() is None:
        return ()
    digest = version().digest
    found = state().kept.get(
        digest, ("search questions", text[: finding.LONGEST]), partial(find, text)
    )
    return tuple(s for s in found.suggestions if s.rows != 0)[:_QUESTIONS]


def _as_json(
    found: Found | None, given: dict[str, str], number: int, pages: int, digest: str
) -> dict[str, Any]:
    assert found is not None  # noqa: S101 - an empty search has been refused
    return {
        "query": found.text,
        **given,
        "page": number,
        "pages": pages,
        "total": found.total,
        "more": found.more,
        "things": asked.things(found),
        "facets": {
            "kind": asked.facets(found.kinds),
            "country": asked.facets(found.countries),
        },
        "data": {"digest": digest},
    }


def _as_csv(found: Found | None) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for thing in asked.things(found) if found is not None else ():
        countries = " ".join(country["iri"] for country in thing["countries"])
        label = thing["label"]
        rows.writerow(
            [thing["key"], thing["iri"], label.get("zh", ""), label.get("en", ""),
             thing["kind"]["key"], countries, thing["statements"], thing["how"], thing["matched"]]
        )  # fmt: skip
    return out.getvalue()


__all__ = ["DATA", "PAGE", "questions", "search"]

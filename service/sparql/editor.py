"""The editor: what it opens with, what it offers and completes, and what its script says."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, url_for

from kg import catalogue, completing, rq, shortening
from kg.catalogue import Question
from kg.completing import Word
from kg.namespaces import PREFIXES
from service import addresses, caching, language
from service.home.views import themes
from service.language import translate
from service.sparql.protocol import Asked
from service.state import engine, state, version


def opening(asked: Asked) -> str:
    """The query that the editor opens with.

    Args:
        asked: A request without a query; it may name a question or a short link.

    Returns:
        The query of either, else the first query that everybody sees.
    """
    if asked.link:
        return shortening.query_of(asked.link, state().settings)
    if asked.example:
        return catalogue.question(asked.example).text
    return rq.load("kg", "queries", "browse", "first").text


def terms() -> Response:
    """Prefixes, classes and properties with their names and uses, for completion."""
    now = version()
    etag = caching.tag(now, "terms")
    same = caching.unchanged(etag)
    if same is not None:
        return same
    words = state().kept.get(now.digest, "terms", lambda: completing.words(engine()))
    response = jsonify(
        prefixes=PREFIXES,
        classes=[_word(word) for word in words["class"]],
        properties=[_word(word) for word in words["property"]],
    )
    response.set_etag(etag)
    return response


def _word(word: Word) -> dict[str, Any]:
    return {"iri": word.iri, "uses": word.uses, "label": word.label}


def examples() -> list[tuple[str, list[Question]]]:
    """The questions by theme: each can be taken into the editor."""
    return themes(language.content())


def island() -> dict[str, Any]:
    """What the script of the editor is told: addresses, and words in the reader's language."""

    def static(name: str) -> str:
        return url_for("static", filename=name)

    return {
        "addresses": {
            "query": addresses.page("/sparql"),
            "running": addresses.local("/sparql/running"),
            "terms": addresses.local("/sparql/terms"),
            "links": addresses.local("/sparql/links"),
            "charts": static("charts.js"),
            "drawing": static("vendor/echarts-6.1.0/echarts.min.js"),
        },
        "words": {
            "editor": translate("SPARQL query"),
            "run": translate("Run"),
            "stop": translate("Stop"),
            "running": translate("%(now)s s of %(limit)s s", now="{now}", limit="{limit}"),
            "stopped": translate("Stopped after %(now)s s.", now="{now}"),
            "stopping": translate("Stopping …"),
            "unreachable": translate("The service cannot be reached; try again."),
            "place": translate(
                "line %(line)s, column %(column)s", line="{line}", column="{column}"
            ),
            "insert": translate("Insert this line: %(line)s", line="{line}"),
            "more": translate("More about this problem"),
            "link": translate("Short link"),
            "copy": translate("Copy"),
            "copied": translate("Copied"),
            "loaded": translate("Example loaded: %(title)s", title="{title}"),
            "found": translate("%(number)s examples", number="{number}"),
            "beginning": translate("This is the beginning; the download has all of it."),
            "class": translate("class"),
            "property": translate("property"),
        },
    }

"""The page that takes a question in plain words, and the same for programs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, render_template, request

from kg import catalogue, finding
from kg.catalogue import Question
from kg.finding import Finder, Found, Suggestion
from service import addresses, caching, language, negotiation
from service.negotiation import HTML, JSON, vary
from service.state import engine, state, version


def prepared() -> Finder | None:
    """The finder of questions, where it is made; else its making begins, and there is none yet."""
    return state().kept.begin(version().digest, "finder", partial(finding.build, engine()))


def find(text: str) -> Found:
    """The questions that a text may mean, each with its number of rows.

    The index is made once for each data version, and rows are counted once.

    Args:
        text: Plain words.

    Returns:
        What was found.
    """
    kept, digest = state().kept, version().digest
    finder = kept.get(digest, "finder", partial(finding.build, engine()))
    count = finding.counting(engine())

    def counted(question: Question, values: Mapping[str, str]) -> int | None:
        key = ("rows", question.id, tuple(values.items()))
        return kept.get(digest, key, partial(count, question, values))

    return finding.checked(finder.find(text), counted)


def path(suggestion: Suggestion, ending: str = "") -> str:
    """Path of the answer to a suggested question, its values filled in."""
    values = urlencode(suggestion.parameters, safe="/:")
    return f"/questions/{suggestion.question.id}{ending}" + (f"?{values}" if values else "")


def ask() -> Response:
    """The best questions for `q`, as a page or as JSON."""
    chosen = negotiation.choose((HTML, JSON), request.args.getlist("format"))
    text = request.args.get("q", "").strip()
    now = version()
    etag = caching.tag(now, "ask", text, chosen.name, language.interface(), language.content())
    same = caching.unchanged(etag)
    if same is not None:
        return same
    found = find(text) if text else None
    if chosen is JSON:
        response = jsonify(data={"version": now.number, "digest": now.digest}, **_as_json(found))
    else:
        themes = {q.theme["en"]: q.theme for q in catalogue.questions()}
        body = render_template(
            "finder/ask.html",
            asked=text,
            found=found,
            longest=finding.LONGEST,
            themes=(found.themes if found else ()) or tuple(themes.values()),
            path=path,
        )
        response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    return vary(response)


def _as_json(found: Found | None) -> dict[str, Any]:
    if found is None:
        return {"query": "", "recognised": [], "suggestions": [], "themes": []}
    summary = finding.summary(found)
    for entry, suggestion in zip(summary["suggestions"], found.suggestions, strict=True):
        entry["url"] = addresses.public(path(suggestion))
        entry["answer"] = addresses.public(path(suggestion, ".json"))
    return summary


__all__ = ["ask", "find", "path", "prepared"]

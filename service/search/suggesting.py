"""Things by what has been typed so far, as JSON, for boxes in which one types."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from kg.finding import Suggestion
from service import addresses, caching, language
from service.finder.views import path, prepared
from service.negotiation import vary
from service.search import asked

_USUAL, MOST = 10, 50
#: Questions that may be asked for besides.
_QUESTIONS = 5


def suggest() -> Response:
    """The first things for `q`; `kind` narrows, `questions` asks for so many questions as well."""
    index = asked.index()
    text = asked.text()
    given = asked.filters(index, "kind")
    limit = asked.number("limit", _USUAL, MOST)
    questions = asked.number("questions", 1, _QUESTIONS) if request.args.get("questions") else 0
    if not text:
        raise asked.wrong("q", text, "a name, a part of one, or an identifier")
    finder = prepared() if questions else None
    made = str(finder is not None)
    etag = caching.tag(None, index.digest, "suggest", request.full_path, language.interface(), made)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    found = index.suggest(text, limit=limit, **given)
    content: dict[str, Any] = {
        "query": found.text,
        "more": found.more,
        "things": asked.things(found),
        "data": {"digest": index.digest},
    }
    if questions:
        # None while the finder is being made; rows are not counted, which would take too long.
        suggestions = finder.find(text, questions).suggestions if finder is not None else ()
        content["questions"] = [_question(suggestion) for suggestion in suggestions]
    response = jsonify(content)
    response.set_etag(etag)
    return vary(response)


def _question(suggestion: Suggestion) -> dict[str, Any]:
    """A question that may be meant, as JSON."""
    return {
        "id": suggestion.question.id,
        "title": suggestion.question.title,
        "labels": list(suggestion.labels.values()),
        "url": addresses.local(path(suggestion)),
    }


__all__ = ["suggest"]

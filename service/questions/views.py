"""The catalogue of questions, and the page of each with form, answer and sources."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, jsonify, render_template, request

from kg import catalogue
from service import addresses, caching, formatting, language, negotiation
from service.home.views import themes
from service.negotiation import CSV, HTML, JSON, RQ, vary
from service.questions import api, asked
from service.state import version


def listing() -> Response:
    """All questions by theme; as JSON for programs."""
    chosen = negotiation.choose((HTML, JSON), request.args.getlist("format"))
    if chosen is JSON:
        return vary(jsonify(questions=[api.summary(q) for q in catalogue.questions()]))
    body = render_template("questions/list.html", themes=themes(language.content()))
    return vary(Response(body, content_type=HTML.content_type))


def question(question_id: str) -> Response:
    """A question: form, answer, the places behind each row, the query; or the answer as data."""
    found = catalogue.question(question_id)
    chosen = negotiation.choose((HTML, JSON, CSV, RQ), request.args.getlist("format"))
    if chosen is not HTML:
        return api.answer(question_id, chosen.name)
    etag = asked.etag(question_id, "html")
    same = caching.unchanged(etag)
    if same is not None:
        return same
    answered = asked.answer(question_id)
    shown = asked.page(len(answered.rows))
    options = asked.choices(found)
    values = {name: value for name, value in answered.parameters.items() if value}
    body = render_template(
        "questions/question.html",
        question=found,
        answered=answered,
        page=shown,
        options=options,
        parameters=urlencode({p.name: values.get(p.name, "") for p in found.parameters}, safe="/:"),
        version=version(),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    path = f"/questions/{question_id}"
    links = [
        f'<{addresses.public(path + "." + item.name)}>; rel="alternate"; type="{item.media_type}"'
        for item in (JSON, CSV, RQ)
    ]
    for relation, number in (("prev", shown.number - 1), ("next", shown.number + 1)):
        if 1 <= number <= shown.last:
            address = formatting.with_parameters(page=number)
            links.append(f'<{address}>; rel="{relation}"')
    response.headers["Link"] = ", ".join(links)
    return vary(response)

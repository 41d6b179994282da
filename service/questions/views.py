"""The catalogue of questions, and the page of each with form, answer and sources."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kg import browsing, catalogue
from kg.namespaces import SH
from service import (
    addresses,
    caching,
    formatting,
    language,
    negotiation,
    rdf,
    schema_org,
    security,
    signposting,
)
from service.home.views import themes
from service.negotiation import HTML, JSON, RDF, Format, vary
from service.questions import api, asked, snippets
from service.state import engine, state, version


def listing() -> Response:
    """All questions by theme; as JSON for programs, as RDF for those that read the graph."""
    chosen = negotiation.choose((HTML, JSON, *RDF), request.args.getlist("format"))
    if chosen is JSON:
        return vary(jsonify(questions=[api.summary(q) for q in catalogue.questions()]))
    if chosen in RDF:
        return _catalogue(chosen)
    body = render_template("questions/list.html", themes=themes(language.content()))
    response = Response(body, content_type=HTML.content_type)
    response.headers["Link"] = ", ".join(
        f'<{addresses.public("/questions")}?format={item.name}>; rel="alternate"; '
        f'type="{item.media_type}"'
        for item in (JSON, *RDF)
    )
    return vary(response)


def _catalogue(chosen: Format) -> Response:
    """The catalogue of questions in an RDF syntax."""
    etag = caching.tag(version(), "questions", chosen.name)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    body = rdf.body(browsing.questions(engine()), chosen)
    response = Response(body, content_type=chosen.content_type)
    response.set_etag(etag)
    return vary(response)


def question(question_id: str) -> AnyResponse:
    """A question: form, answer, the places behind each row, the query; or the answer as data."""
    found = catalogue.question(question_id)
    chosen = negotiation.choose((HTML, *api.FORMATS, *RDF), request.args.getlist("format"))
    iri = f"{state().settings.base_iri}id/question/{question_id}"
    if chosen in RDF:
        return redirect(addresses.public(addresses.document(iri, chosen.name)), 303)
    if chosen is not HTML:
        return api.answer(question_id, chosen.name)
    etag = asked.etag(question_id, "html")
    same = caching.unchanged(etag)
    if same is not None:
        return same
    answered, shown = asked.shown(question_id)
    typed = signposting.Links(iri, RDF)
    typed.about([f"{SH}SPARQLExecutable"])
    values = {name: value for name, value in answered.parameters.items() if value}
    body = render_template(
        "questions/question.html",
        question=found,
        answered=answered,
        links=typed,
        data=schema_org.question(found, iri),
        page=shown,
        **asked.form(answered),
        parameters=urlencode({p.name: values.get(p.name, "") for p in found.parameters}, safe="/:"),
        version=version(),
        permanent=asked.permanent(answered),
        address=snippets.link(answered),
        snippets=snippets.snippets(answered),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    path = f"/questions/{question_id}"
    links = [
        *map(str, typed),
        *(
            f'<{addresses.public(f"{path}.{one.name}")}>; rel="alternate"; type="{one.media_type}"'
            for one in api.FORMATS
        ),
    ]
    for relation, number in shown.neighbours():
        address = formatting.with_parameters(page=number)
        links.append(f'<{address}>; rel="{relation}"')
    response.headers["Link"] = ", ".join(links)
    return vary(response)


def embed(question_id: str) -> Response:
    """The rows of an answer by themselves, to be shown in a frame on a page of somebody else."""
    security.allow_frames()
    found = catalogue.question(question_id)
    etag = asked.etag(question_id, "embed")
    same = caching.unchanged(etag)
    if same is not None:
        return same
    answered, shown = asked.shown(question_id)
    body = render_template(
        "questions/embed.html",
        question=found,
        answered=answered,
        page=shown,
        values=asked.worded(answered),
        address=snippets.link(answered),
        version=version(),
    )
    response = Response(body, content_type=HTML.content_type)
    response.set_etag(etag)
    response.headers["Link"] = f'<{snippets.link(answered)}>; rel="canonical"'
    return vary(response)

"""The parameters of questions: what `parameter#<name>` stands for, which question has it."""

from __future__ import annotations

from itertools import groupby

from flask import Response, render_template

from kg import browsing, catalogue
from kg.catalogue import Parameter, Question
from kg.namespaces import SH
from service import caching, language, negotiation, rdf, signposting
from service.negotiation import DOCUMENTS, HTML
from service.state import engine, state, version


def parameters(ending: str | None = None) -> Response:
    """All parameters by name, by the ending of the path or by Accept."""
    chosen = negotiation.choose(DOCUMENTS, ending)
    etag = caching.tag(
        version(), "parameters", chosen.name, language.interface(), language.content()
    )
    same = caching.unchanged(etag)
    if same is not None:
        return same
    links = signposting.Links(f"{state().settings.base_iri}parameter")
    links.about([SH + "Parameter"])
    if chosen is HTML:
        body: bytes | str = render_template(
            "browse/parameters.html", named=_named(), iri=links.iri, links=links
        )
    else:
        body = rdf.body(browsing.parameters(engine()), chosen)
    response = Response(body, content_type=chosen.content_type)
    response.set_etag(etag)
    return links.on(response, chosen, fixed=ending is not None)


def _named() -> list[tuple[str, list[tuple[Parameter, Question]]]]:
    """Name of a parameter → the questions that have it, each with its own wording of it."""
    found = sorted(
        ((p, question) for question in catalogue.questions() for p in question.parameters),
        key=lambda pair: (pair[0].name, pair[1].id),
    )
    return [(name, list(some)) for name, some in groupby(found, key=lambda pair: pair[0].name)]

"""Things, and the documents that describe them."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as AnyResponse

from kg import asking, browsing
from kg.catalogue import Question
from kg.errors import InvalidInput, NotFound
from service import addresses, caching, formatting, language, negotiation
from service.browse import representations, whole
from service.negotiation import DOCUMENTS, HTML, Format, vary
from service.questions import asked
from service.state import engine, state, version


def _iri(path: str) -> str:
    iri = addresses.iri_of(path)
    try:
        return NamedNode(iri).value
    except ValueError:
        raise NotFound("The address does not name a thing.", where=path) from None


def _missing(iri: str) -> NotFound:
    found = browsing.near(engine(), iri)
    keys = [addresses.path_of(near) or near for near in found]
    return NotFound(
        "The graph says nothing of this thing.",
        where=iri,
        hint=f"Did you mean {', '.join(keys)}?" if keys else "Look for it on the home page.",
        extra={"suggestions": [addresses.public(addresses.document(near)) for near in found]},
    )


def thing(path: str, root: str) -> AnyResponse:
    """A thing: go to the document that describes it (httpRange-14, 303)."""
    iri = _iri(root + path)
    now = version()
    known = state().kept.get(now.digest, ("exists", iri), lambda: browsing.exists(engine(), iri))
    if not known:
        raise _missing(iri)
    response = redirect(addresses.public(addresses.document(iri)), 303)
    response.headers["Link"] = f'<{addresses.public(addresses.document(iri))}>; rel="describedby"'
    return response


def document(path: str) -> Response:
    """The description of a thing of ours, by the ending of the path or by Accept."""
    stem, dot, ending = path.rpartition(".")
    for item in DOCUMENTS:
        if dot and ending == item.name:
            return _describe(_iri(stem), item, fixed=True)
    return _describe(_iri(path), negotiation.choose(DOCUMENTS), fixed=False)


def any_iri() -> Response:
    """The description of any IRI in the graph: `/doc?uri=…`."""
    text = request.args.get("uri", "")
    try:
        iri = NamedNode(text).value
    except ValueError:
        raise InvalidInput(
            f"“{text}” is not an absolute IRI." if text else "The parameter uri is missing.",
            where="uri",
            hint="For example /doc?uri=https://w3id.org/istc-kg/id/country/CHN",
            extra={"parameter": "uri"},
        ) from None
    chosen = negotiation.choose(DOCUMENTS, request.args.get("format"))
    return _describe(iri, chosen, fixed="format" in request.args)


def _describe(iri: str, chosen: Format, *, fixed: bool) -> Response:
    now = version()
    parts = [iri, chosen.name]
    if chosen is HTML:
        parts += [language.interface(), language.content(), request.full_path]
    etag = caching.tag(now.digest, "doc", *parts)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    classes: list[str] = []
    body: bytes | str | None
    if chosen is not HTML:
        body = representations.rdf(iri, chosen)
    elif "/graph/" in iri and addresses.path_of(iri) is not None:
        body = _graph_page(iri)
    else:
        description = browsing.describe(engine(), iri, language.content())
        body = None
        if description is not None:
            classes = [found.iri for found in description.classes]
            body = render_template(
                "browse/thing.html",
                description=description,
                title=formatting.title(description),
                alternates=representations.alternates(iri),
                whole_relation=partial(whole.relation, iri),
                whole_facts=partial(whole.facts, iri),
                questions=_questions(iri),
                data=representations.embedded(description),
            )
    if body is None:
        raise _missing(iri)
    response = Response(body, content_type=chosen.content_type)
    response.set_etag(etag)
    response.headers["Content-Location"] = addresses.public(addresses.document(iri, chosen.name))
    return vary(representations.link(response, iri, classes, fixed=fixed))


def _questions(iri: str) -> list[tuple[Question, str]]:
    """Questions that have an answer about this thing, each with its address."""
    found: list[tuple[Question, str]] = []
    for question, parameter in asking.askable(engine(), iri, asked.occurring):
        query = urlencode({parameter.name: asking.key_of(iri)}, safe="/:")
        found.append((question, addresses.page(f"/questions/{question.id}?{query}")))
    return found


def _graph_page(iri: str) -> str | None:
    digest = version().digest
    sizes = state().kept.get(digest, "sizes", lambda: browsing.graph_sizes(engine()))
    if iri not in sizes:
        return None
    return render_template(
        "browse/graph.html",
        iri=iri,
        number=sizes[iri],
        contents=browsing.graph_contents(engine(), iri),
        graphs=sizes,
        alternates=representations.alternates(iri),
    )

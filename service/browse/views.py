"""Things, and the documents that describe them."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as AnyResponse

from kg import asking, browsing
from kg.catalogue import Question
from kg.description import Description
from kg.errors import InvalidInput, NotFound
from service import addresses, caching, formatting, language, negotiation, schema_org, signposting
from service.browse import absent, classes, representations, whole
from service.negotiation import DOCUMENTS, HTML, Format
from service.questions import asked
from service.state import engine, state, version

_NO_LIST = "Only classes have a list of their things."


def _iri(path: str) -> str:
    iri = addresses.iri_of(path)
    try:
        return NamedNode(iri).value
    except ValueError:
        raise NotFound("The address does not name a thing.", where=path) from None


def thing(path: str, root: str) -> AnyResponse:
    """A thing: go to the document that describes it (httpRange-14, 303)."""
    if path.endswith("/"):
        return absent.moved(addresses.quoted(request.path.rstrip("/")), 308)
    iri = _iri(root + path)
    kept = absent.successor(iri)
    if kept is not None:
        return absent.moved(addresses.name(kept))
    known = state().kept.get(
        version().digest, ("exists", iri), lambda: browsing.exists(engine(), iri)
    )
    if not known:
        near = absent.near(iri)
        meant = absent.meant(iri, near)
        if meant is not None:
            return absent.moved(addresses.name(meant))
        raise absent.missing(iri, near)
    response = redirect(addresses.public(addresses.with_reader(addresses.document(iri))), 303)
    response.headers["Link"] = f'<{addresses.public(addresses.document(iri))}>; rel="describedby"'
    return response


def document(path: str) -> AnyResponse:
    """The description of a thing of ours, by the ending of the path or by Accept."""
    if path.endswith("/"):
        return absent.moved(addresses.quoted(request.path.rstrip("/")), 308)
    stem, dot, ending = path.rpartition(".")
    for item in DOCUMENTS:
        if dot and ending == item.name:
            return described(_iri(stem), item, fixed=True)
    return described(_iri(path), negotiation.choose(DOCUMENTS), fixed=False)


def any_iri() -> AnyResponse:
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
    forms = (*DOCUMENTS, *classes.LISTS) if iri in classes.known() else DOCUMENTS
    chosen = negotiation.choose(forms, request.args.get("format"))
    return described(iri, chosen, fixed="format" in request.args)


def described(iri: str, chosen: Format, *, fixed: bool) -> AnyResponse:
    """The document that describes an IRI.

    Args:
        iri: The IRI.
        chosen: The format to send.
        fixed: Whether the address names this format; then the negotiated one is canonical.

    Returns:
        The document; a redirect where the thing has become another or is written otherwise.

    Raises:
        NotFound, Gone: The graph says nothing of it, or no longer does.
    """
    kept = absent.successor(iri)
    if kept is not None:
        return absent.moved(addresses.document(kept, chosen.name if fixed else ""))
    parts = [iri, chosen.name]
    if chosen is HTML or chosen in classes.LISTS:
        parts += [language.interface(), language.content(), request.full_path]
    etag = caching.tag(version().digest, "doc", *parts)
    same = caching.unchanged(etag)
    if same is not None:
        return same
    links = signposting.Links(iri)
    if chosen in classes.LISTS:
        if iri not in classes.known():
            raise NotFound(_NO_LIST, where=iri)
        response = classes.listed(iri, chosen)
        response.set_etag(etag)
        return links.on(response, chosen, fixed=fixed)
    body = _page(iri, links) if chosen is HTML else representations.rdf(iri, chosen, links)
    if body is None:
        near = absent.near(iri)
        meant = absent.meant(iri, near)
        if meant is not None:
            return absent.moved(addresses.document(meant, chosen.name if fixed else ""))
        raise absent.missing(iri, near)
    response = Response(body, content_type=chosen.content_type)
    response.set_etag(etag)
    return links.on(response, chosen, fixed=fixed)


def _page(iri: str, links: signposting.Links) -> str | None:
    """The page about an IRI; None when the graph says nothing of it."""
    if "/graph/" in iri and addresses.path_of(iri) is not None:
        return _graph_page(iri, links)
    if iri in classes.known():
        return classes.page(iri, links)
    description = browsing.describe(engine(), iri, language.content())
    if description is None:
        return None
    links.about((found.iri for found in description.classes), schema_org.authors(description))
    return thing_page(description, links)


def thing_page(description: Description, links: signposting.Links) -> str:
    """The page about anything that has none of its own kind."""
    iri = description.thing.iri
    return render_template(
        "browse/thing.html",
        description=description,
        title=formatting.title(description),
        links=links,
        whole_relation=partial(whole.relation, iri),
        whole_facts=partial(whole.facts, iri),
        questions=_questions(iri),
        data=[representations.embedded(description), schema_org.described(description)],
    )


def _questions(iri: str) -> list[tuple[Question, str]]:
    """Questions that have an answer about this thing, each with its address."""
    found: list[tuple[Question, str]] = []
    for question, parameter in asking.askable(engine(), iri, asked.occurring):
        query = urlencode({parameter.name: asking.key_of(iri)}, safe="/:")
        found.append((question, addresses.page(f"/questions/{question.id}?{query}")))
    return found


def _graph_page(iri: str, links: signposting.Links) -> str | None:
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
        links=links,
    )

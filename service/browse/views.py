"""Things, and the documents that describe them."""

from __future__ import annotations

from flask import Response, redirect, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as AnyResponse

from kg import browsing
from kg.errors import InvalidInput, NotFound
from service import addresses, caching, language, negotiation, referring, signposting
from service.browse import absent, classes, pages, representations
from service.negotiation import DOCUMENTS, HTML, Format
from service.state import engine, state, version

#: Forms of the description of a thing: documents, and files with the reference to it.
FORMS = (*DOCUMENTS, *referring.FORMATS)
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
    for item in FORMS:
        if dot and ending == item.name:
            return described(_iri(stem), item, fixed=True)
    return described(_iri(path), negotiation.choose(FORMS), fixed=False)


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
    forms = (*FORMS, *classes.LISTS) if iri in classes.known() else FORMS
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
    if chosen is HTML or chosen in referring.FORMATS:
        # They name the data version; an undo brings a digest back.
        parts += [language.content(), str(version().number)]
    etag = caching.tag(version(), "doc", *parts)
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
    body: bytes | str | None
    if chosen is HTML:
        body = pages.page(iri, links)
    elif chosen in referring.FORMATS:
        found = browsing.describe(engine(), iri, language.content())
        body = None if found is None else referring.file(found, chosen)
    else:
        body = representations.rdf(iri, chosen, links)
    if body is None:
        near = absent.near(iri)
        meant = absent.meant(iri, near)
        if meant is not None:
            return absent.moved(addresses.document(meant, chosen.name if fixed else ""))
        raise absent.missing(iri, near)
    response = Response(body, content_type=chosen.content_type)
    response.set_etag(etag)
    return links.on(response, chosen, fixed=fixed)

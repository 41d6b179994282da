"""IRIs of the graph and addresses of this service: the only place that turns one into the other.

`/id/…`, `/vocab/…` and `/graph/…` name things and redirect (303) to `/doc/…`, which describes them;
the terms of the ontology live in one document, `/ontology`. Addresses are relative to the root of
the service or start with the configured `site_url`; the Host header is never used for them.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from flask import request

from service.state import state

#: First parts of a document's path that are not a kind of thing below `id/`.
ROOTS = ("vocab", "graph", "dataset")


def iri_of(path: str) -> str:
    """The IRI of the thing that a path below `/doc/` describes.

    Args:
        path: E.g. `org/cas`, `vocab/value-qualifier/exact`, `graph/source/liu-2023`.

    Returns:
        Its IRI under the configured base.
    """
    base = state().settings.base_iri
    return base + path if path.partition("/")[0] in ROOTS else f"{base}id/{path}"


def path_of(iri: str) -> str | None:
    """The path below `/doc/` of a thing of ours; None for terms of the ontology and others' IRIs."""
    base = state().settings.base_iri
    rest = iri.removeprefix(base)
    if rest == iri:
        return None
    if rest.startswith("id/"):
        return rest.removeprefix("id/")
    return rest if rest.partition("/")[0] in ROOTS else None


def local(path: str) -> str:
    """An address of this service, from its root."""
    return f"{request.script_root}{path}"


def public(path: str) -> str:
    """An address for Location and Link: on the configured site, else relative to the root."""
    site = state().settings.site_url.rstrip("/")
    return site + path if site else local(path)


def document(iri: str, ending: str = "") -> str:
    """Path of the document that describes an IRI.

    Args:
        iri: Any IRI.
        ending: Format, e.g. `ttl`; none for the negotiated document.

    Returns:
        The path from the root of the service.
    """
    path = path_of(iri)
    base = state().settings.base_iri
    if path is not None:
        return f"/doc/{quote(path)}" + (f".{ending}" if ending else "")
    if iri.startswith(f"{base}ontology#") and not ending:
        return f"/ontology#{quote(iri.partition('#')[2])}"
    return f"/doc?uri={quote(iri, safe='')}" + (f"&format={ending}" if ending else "")


def href(iri: str) -> str:
    """Where a link on a page to an IRI leads."""
    return local(document(iri))


def outside(iri: str) -> str | None:
    """The IRI itself as a link, if it is of others and safe to follow."""
    ours = iri.startswith(state().settings.base_iri)
    return iri if not ours and iri.startswith(("http://", "https://")) else None


def last_part(iri: str) -> str:
    """The end of an IRI, for things without a name."""
    return unquote(iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2]) or iri

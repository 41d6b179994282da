"""IRIs of the graph and addresses of this service: the only place that turns one into the other.

`/id/…`, `/vocab/…` and `/graph/…` name things and redirect (303) to `/doc/…`, which describes them.
The terms of the ontology live in one document, `/ontology`; each has a page, `/ontology/<term>`.
Addresses are relative to the root of the service or start with the configured `site_url`; what the
Host header says gets into none of them, save where an absolute address is needed and the header
names a machine by number.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode, urlsplit

from flask import g, request

from service.state import state

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: First parts of a document's path that are not a kind of thing below `id/`.
ROOTS = ("vocab", "graph", "dataset", "version", "commit", ".well-known")
#: Documents that are named by their own address, each with its terms after a `#`.
OWN = ("catalog", "ontology", "parameter", "prefixes", "shapes", "sparql")
#: Parameters of the reader, which go along from page to page.
READER = ("lang", "clang")
#: Path of the data set that holds all others; the catalogue describes it.
CATALOGUE = "dataset/istc-kg"
_QUESTION = "question/"
#: Characters that a path keeps as they are (RFC 3986, section 3.3).
_SAFE = "/:@!$&'()*+,;=~"


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
    """The path below `/doc/` of a thing of ours; None for terms, documents and outside IRIs."""
    base = state().settings.base_iri
    rest = iri.removeprefix(base)
    if rest == iri:
        return None
    if rest.startswith("id/"):
        return rest.removeprefix("id/")
    root, slash, _ = rest.partition("/")
    return rest if slash and root in ROOTS else None


def term_of(iri: str) -> str | None:
    """The local name of a term of the ontology; None for other IRIs."""
    terms = f"{state().settings.base_iri}ontology#"
    return iri.removeprefix(terms) or None if iri.startswith(terms) else None


def quoted(path: str) -> str:
    """A path as it is written in an address; never the beginning of another machine's."""
    return quote("/" + path.lstrip("/"), safe=_SAFE)


def mounted(app: WSGIApplication, site_url: str) -> WSGIApplication:
    """The service below the path of its site, e.g. `/istc` of `https://kg.example.org/istc`.

    Args:
        app: The service.
        site_url: The configured site.

    Returns:
        The service, which answers there whether a proxy takes the path away or leaves it.
    """
    prefix = urlsplit(site_url).path.rstrip("/")
    if not prefix:
        return app

    def below(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == prefix or path.startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
        environ["SCRIPT_NAME"] = prefix
        return app(environ, start)

    return below


def local(path: str) -> str:
    """An address of this service, from its root."""
    return f"{request.script_root}{path}"


def public(path: str) -> str:
    """An address for Location and Link: on the configured site, else relative to the root."""
    site = state().settings.site_url.rstrip("/")
    return site + path if site else local(path)


def site() -> str:
    """The address of the service for documents that need an absolute one.

    Returns:
        The configured site; else the address that was called, if it names a machine by number or
        as localhost; else the one that the server listens on. Without a slash at the end.
    """
    configured = state().settings.site_url.rstrip("/")
    if configured:
        return configured
    called = request.host_url
    address = called if _by_number(called) else state().listening
    return address.rstrip("/") + request.script_root


def _by_number(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or bool(ipaddress.ip_address(host))
    except ValueError:
        return False


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
    if path is not None and path.startswith(_QUESTION) and not ending:
        return f"/questions/{quote(path.removeprefix(_QUESTION), safe='')}"
    if path == CATALOGUE:
        return "/catalog" + (f".{ending}" if ending else "")
    if path is not None:
        return f"/doc/{quote(path, safe=_SAFE)}" + (f".{ending}" if ending else "")
    term = term_of(iri)
    if term is not None:
        return f"/ontology/{quote(term, safe='')}" + (f".{ending}" if ending else "")
    name, hash_, fragment = iri.removeprefix(base).partition("#")
    if name in OWN and iri.startswith(base):
        end = f".{ending}" if ending else ""
        return f"/{name}{end}{hash_}{quote(fragment, safe=_SAFE)}"
    return f"/doc?uri={quote(iri, safe='')}" + (f"&format={ending}" if ending else "")


def name(iri: str) -> str:
    """Path of a thing of ours by its own name, `/id/…`; of others, that of their description."""
    base = state().settings.base_iri
    return document(iri) if path_of(iri) is None else quoted(iri.removeprefix(base))


def _chosen() -> str:
    """The languages that this page was asked for, as parameters; the same for all its links."""
    if "reader" not in g:
        g.reader = urlencode([(k, v) for k in READER for v in request.args.getlist(k)[:1]])
    return str(g.reader)


def with_reader(path: str) -> str:
    """A path with the languages that this page was asked for, where the reader has chosen them."""
    chosen = _chosen()
    if not chosen:
        return path
    start, hash_, fragment = path.partition("#")
    return f"{start}{'&' if '?' in start else '?'}{chosen}{hash_}{fragment}"


def page(path: str) -> str:
    """An address of a page, which opens in the languages that this page was asked for.

    Args:
        path: From the root of the service; may hold parameters and a fragment.

    Returns:
        The address, with `lang` and `clang` where the reader has chosen them.
    """
    return local(with_reader(path))


def href(iri: str) -> str:
    """Where a link on a page to an IRI leads."""
    return page(document(iri))


def outside(iri: str) -> str | None:
    """The IRI itself as a link, if it is of others and safe to follow."""
    ours = iri.startswith(state().settings.base_iri)
    return iri if not ours and iri.startswith(("http://", "https://")) else None


def last_part(iri: str) -> str:
    """The end of an IRI, for things without a name."""
    return unquote(iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2]) or iri


def header(iri: str) -> str:
    """An IRI as a URI (RFC 3987, section 3.1), for use in a header."""
    return quote(iri, safe="%" + _SAFE + "?#[]")

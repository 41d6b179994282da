"""Replay HTTP exchanges of the W3C suites: SPARQL 1.1 Protocol and Graph Store Protocol."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from tests.conformance import comparing
from tests.conformance.manifests import Case, Exchange, Expected
from tests.serving import FORM, Reply, Service

UPDATE_TYPE = "application/sparql-update"
#: Media types by the kind of answer that a test names.
MEDIA = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ),
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"),
}
_CODES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
_IN_WORDS = re.compile(r"#### Request\s+(?P<asked>.*?)\s+#### Response\s+(?P<told>.*)", re.DOTALL)


class Mismatch(AssertionError):
    """An answer is not the expected one."""


def replay(service: Service, exchanges: Iterable[Exchange], headers: Mapping[str, str]) -> None:
    """Send requests one after the other and check each answer.

    Args:
        service: The service.
        exchanges: The requests of one test.
        headers: Added to each request that may write, e.g. a token.

    Raises:
        Mismatch: An answer is not the expected one.
    """
    names: dict[str, str] = {}
    for exchange in exchanges:
        path = _address(exchange)
        for name, value in names.items():
            path = path.replace(name, value)
        sent = dict(exchange.headers) | (dict(headers) if _may_write(path) else {})
        reply = service.send(exchange.method, path, exchange.body, sent)
        check(exchange, reply, f"{service.url}{path}")
        if exchange.expected.location is not None:
            names[exchange.expected.location] = reply.header("Location")


def _may_write(path: str) -> bool:
    return not path.startswith("/sparql")


def _address(exchange: Exchange) -> str:
    """Our address: queries, updates and graphs each have their own."""
    if exchange.path.startswith("/gsp"):
        return "/store" + exchange.path.removeprefix("/gsp")
    query = exchange.path.removeprefix("/sparql/")
    kind = dict(exchange.headers).get("content-type", "").partition(";")[0]
    fields = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    if kind == FORM and exchange.body is not None:
        fields |= dict(parse_qsl(exchange.body.decode("utf-8")))
    update = kind == UPDATE_TYPE or "update" in fields
    return ("/update" if update else "/sparql") + query


def check(exchange: Exchange, reply: Reply, address: str) -> None:
    """Compare an answer with what the manifest says.

    Args:
        exchange: The request, with what is expected.
        reply: What came.
        address: Where it was asked.

    Raises:
        Mismatch: They differ.
    """
    wanted, asked = exchange.expected, f"{exchange.method} {address}"
    if not any(_fits(reply.status, name) for name in wanted.statuses):
        raise Mismatch(f"{asked}: {reply.status}, expected {sorted(wanted.statuses)}\n{reply.text}")
    if wanted.media is not None and reply.type not in MEDIA[wanted.media]:
        raise Mismatch(f"{asked}: {reply.type} is not {wanted.media}")
    if wanted.boolean is not None and comparing.rows(reply.body, reply.type) is not wanted.boolean:
        raise Mismatch(f"{asked}: not {wanted.boolean}")
    if wanted.location is not None and not reply.header("Location"):
        raise Mismatch(f"{asked}: no Location")
    if wanted.content_type is not None and not _same_type(reply, wanted.content_type):
        raise Mismatch(f"{asked}: {reply.header('Content-Type')}, expected {wanted.content_type}")
    if wanted.body is not None:
        _same_graph(wanted, reply, address)


def _fits(status: int, name: str) -> bool:
    return status == _CODES.get(name) or name == f"StatusCode{status // 100}xx"


def _same_type(reply: Reply, wanted: str) -> bool:
    told = reply.header("Content-Type")
    return told.lower().replace(" ", "") == wanted.lower().replace(" ", "")


def _same_graph(wanted: Expected, reply: Reply, address: str) -> None:
    kind = (wanted.content_type or "text/turtle").partition(";")[0]
    expected = comparing.quads((wanted.body or "").encode(), kind, address)
    found = comparing.difference(expected, comparing.quads(reply.body, reply.type, address))
    if found is not None:
        raise Mismatch(f"{address}: {found}")


# --- exchanges in words (http-rdf-update) ---------------------------------------------------------


def play(service: Service, cases: Iterable[Case], headers: Mapping[str, str]) -> Iterator[str]:
    """Replay a suite whose tests are told in Markdown and build on each other.

    Its successor, graph-store-protocol, takes 200 and 204 for the same, and 201 for the default
    graph; so do we. The documents of some requests lack their last full stop; it is added.

    Args:
        service: The service, its store empty.
        cases: All cases of the suite, in their order.
        headers: Added to each request, e.g. a token.

    Yields:
        For each case how its answer differs; empty when it does not.
    """
    location = ""
    for case in cases:
        exchange = _in_words(case.comment, service.host, location)
        reply = service.send(
            exchange.method, exchange.path, exchange.body, dict(exchange.headers) | dict(headers)
        )
        location = (
            urlsplit(reply.header("Location"))._replace(scheme="", netloc="").geturl() or location
        )
        try:
            check(exchange, reply, f"{service.url}{exchange.path}")
        except Mismatch as error:
            yield str(error)
        else:
            yield ""


def _in_words(comment: str, host: str, location: str) -> Exchange:
    found = _IN_WORDS.search("\n".join(line.removeprefix("    ") for line in comment.splitlines()))
    assert found is not None, comment
    text = {name: found[name] for name in ("asked", "told")}
    for name, value in (
        ("http://$HOST$/$GRAPHSTORE$", f"http://{host}/store"),
        ("$GRAPHSTORE$", "/store"),
        ("$NEWPATH$", location),
        ("$HOST$", host),
    ):
        text = {key: part.replace(name, value) for key, part in text.items()}
    (method, path, _), asked, body = _message(text["asked"])
    (status, *_), told, answer = _message(text["told"])
    statuses = {int(status)} if method in ("GET", "HEAD") or status == "404" else {200, 204}
    if status == "201":
        statuses = {200, 201, 204} if path.endswith("?default") else {201}
    return Exchange(
        method,
        path,
        tuple(asked.items()),
        _completed(body, asked.get("content-type", "")).encode() if body else None,
        Expected(
            frozenset(name for name, code in _CODES.items() if code in statuses),
            content_type=told.get("content-type"),
            body=answer or None,
        ),
    )


def _message(text: str) -> tuple[list[str], dict[str, str], str]:
    """First line, headers and body."""
    head, _, body = text.partition("\n\n")
    first, *lines = head.splitlines()
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return first.split(), {n: v for n, v in headers.items() if n != "host"}, body.strip()


def _completed(body: str, kind: str) -> str:
    """The document of a request with its last full stop."""
    if not kind.startswith("multipart/"):
        return body if body.endswith(".") else f"{body} ."
    boundary = kind.partition("boundary=")[2]
    lines = re.sub(rf'"\s*(?=\n+--{boundary})', '" .\n', body)
    return lines.replace("\n", "\r\n") + "\r\n"

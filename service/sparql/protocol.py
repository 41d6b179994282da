"""SPARQL 1.1 Protocol, section 2: read a request, strictly, before anything runs.

What a request says twice, in another charset, or with a wrong media type is refused; parameters
that other services know and we do not are left alone.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qsl

from flask import Request
from pyoxigraph import NamedNode
from werkzeug.exceptions import UnsupportedMediaType

from kg.errors import InvalidInput, UpdateRefused

QUERY_TYPE = "application/sparql-query"
UPDATE_TYPE = "application/sparql-update"
FORM_TYPE = "application/x-www-form-urlencoded"
ACCEPTED = (QUERY_TYPE, FORM_TYPE)
ACCEPTED_UPDATES = (UPDATE_TYPE, FORM_TYPE)

_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")


class WrongMediaType(UnsupportedMediaType):
    """A body of a media type, or in a charset, that the endpoint does not read."""

    accepted = ACCEPTED


class WrongUpdateType(WrongMediaType):
    """The same for updates."""

    accepted = ACCEPTED_UPDATES


@dataclass(frozen=True)
class AskedUpdate:
    """A request that carries an update.

    Attributes:
        text: The update.
        default: Graphs that make up the default graph of its WHERE parts.
        named: Graphs to be used as named graphs there.
    """

    text: str
    default: tuple[str, ...]
    named: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A request to the endpoint.

    Attributes:
        query: The query; None when the request has none.
        default_graphs: Graphs that make up the default graph.
        named_graphs: Graphs to be used as named graphs.
        formats: Names of a format, which beat the Accept header.
        seconds: Time limit asked for.
        query_id: The id under which the query can be cancelled.
        example: Id of a question to show in the editor.
        link: Name of a short link to show in the editor.
    """

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    formats: tuple[str, ...]
    seconds: float | None
    query_id: str
    example: str | None = None
    link: str | None = None


def _refuse(what: str, parameter: str, hint: str | None = None) -> NoReturn:
    raise InvalidInput(what, where=parameter, hint=hint, extra={"parameter": parameter})


def pairs(raw: bytes, where: str) -> list[tuple[str, str]]:
    """Form fields, percent-decoded as UTF-8 exactly once."""
    try:
        return parse_qsl(
            raw.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict"
        )
    except ValueError as error:
        _refuse("The parameters are not UTF-8.", where, f"Encode them as UTF-8 ({error}).")


def _body(request: Request) -> tuple[str | None, list[tuple[str, str]]]:
    """The query in the body, or the form fields of the body."""
    kind = request.mimetype
    if kind == UPDATE_TYPE:
        raise UpdateRefused(
            "The endpoint answers queries only.", hint="Change the graph with an import."
        )
    if kind not in ACCEPTED or not _readable(request):
        raise WrongMediaType
    data = request.get_data(cache=False)
    if kind == FORM_TYPE:
        return None, pairs(data, "body")
    return _decoded(data, "query"), []


def _readable(request: Request) -> bool:
    """Whether the body is said to be as it is, in a charset that we read."""
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        return False
    charset = request.mimetype_params.get("charset", "utf-8").lower().replace("_", "-")
    return charset in ("utf-8", "utf8", "us-ascii", "ascii")


def _decoded(data: bytes, what: str) -> str:
    try:
        # Some editors begin a text with a mark of its encoding.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(f"The {what} is not UTF-8.", "body", f"Byte {error.start} is not valid UTF-8.")


def _once(fields: list[tuple[str, str]], name: str) -> str | None:
    found = [value for key, value in fields if key == name]
    if len(found) > 1:
        _refuse(f"The parameter {name} is given {len(found)} times.", name, "Give it once.")
    return found[0] if found else None


def _graphs(fields: list[tuple[str, str]], name: str) -> tuple[str, ...]:
    found = tuple(value for key, value in fields if key == name)
    for iri in found:
        try:
            NamedNode(iri)
        except ValueError:
            _refuse(f"“{iri}” is not an absolute IRI.", name)
    return found


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        _refuse("The time limit must be a number of seconds above zero.", "timeout")
    return value


def read(request: Request) -> Asked:
    """Read a request.

    Args:
        request: The HTTP request.

    Returns:
        What it asks for.

    Raises:
        InvalidInput: A parameter is wrong, missing or given twice.
        UpdateRefused: It carries an update.
        WrongMediaType: The body has a type or a charset that is not read here.
    """
    fields = pairs(request.query_string, "address")
    direct: str | None = None
    if request.method in ("POST", "QUERY"):
        direct, more = _body(request)
        fields = [*fields, *more]
    query = _once(fields, "query")
    if direct is not None:
        if query is not None:
            _refuse("The query is given in the body and in the address.", "query", "Give it once.")
        query = direct
    if _once(fields, "update") is not None:
        if query is not None:
            _refuse("A request holds a query or an update, not both.", "update")
        raise UpdateRefused(
            "The endpoint answers queries only.",
            where="update",
            hint="Change the graph with an import.",
        )
    if query is None and request.method in ("POST", "QUERY"):
        _refuse("The query is missing.", "query", "Send it as the parameter query or as the body.")
    query_id = request.headers.get("Query-Id") or str(uuid.uuid4())
    if not _ID.fullmatch(query_id):
        _refuse("A query id has up to 128 letters, digits, and . _ ~ -", "Query-Id")
    return Asked(
        query=query,
        default_graphs=_graphs(fields, "default-graph-uri"),
        named_graphs=_graphs(fields, "named-graph-uri"),
        formats=tuple(value for key, value in fields if key == "format" and value),
        seconds=_seconds(_once(fields, "timeout")),
        query_id=query_id,
        example=_once(fields, "example"),
        link=_once(fields, "link"),
    )


def read_update(request: Request) -> AskedUpdate:
    """Read a request that carries an update.

    Args:
        request: A POST.

    Returns:
        What it asks for.

    Raises:
        InvalidInput: The update is missing or given twice, or a parameter is wrong.
        WrongUpdateType: The body has a type or a charset that is not read here.
    """
    kind = request.mimetype
    if kind not in ACCEPTED_UPDATES or not _readable(request):
        raise WrongUpdateType
    fields = pairs(request.query_string, "address")
    data = request.get_data()
    if kind == FORM_TYPE:
        fields = [*fields, *pairs(data, "body")]
        text = _once(fields, "update")
    elif _once(fields, "update") is not None:
        _refuse("The update is given in the body and in the address.", "update", "Give it once.")
    else:
        text = _decoded(data, "update")
    if _once(fields, "query") is not None:
        _refuse("A request holds a query or an update, not both.", "query")
    if text is None:
        _refuse(
            "The update is missing.", "update", "Send it as the parameter update, or as the body."
        )
    return AskedUpdate(
        text, _graphs(fields, "using-graph-uri"), _graphs(fields, "using-named-graph-uri")
    )

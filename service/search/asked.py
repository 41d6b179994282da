"""The parameters of a search, and what was found as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from kg.errors import InvalidParameter
from kg.searching import Facet, Found, Hit, Index, kind_key
from service import addresses
from service.state import state

#: How long a request waits for the very first index of a home, in seconds.
_WAIT_SECONDS = 5.0
#: Characters of what was typed that an error repeats.
_SHOWN = 100


def index() -> Index:
    """The index that answers now.

    Raises:
        NoIndex: There is none yet.
    """
    return state().indexes.current(_WAIT_SECONDS)


def text(name: str = "q") -> str:
    """What was typed, without blanks around it."""
    return request.args.get(name, "").strip()


def number(name: str, default: int, most: int) -> int:
    """A whole number from 1 on.

    Args:
        name: Name of the parameter.
        default: Its value where it is left out.
        most: The largest one.

    Raises:
        InvalidParameter: It is something else.
    """
    given = request.args.get(name, "") or str(default)
    value = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    if not 1 <= value <= most:
        raise wrong(name, given, f"a number from 1 to {most}")
    return value


def filters(found: Index, *names: str) -> dict[str, str]:
    """The filters of a request.

    Args:
        found: Knows which classes and countries there are.
        *names: `kind`, `country`.

    Returns:
        Their values by name; empty where they are left out.

    Raises:
        InvalidParameter: There is no such class or country.
    """
    given = {name: text(name) for name in names}
    if given.get("kind") and not found.has_kind(given["kind"]):
        raise wrong("kind", given["kind"], "a class with things, such as Organization, or org")
    if given.get("country") and not found.has_country(given["country"]):
        raise wrong("country", given["country"], "the key of a country, such as CHN")
    return given


def wrong(name: str, value: str, expected: str) -> InvalidParameter:
    """The error for one parameter."""
    error = {"parameter": name, "value": value[:_SHOWN], "expected": expected, "allowed": []}
    return InvalidParameter(
        f"Wrong parameters: {name}.",
        where=name,
        hint=f"{name} must be {expected}.",
        extra={"errors": [error]},
    )


def thing(hit: Hit, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A thing that was found, as JSON."""
    return {
        "key": hit.key,
        "iri": hit.iri,
        "url": addresses.local(addresses.document(hit.iri)),
        "label": dict(hit.label),
        "kind": {"key": kind_key(hit.kind), "iri": hit.kind, "label": _named(labels, hit.kind)},
        "countries": [{"iri": iri, "label": _named(labels, iri)} for iri in hit.countries],
        "statements": hit.statements,
        "how": hit.match.how,
        "matched": hit.match.text,
        "language": hit.match.language or None,
        "spans": [list(span) for span in hit.match.spans],
    }


def things(found: Found) -> list[dict[str, Any]]:
    """The things that were found, as JSON."""
    return [thing(hit, found.labels) for hit in found.hits]


def facets(values: Sequence[Facet]) -> list[dict[str, Any]]:
    """The values of a facet, as JSON."""
    return [{"key": v.key, "iri": v.iri, "label": dict(v.label), "count": v.number} for v in values]


def _named(labels: Mapping[str, Mapping[str, str]], iri: str) -> dict[str, str]:
    return dict(labels.get(iri, {}))


__all__ = ["facets", "filters", "index", "number", "text", "thing", "things", "wrong"]

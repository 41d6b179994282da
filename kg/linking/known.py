"""What is in a graph already, as far as it helps to recognise it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg import rq
from kg.choosing import key_of
from kg.citing import Selecting
from kg.namespaces import ISTC, RDF_TYPE, RDFS
from kg.rq import Term

#: Kinds of candidates → first parts of the keys of what they may be; others: the same part.
FAMILIES: dict[str, frozenset[str]] = {
    "org": frozenset({"org", "facility"}),
    "facility": frozenset({"facility", "org", "platform"}),
    "platform": frozenset({"platform", "facility"}),
    "project": frozenset({"project", "programme"}),
    "programme": frozenset({"programme", "project"}),
}
#: Schemes with one identifier a thing: two different ones are two things.
SINGLE = frozenset(
    {
        "ror", "grid", "isni", "uscc", "pic", "orcid", "doi", "cordis", "m49", "geonames",
        "iso3166-1-alpha-2", "iso3166-1-alpha-3",
    }
)  # fmt: skip
_PREFIX = re.compile(
    r"^(?:https?://[^/]+/(?:wiki/|entity/|institutes/|isni/|works?/)?|doi:|ror:)", re.IGNORECASE
)


@dataclass(frozen=True)
class Known:
    """A thing of the graph.

    Attributes:
        key: Its key, e.g. `org/cas`.
        names: Its labels.
        others: Its other names.
        identifiers: Scheme and value, the value as `plain_identifier` gives it.
        countries: Keys of the countries where it is.
        classes: Local names of its classes.
    """

    key: str
    names: tuple[str, ...]
    others: tuple[str, ...] = ()
    identifiers: frozenset[tuple[str, str]] = frozenset()
    countries: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """First part of the key."""
        return self.key.partition("/")[0]


@dataclass
class Entry:
    """What is gathered of a thing while the answers are read."""

    names: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    identifiers: set[tuple[str, str]] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)


class Whole:
    """A store asked in this process, all its graphs at once.

    Args:
        store: The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def select(self, text: str) -> list[dict[str, Term]]:
        """Rows of a SELECT query."""
        found = self._store.query(text, use_default_graph_as_union=True)
        assert isinstance(found, QuerySolutions)  # noqa: S101 - our own queries are SELECT
        names = [variable.value for variable in found.variables]
        return [{n: row[n] for n in names if row[n] is not None} for row in found]


def plain_identifier(scheme: str, value: str) -> tuple[str, str]:
    """A scheme and a value without differences of writing.

    Args:
        scheme: Notation of the scheme, e.g. `ror`.
        value: The value, with or without the address of a resolver, blanks and hyphens.

    Returns:
        Both in the form in which they are compared.
    """
    text = _PREFIX.sub("", value.strip()).rstrip("/")
    low = scheme.strip().lower()
    if low in ("isni", "uscc", "pic"):
        text = re.sub(r"[\s-]", "", text)
    if low == "fundref":
        text = text.removeprefix("10.13039/")
    return low, text.casefold()


def read(engine: Selecting) -> Iterator[Known]:
    """The things of a graph.

    Args:
        engine: Where to ask.

    Yields:
        What has a name or an identifier.
    """
    found: dict[str, Entry] = defaultdict(Entry)
    for thing, used, value in _rows(engine, "names", "property", "name"):
        entry = found[thing]
        (entry.names if used == RDFS + "label" else entry.others).add(value)
    for thing, scheme, value in _rows(engine, "identifiers", "scheme", "value"):
        found[thing].identifiers.add(plain_identifier(scheme, value))
    for thing, used, value in _rows(engine, "kinds", "property", "value"):
        if thing in found and used == RDF_TYPE.value:
            found[thing].classes.add(value.removeprefix(ISTC))
        elif thing in found:
            found[thing].countries.add(key_of(value))
    for thing, entry in sorted(found.items()):
        yield Known(
            key_of(thing),
            tuple(sorted(entry.names)),
            tuple(sorted(entry.others)),
            frozenset(entry.identifiers),
            frozenset(entry.countries),
            frozenset(entry.classes),
        )


def codes(engine: Selecting) -> dict[str, str]:
    """Codes of ISO 3166-1 → key of the country.

    Args:
        engine: Where to ask.
    """
    return {value: key_of(thing) for thing, _, value in _rows(engine, "codes", "property", "value")}


def kinds(engine: Selecting) -> dict[str, str]:
    """IRI of a class whose things are linked → kind, e.g. `org`.

    Args:
        engine: Where to ask.
    """
    return {value: kind for _, kind, value in _rows(engine, "classes", "kind", "value")}


def _rows(engine: Selecting, query: str, *names: str) -> Iterable[tuple[str, ...]]:
    for row in engine.select(rq.load("kg", "queries", "link", query).text):
        if all(name in row for name in ("thing", *names)):
            yield tuple(_text(row[name]) for name in ("thing", *names))


def _text(term: Term) -> str:
    return str(term.value) if isinstance(term, NamedNode | Literal) else str(term)


__all__ = ["FAMILIES", "SINGLE", "Known", "Whole", "codes", "kinds", "plain_identifier", "read"]

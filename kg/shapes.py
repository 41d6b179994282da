"""The shapes as files: their text, and path and messages of each, by language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Store

from kg import resources
from kg.namespaces import PREFIXES, SH
from kg.rq import Term


@dataclass(frozen=True)
class Shape:
    """What a result needs to know about its shape: its path and its messages, by language."""

    path: str | None
    messages: dict[str, str]


@cache
def shapes_text() -> str:
    """All shapes as one Turtle document."""
    return "\n".join(item.read_text("utf-8") for item in resources.files("shapes", suffix=".ttl"))


@cache
def shapes() -> dict[str, Shape]:
    """Path and messages of every shape that has an IRI.

    Messages are read here and not from an engine's report, because engines drop the language tags
    of the messages of SPARQL constraints.
    """
    store = shapes_store()
    found: dict[str, Shape] = {}
    for quad in store.quads_for_pattern(None, None, None, None):
        node = quad.subject
        if isinstance(node, NamedNode) and node.value not in found:
            path = value_of(store, node, "path")
            found[node.value] = Shape(
                None if path is None else _path(store, path), _messages(store, node)
            )
    return found


def shapes_store() -> Store:
    """All shapes as a store."""
    store = Store()
    store.load(input=shapes_text(), format=RdfFormat.TURTLE)
    return store


def values_of(store: Store, node: Term | None, name: str) -> list[Term]:
    """The values of a property of a node; the property of SHACL by its local name."""
    iri = NamedNode(name if ":" in name else SH + name)
    return [quad.object for quad in store.quads_for_pattern(cast(Any, node), iri, None, None)]


def value_of(store: Store, node: Term, name: str) -> Term | None:
    """One value of a property of a node, None without one."""
    return next(iter(values_of(store, node, name)), None)


def _messages(store: Store, node: NamedNode) -> dict[str, str]:
    """The messages of a shape, or of its SPARQL constraint."""
    for owner in (node, *values_of(store, node, "sparql")):
        texts = [t for t in values_of(store, owner, "message") if isinstance(t, pyoxigraph.Literal)]
        if texts:
            return {text.language or "en": text.value for text in sorted(texts, key=str)}
    return {}


def _path(store: Store, node: Term) -> str:
    """A SHACL property path; a compound one in the syntax of SPARQL property paths."""
    if isinstance(node, NamedNode):
        return node.value
    inverse, either = value_of(store, node, "inversePath"), value_of(store, node, "alternativePath")
    if inverse is not None:
        return f"^{_path_step(store, inverse)}"
    sign, head = ("/", node) if either is None else ("|", either)
    return sign.join(_path_step(store, step) for step in items(store, head))


def _path_step(store: Store, node: Term) -> str:
    return f"<{node.value}>" if isinstance(node, NamedNode) else f"({_path(store, node)})"


def items(store: Store, node: Term | None) -> Iterator[Term]:
    """The members of an RDF list."""
    while node is not None:
        first = value_of(store, node, PREFIXES["rdf"] + "first")
        if first is None:
            return
        yield first
        node = value_of(store, node, PREFIXES["rdf"] + "rest")

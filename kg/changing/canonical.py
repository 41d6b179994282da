"""Literals as the engine keeps them: numbers, truth values and times in one way of writing.

The engine keeps `1.50` as `1.5`. Whoever compares what was stated with what is held, as undo does,
needs the same form on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.namespaces import XSD

_NODE = NamedNode("urn:x")
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}").fullmatch
_DAY = re.compile(r"\d{4}-\d\d-\d\d").fullmatch
#: Datatype → what is known to be in the form of the engine; all that is not is asked for.
_KEPT = {
    NamedNode(XSD + "integer"): _WHOLE,
    NamedNode(XSD + "decimal"): re.compile(
        r"0|-?[1-9]\d{0,15}|-?(?:0|[1-9]\d{0,9})\.\d{0,7}[1-9]"
    ).fullmatch,
    NamedNode(XSD + "boolean"): re.compile(r"true|false").fullmatch,
    NamedNode(XSD + "date"): _DAY,
    NamedNode(XSD + "dateTime"): re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").fullmatch,
    NamedNode(XSD + "gYear"): re.compile(r"\d{4}").fullmatch,
}
#: Datatypes whose literals the engine keeps as they are.
_PLAIN = frozenset(
    {
        NamedNode(XSD + "string"),
        NamedNode(XSD + "anyURI"),
        NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"),
    }
)


@lru_cache(maxsize=10_000)
def _asked(literal: Literal) -> Literal:
    store = Store()
    store.add(Quad(_NODE, _NODE, literal))
    kept = next(iter(store)).object
    assert isinstance(kept, Literal)  # noqa: S101 - told to the type checker
    return kept


def canonical(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Quads with their literals as the engine keeps them.

    Args:
        quads: Quads as they were written.

    Yields:
        The same quads.
    """
    for quad in quads:
        value = quad.object
        if isinstance(value, Literal):
            datatype = value.datatype
            if datatype not in _PLAIN:
                known = _KEPT.get(datatype)
                if known is None or known(value.value) is None:
                    kept = _asked(value)
                    if kept != value:
                        yield Quad(quad.subject, quad.predicate, kept, quad.graph_name)
                        continue
        yield quad


__all__ = ["canonical"]

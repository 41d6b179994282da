"""pySHACL, the reference: the same results as the engine for daily use, ten times slower."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

import pyoxigraph
import pyshacl
import rdflib
from pyoxigraph import BlankNode, NamedNode
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query

from kg.errors import Internal
from kg.namespaces import SH
from kg.rq import Term
from kg.shapes import shapes_text

#: Shape, severity, focus, path, value, constraint component.
Found: TypeAlias = tuple[str, str, Term | None, str | None, Term | None, str]


@cache
def _shapes_graph() -> rdflib.Graph:
    return rdflib.Graph().parse(data=shapes_text(), format="turtle")


def _ox(node: Any) -> Term | None:
    """The same term for pyoxigraph."""
    if node is None:
        return None
    if isinstance(node, rdflib.Literal):
        if node.language:
            return pyoxigraph.Literal(str(node), language=node.language)
        datatype = NamedNode(str(node.datatype)) if node.datatype else None
        return pyoxigraph.Literal(str(node), datatype=datatype)
    return NamedNode(str(node)) if isinstance(node, rdflib.URIRef) else BlankNode(str(node))


@cache
def _prepared(text: str, prefixes: tuple[tuple[str, str], ...]) -> Query:
    return prepareQuery(text, initNs=dict(prefixes))


class _Graph(rdflib.Graph):
    """A graph that parses each query once; pySHACL asks the same one for each focus node."""

    def query(self, query_object: str | Query, *args: Any, **options: Any) -> Any:
        if isinstance(query_object, str):
            prefixes = options.get("initNs") or dict(self.namespaces())
            query_object = _prepared(query_object, tuple((k, str(v)) for k, v in prefixes.items()))
        return super().query(query_object, *args, **options)


def run(text: str) -> Iterator[Found]:
    """Validate N-Triples against all shapes.

    Args:
        text: The triples.

    Yields:
        Shape, severity, focus, path, value and constraint component of each result.

    Raises:
        Internal: pySHACL cannot use the shapes.
    """
    graph = _Graph().parse(data=text, format="nt")
    _, report, words = pyshacl.validate(
        graph, shacl_graph=_shapes_graph(), inference="none", advanced=False, inplace=True
    )
    if not isinstance(report, rdflib.Graph):  # pySHACL returns its failures instead of raising
        raise Internal(f"pySHACL cannot use the shapes: {words}", where="shapes/")
    sh = rdflib.Namespace(SH)
    for node in report.objects(None, sh.result):
        path = report.value(node, sh.resultPath)
        yield (
            str(report.value(node, sh.sourceShape)),
            str(report.value(node, sh.resultSeverity)).removeprefix(SH),
            _ox(report.value(node, sh.focusNode)),
            str(path) if isinstance(path, rdflib.URIRef) else None,
            _ox(report.value(node, sh.value)),
            str(report.value(node, sh.sourceConstraintComponent)),
        )

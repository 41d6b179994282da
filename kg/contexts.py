"""What a change can make wrong: the things to validate again, and the part of the graph they need.

A shape looks from a thing along paths: its properties, the classes of their values, inverse
properties, the patterns of its SPARQL constraints. These paths are read from the shapes once. A
triple that is added or taken away can change the verdict on those things only from which such a
path reaches it; and their verdict depends on nothing but the triples on such paths. So the cost of
a check follows the change, and the verdict is that of validating everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, TypeAlias

import rdflib
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, serialize
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translatePath, translatePName, translatePrologue, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kg.errors import Internal
from kg.namespaces import RDF_TYPE, SH
from kg.shapes import items, shapes_store, value_of, values_of

_DEFAULT = DefaultGraph()

#: Parts of a shape that look at no further triple.
_LOCAL = {
    "path", "severity", "message", "name", "description", "order", "group", "defaultValue",
    "deactivated", "minCount", "maxCount", "nodeKind", "datatype", "minLength", "maxLength",
    "pattern", "flags", "languageIn", "uniqueLang", "minInclusive", "maxInclusive", "minExclusive",
    "maxExclusive", "in", "hasValue", "qualifiedMinCount", "qualifiedMaxCount",
    "targetClass", "targetSubjectsOf",
}  # fmt: skip
#: Parts that compare the values with those of another property of the same thing.
_PAIRED = {"equals", "disjoint", "lessThan", "lessThanOrEquals"}
#: Parts that hold further shapes for the values, one or a list.
_NESTED = {"node", "property", "not", "qualifiedValueShape"}
_LISTED = {"and", "or", "xone"}


@dataclass(frozen=True)
class Step:
    """One step of a path.

    Attributes:
        predicate: The property.
        inverse: Whether it is gone against its direction.
        repeated: Whether it may be gone any number of times, or not at all.
    """

    predicate: str
    inverse: bool = False
    repeated: bool = False


Walk: TypeAlias = tuple[Step, ...]


@dataclass
class _Tree:
    """Walks that begin alike, put together."""

    steps: dict[Step, _Tree] = field(default_factory=dict)

    def add(self, walk: Walk) -> None:
        tree = self
        for step in walk:
            tree = tree.steps.setdefault(step, _Tree())


# --- the paths of the shapes ----------------------------------------------------------------------


@cache
def walks() -> frozenset[Walk]:
    """All paths along which the shapes look, from the thing they are about.

    Raises:
        Internal: A shape uses something that is not known here.
    """
    store = shapes_store()
    found: set[Walk] = {(Step(RDF_TYPE.value),)}
    for target in ("targetClass", "targetSubjectsOf"):
        for quad in store.quads_for_pattern(None, NamedNode(SH + target), None, None):
            found |= set(_shape(store, quad.subject, ()))
            if target == "targetSubjectsOf":
                found.add((Step(_iri(quad.object)),))
    for target in ("targetObjectsOf", "targetNode", "target"):
        if next(store.quads_for_pattern(None, NamedNode(SH + target), None, None), None):
            raise Internal(f"sh:{target} is not known to kg.contexts.", where="shapes/")
    return frozenset(walk for walk in found if walk)


def _iri(term: Any) -> str:
    return str(term.value)


def _shape(store: Store, shape: Any, start: Walk) -> Iterator[Walk]:
    path = value_of(store, shape, "path")
    chains = [()] if path is None else list(_chains(_path(store, path)))
    ends = [start + chain for chain in chains]
    yield from ends
    for quad in store.quads_for_pattern(shape, None, None, None):
        name, value = quad.predicate.value.removeprefix(SH), quad.object
        if name == quad.predicate.value or name in _LOCAL:
            continue
        if name in _PAIRED:
            yield (*start, Step(_iri(value)))
        elif name == "class":
            yield from ((*end, Step(RDF_TYPE.value)) for end in ends)
        elif name in _NESTED or name in _LISTED:
            inner = items(store, value) if name in _LISTED else [value]
            for one in inner:
                for end in ends:
                    yield from _shape(store, one, end)
        elif name == "sparql":
            for walk in _constraint(store, value, path):
                yield start + walk
        else:
            raise Internal(f"sh:{name} is not known to kg.contexts.", where=str(shape))


def _path(store: Store, node: Any) -> Any:
    """A SHACL path as a path of rdflib."""
    if isinstance(node, NamedNode):
        return rdflib.URIRef(node.value)
    inverse, either = value_of(store, node, "inversePath"), value_of(store, node, "alternativePath")
    if inverse is not None:
        return InvPath(_path(store, inverse))
    if either is not None:
        return AlternativePath(*(_path(store, one) for one in items(store, either)))
    for name in ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"):
        inner = value_of(store, node, name)
        if inner is not None:
            return MulPath(_path(store, inner), "*")
    return SequencePath(*(_path(store, one) for one in items(store, node)))


def _chains(path: Any, inverse: bool = False) -> Iterator[Walk]:
    """The ways a path may go, each as single steps."""
    if isinstance(path, rdflib.URIRef):
        yield (Step(str(path), inverse),)
    elif isinstance(path, InvPath):
        yield from _chains(path.arg, not inverse)
    elif isinstance(path, AlternativePath):
        for one in path.args:
            yield from _chains(one, inverse)
    elif isinstance(path, SequencePath):
        found: list[Walk] = [()]
        for one in reversed(path.args) if inverse else path.args:
            found = [start + end for start in found for end in _chains(one, inverse)]
        yield from found
    elif isinstance(path, MulPath) and isinstance(path.path, rdflib.URIRef):
        yield (Step(str(path.path), inverse, repeated=True),)
    else:
        raise Internal(f"The path {path!r} is not known to kg.contexts.", where="shapes/")


def _constraint(store: Store, node: Any, path: Any) -> Iterator[Walk]:
    """The paths from $this through the patterns of a SPARQL constraint."""
    text = _iri(value_of(store, node, "select"))
    if path is not None:
        text = text.replace("$PATH", _path(store, path).n3())
    prefixes = {
        _iri(value_of(store, one, "prefix")): _iri(value_of(store, one, "namespace"))
        for owner in values_of(store, node, "prefixes")
        for one in values_of(store, owner, "declare")
    }
    patterns = list(_patterns(text, prefixes))
    reached: dict[Any, list[Walk]] = {rdflib.Variable("this"): [()]}
    while patterns:
        for pattern in patterns:
            subject, predicate, object_ = pattern
            start = subject if subject in reached else object_ if object_ in reached else None
            if start is not None:
                break
        else:
            raise Internal("A pattern hangs on nothing that $this reaches.", where=str(node))
        patterns.remove(pattern)
        chains = list(_chains(predicate, inverse=start is not subject))
        found = [walk + chain for walk in reached[start] for chain in chains]
        yield from found
        reached.setdefault(object_ if start is subject else subject, found)


def _patterns(text: str, prefixes: dict[str, str]) -> Iterator[tuple[Any, Any, Any]]:
    """The triple patterns of a query, wherever they stand in it.

    Read from the parse tree: the algebra of rdflib leaves out what stands in nested filters.
    """
    parsed = parseQuery(text)
    prologue = translatePrologue(parsed[0], None, prefixes)
    traverse(parsed[1], visitPost=partial(translatePName, prologue=prologue))
    traverse(parsed[1], visitPost=translatePath)
    found: list[tuple[Any, Any, Any]] = []

    def visit(part: Any) -> None:
        if isinstance(part, CompValue) and part.name == "TriplesBlock":
            for block in part.triples:
                terms = list(block)
                found.extend(zip(terms[::3], terms[1::3], terms[2::3], strict=True))

    traverse(parsed[1], visitPre=visit)
    for subject, predicate, object_ in dict.fromkeys(found):
        if not isinstance(predicate, rdflib.URIRef | Path):
            raise Internal("A pattern has no fixed property.", where=str(predicate))
        yield subject, predicate, object_


@cache
def _tree() -> _Tree:
    tree = _Tree()
    for walk in walks():
        tree.add(walk)
    return tree


@cache
def _readers() -> dict[str, set[tuple[Walk, bool]]]:
    """By property: the paths before the steps that read it, and whether they go against it."""
    found: dict[str, set[tuple[Walk, bool]]] = {}
    for walk in walks():
        for at, step in enumerate(walk):
            before = walk[: at + 1] if step.repeated else walk[:at]
            found.setdefault(step.predicate, set()).add((before, step.inverse))
    return found


# --- what a change touches ------------------------------------------------------------------------


def _edges(store: Store, nodes: Iterable[Any], step: Step, back: bool = False) -> Iterator[Quad]:
    """The triples on which a step leaves some nodes, or comes to them."""
    predicate = NamedNode(step.predicate)
    forward = step.inverse is back
    for node in nodes:
        if not forward:
            yield from store.quads_for_pattern(None, predicate, node, _DEFAULT)
        elif isinstance(node, NamedNode):
            yield from store.quads_for_pattern(node, predicate, None, _DEFAULT)


def _reach(
    store: Store, nodes: set[Any], step: Step, back: bool = False, seen: set[Triple] | None = None
) -> set[Any]:
    """The nodes that a step reaches from some nodes, however often it may be gone."""
    known: set[Any] = set(nodes) if step.repeated else set()
    fresh = nodes
    while fresh:
        ends = set()
        for quad in _edges(store, fresh, step, back):
            ends.add(quad.object if step.inverse is back else quad.subject)
            if seen is not None:
                seen.add(quad.triple)
        fresh = ends - known if step.repeated else set()
        known |= ends
    return known


def touched(store: Store, changed: Iterable[Triple]) -> set[NamedNode]:
    """The things whose verdict a change can alter.

    Args:
        store: The graph after the change, its default graph the union of the named ones.
        changed: The triples that were added or taken away, those that follow from others as well.

    Returns:
        The things.
    """
    found: set[Any] = set()
    by_walk: dict[Walk, set[Any]] = {}
    for triple in changed:
        found.add(triple.subject)
        for before, inverse in _readers().get(triple.predicate.value, ()):
            by_walk.setdefault(before, set()).add(triple.object if inverse else triple.subject)
    for walk, nodes in by_walk.items():
        for step in reversed(walk):
            nodes = _reach(store, nodes, step, back=True)
        found |= nodes
    return {node for node in found if isinstance(node, NamedNode)}


def around(store: Store, things: Iterable[NamedNode]) -> bytes:
    """All that the shapes may read of some things.

    Args:
        store: The graph, its default graph the union of the named ones.
        things: The things.

    Returns:
        The triples as N-Triples, to be given to `kg.validation.validate`; only its results on
        these things are meant, since those around them are not there as a whole.
    """
    triples: set[Triple] = set()
    start: set[Any] = set(things)
    for thing in start:
        for quad in store.quads_for_pattern(thing, None, None, _DEFAULT):
            triples.add(quad.triple)
    _collect(store, start, _tree(), triples)
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def _collect(store: Store, nodes: set[Any], tree: _Tree, triples: set[Triple]) -> None:
    for step, rest in tree.steps.items():
        reached = _reach(store, nodes, step, seen=triples)
        if rest.steps and reached:
            _collect(store, reached, rest, triples)

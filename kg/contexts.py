"""What a change can make wrong: the things to validate again, and the part of the graph they need.

A shape looks from a thing along paths: its properties, the classes of their values, inverse
properties, the patterns of its SPARQL constraints. These paths are read from the shapes once. A
triple that is added or taken away can change the verdict on those things only from which such a
path reaches it; and their verdict depends on nothing but the triples on such paths. So the cost of
a check follows the change, and the verdict is that of validating everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import islice
from typing import Any, cast

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, serialize

from kg import walking
from kg.errors import Internal
from kg.namespaces import RDF_TYPE, SH
from kg.shapes import items, shapes_store, shapes_text, value_of, values_of
from kg.walking import Reading, Step, Walk, Walks, by_property

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


#: What a shape is for: things of a class, or things that have a property.
_TARGETS = ("targetClass", "targetSubjectsOf")


# --- the paths of the shapes ----------------------------------------------------------------------


@cache
def walks() -> frozenset[Walk]:
    """All paths along which the shapes look, from the thing they are about.

    Raises:
        Internal: A shape uses something that is not known here.
    """
    found = {
        walk for targets in _targets().values() for walks in targets.values() for walk in walks
    }
    return frozenset({*found, (Step(RDF_TYPE.value),)})


@cache
def _targets() -> dict[str, dict[str, frozenset[Walk]]]:
    """By kind of target and its IRI: the paths along which the shapes for it look."""
    store = shapes_store()
    found: dict[str, dict[str, frozenset[Walk]]] = {target: {} for target in _TARGETS}
    for target, by_iri in found.items():
        for quad in store.quads_for_pattern(None, NamedNode(SH + target), None, None):
            iri = _iri(quad.object)
            seen, _ = walking.remembered(
                f"{quad.subject} {shapes_text()}", partial(_walks, store, quad.subject)
            )
            if target == "targetSubjectsOf":
                seen |= {(Step(iri),)}
            by_iri[iri] = by_iri.get(iri, frozenset()) | seen
    for target in ("targetObjectsOf", "targetNode", "target"):
        if next(store.quads_for_pattern(None, NamedNode(SH + target), None, None), None):
            raise Internal(f"sh:{target} is not known to kg.contexts.", where="shapes/")
    return found


def _walks(store: Store, shape: Any) -> Walks:
    return frozenset(walk for walk in _shape(store, shape, ()) if walk), frozenset()


def _iri(term: Any) -> str:
    return str(term.value)


def _shape(store: Store, shape: Any, start: Walk) -> Iterator[Walk]:
    path = value_of(store, shape, "path")
    ways = [()] if path is None else list(_ways(store, path))
    ends = [start + way for way in ways]
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


def _ways(store: Store, node: Any, inverse: bool = False) -> Iterator[Walk]:
    """The ways a SHACL path may go, each as single steps."""
    if isinstance(node, NamedNode):
        yield (Step(node.value, inverse),)
        return
    against, either = value_of(store, node, "inversePath"), value_of(store, node, "alternativePath")
    if against is not None:
        yield from _ways(store, against, not inverse)
        return
    if either is not None:
        for one in items(store, either):
            yield from _ways(store, one, inverse)
        return
    for name in ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"):
        inner = value_of(store, node, name)
        if inner is not None:
            if not isinstance(inner, NamedNode):
                raise Internal("Only one property can be repeated.", where="shapes/")
            yield (Step(inner.value, inverse, repeated=True),)
            return
    parts = list(items(store, node))
    found: list[Walk] = [()]
    for one in reversed(parts) if inverse else parts:
        found = [start + end for start in found for end in _ways(store, one, inverse)]
    yield from found


def _constraint(store: Store, node: Any, path: Any) -> frozenset[Walk]:
    """The paths from $this through the patterns of a SPARQL constraint."""
    text = _iri(value_of(store, node, "select"))
    if "$PATH" in text:
        if not isinstance(path, NamedNode):
            raise Internal("$PATH stands for one property only.", where=str(node))
        text = text.replace("$PATH", str(path))
    prefixes = {
        _iri(value_of(store, one, "prefix")): _iri(value_of(store, one, "namespace"))
        for owner in values_of(store, node, "prefixes")
        for one in values_of(store, owner, "declare")
    }
    declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(prefixes.items()))
    return walking.of_query(declared + text, "this").walks


# --- what a change touches ------------------------------------------------------------------------


@cache
def _reading() -> Reading:
    return Reading(walks())


@cache
def _reading_of(targets: frozenset[tuple[str, str]]) -> Reading:
    """What the shapes of some targets read."""
    found: set[Walk] = {(Step(RDF_TYPE.value),)}
    for kind, iri in targets:
        found |= _targets()[kind][iri]
    return Reading(found)


def things(store: Store) -> set[NamedNode]:
    """All things that a shape is for.

    Args:
        store: The graph.

    Returns:
        The things.
    """
    shapes = shapes_store()
    classes, properties = (
        {quad.object for quad in shapes.quads_for_pattern(None, NamedNode(SH + name), None, None)}
        for name in _TARGETS
    )
    found = [store.quads_for_pattern(None, RDF_TYPE, one, None) for one in classes]
    found += [store.quads_for_pattern(None, cast(Any, one), None, None) for one in properties]
    nodes = {quad.subject for quads in found for quad in quads}
    return {node for node in nodes if isinstance(node, NamedNode)}


def touched(
    store: Store, added: Iterable[Triple], removed: Iterable[Triple] = ()
) -> set[NamedNode]:
    """The things whose verdict a change can alter.

    Args:
        store: The graph after the change.
        added: The triples that were added, those that follow from others as well.
        removed: The triples that were taken away.

    Returns:
        The things.
    """
    found = _reading().touched(store, by_property(added), by_property(removed))
    return {node for node in found if isinstance(node, NamedNode)}


def around(store: Store, things: Iterable[NamedNode]) -> bytes:
    """All that the shapes may read of some things.

    Args:
        store: The graph.
        things: The things.

    Returns:
        The triples as N-Triples, to be given to `kg.validation.validate`; only its results on
        these things are meant, since those around them are not there as a whole.
    """
    alike: dict[frozenset[tuple[str, str]], set[NamedNode]] = {}
    for thing in things:
        alike.setdefault(_targets_of(store, thing), set()).add(thing)
    quads: set[Quad] = set()
    for targets, ones in alike.items():
        if targets:
            quads |= _reading_of(targets).around(store, ones)
    triples = {quad.triple for quad in quads}
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def _targets_of(store: Store, thing: NamedNode) -> frozenset[tuple[str, str]]:
    """The targets that a thing belongs to."""
    known = _targets()
    classes, properties = (known[target] for target in _TARGETS)
    found: set[tuple[str, str]] = set()
    said = list(islice(store.quads_for_pattern(thing, None, None, None), walking.MANY + 1))
    if len(said) > walking.MANY:
        said = list(store.quads_for_pattern(thing, RDF_TYPE, None, None))
        for name in map(NamedNode, properties):
            said += islice(store.quads_for_pattern(thing, name, None, None), 1)
    for quad in said:
        if quad.predicate == RDF_TYPE and _iri(quad.object) in classes:
            found.add(("targetClass", _iri(quad.object)))
        elif quad.predicate.value in properties:
            found.add(("targetSubjectsOf", quad.predicate.value))
    return frozenset(found)

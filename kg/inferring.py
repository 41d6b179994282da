"""What OWL implies, by difference: delete and derive again, then on from what is new.

The rules are those of `kg.reasoning` (`kg/rules/inference`). What was taken away takes with it all
that may have followed from it; of that, what still follows comes back (the algorithm DRed). What
was added, or came back, is joined with the triples beside it until nothing new comes. Only triples
that no other graph states are in graph/inferred, as after `kg.reasoning.materialise`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, QueryTriples, Store, Triple

from kg import reasoning, rq
from kg.errors import Internal
from kg.namespaces import BASE, OWL, RDF_TYPE, graph, istc

_INFERRED = graph("inferred")
#: Holds what was taken away while one looks for what may have followed from it.
_GONE = NamedNode(BASE + "graph/gone")
_COOPERATES = istc("cooperatesWith")
_TOGETHER_RULE = "cooperates-with"
_BODY = re.compile(r"CONSTRUCT\s*\{(?P<head>[^}]*)\}\s*WHERE\s*\{(?P<body>.*)\}\s*\Z", re.DOTALL)
#: Candidates that are looked up in one query.
_BLOCK = 2000


def follow(
    store: Store, added: set[Triple], removed: set[Triple], stated: Iterable[Triple]
) -> tuple[set[Quad], set[Quad]]:
    """Bring graph/inferred up to date.

    Args:
        store: The graph after a change of the other graphs; it is changed.
        added: Triples that the change has added to the union.
        removed: Triples that it has taken from the union.
        stated: All triples that other graphs state now and did not before.

    Returns:
        The quads that were added to graph/inferred, and those that were taken from it.
    """
    schema = _Schema.of(store)
    before: set[Quad] = set()
    if any(t.predicate in reasoning.SCHEMA or t.object in reasoning.KINDS for t in added | removed):
        return _anew(store)
    taken = _overdeleted(store, schema, removed)
    for quad in taken:
        store.remove(quad)
    before |= taken
    # A triple that is stated now is not inferred.
    for triple in stated:
        quad = Quad(triple.subject, triple.predicate, triple.object, _INFERRED)
        if quad in store:
            store.remove(quad)
            before.add(quad)
    back = _still(store, schema, removed | {quad.triple for quad in taken})
    made = {_inferred(triple) for triple in back}
    store.extend(made)
    fresh = added | back
    also = {t.subject for t in removed if t.predicate in reasoning.TOGETHER}
    while fresh:
        found = _consequences(store, schema, fresh, also)
        fresh = {t for t in found if _well_formed(t) and not _held(store, t)}
        also = set()
        new = {_inferred(triple) for triple in fresh}
        store.extend(new)
        made |= new
    return made - before, before - made


def _anew(store: Store) -> tuple[set[Quad], set[Quad]]:
    """The ontology itself has changed: everything is inferred again."""
    before = set(store.quads_for_pattern(None, None, None, _INFERRED))
    store.remove_graph(_INFERRED)
    reasoning.materialise(store)
    after = set(store.quads_for_pattern(None, None, None, _INFERRED))
    return after - before, before - after


def _inferred(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, _INFERRED)


def _well_formed(triple: Triple) -> bool:
    return isinstance(triple.subject, NamedNode)


def _held(store: Store, triple: Triple) -> bool:
    found = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return next(found, None) is not None


# --- the ontology ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Schema:
    """What the rules read of the ontology.

    Attributes:
        quads: All of it.
        transitive: Transitive properties.
        first: By property: those that follow it in a chain.
        second: By property: those that precede it in a chain.
    """

    quads: tuple[Quad, ...]
    transitive: frozenset[NamedNode]
    first: dict[NamedNode, set[NamedNode]]
    second: dict[NamedNode, set[NamedNode]]

    @classmethod
    def of(cls, store: Store) -> _Schema:
        quads = set(reasoning.schema(store))
        kind = NamedNode(OWL + "TransitiveProperty")
        transitive = {q.subject for q in quads if q.predicate == RDF_TYPE and q.object == kind}
        first: dict[NamedNode, set[NamedNode]] = {}
        second: dict[NamedNode, set[NamedNode]] = {}
        chain = NamedNode(OWL + "propertyChainAxiom")
        for quad in list(quads):
            if quad.predicate != chain:
                continue
            cells = list(_list(store, quad.object))
            quads.update(cells)
            members = [q.object for q in cells if q.predicate.value.endswith("#first")]
            if len(members) == 2:
                first.setdefault(cast(NamedNode, members[0]), set()).add(cast(Any, members[1]))
                second.setdefault(cast(NamedNode, members[1]), set()).add(cast(Any, members[0]))
        return cls(tuple(quads), frozenset(cast(Any, transitive)), first, second)


def _list(store: Store, node: Any) -> Iterator[Quad]:
    while isinstance(node, NamedNode):
        cells = list(store.quads_for_pattern(node, None, None, None))
        rest = [q for q in cells if q.predicate.value.endswith("#rest")]
        yield from (q for q in cells if q.predicate.value.endswith("#first"))
        yield from rest
        node = rest[0].object if rest else None


@cache
def _rules() -> tuple[rq.RqFile, ...]:
    return tuple(rq.read_all("kg", "rules", "inference"))


# --- what follows from some triples ---------------------------------------------------------------


def _consequences(
    store: Store, schema: _Schema, fresh: set[Triple], together: set[Any]
) -> set[Triple]:
    """All that one step of the rules makes of some triples and those beside them.

    Args:
        store: The graph, these triples among it.
        schema: The ontology.
        fresh: The triples.
        together: Agreements and platforms that lose somebody.
    """
    near = Store()
    near.extend(schema.quads)
    near.extend(_inferred(triple) for triple in fresh)
    near.extend(_beside(store, schema, fresh))
    found: set[Triple] = set()
    for rule in _rules():
        if rule.name != _TOGETHER_RULE:
            found |= _constructed(near, rule)
    together = together | {t.subject for t in fresh if t.predicate in reasoning.TOGETHER}
    return found | _cooperating(store, together)


def _constructed(store: Store, rule: rq.RqFile) -> set[Triple]:
    text = _also_known(rule.text)
    return set(cast(QueryTriples, store.query(text, use_default_graph_as_union=True)))


@cache
def _also_known(text: str) -> str:
    """A rule that makes its triple even where it is there already."""
    head = _parts(text)["head"]
    return text.replace(f"FILTER NOT EXISTS {{{head}}}", "")


def _parts(text: str) -> re.Match[str]:
    """Head and body of a rule."""
    parts = _BODY.search(text)
    if parts is None or f"FILTER NOT EXISTS {{{parts['head']}}}" not in parts["body"]:
        raise Internal("An inference rule makes one triple where it is not there.", where=text)
    return parts


def _beside(store: Store, schema: _Schema, fresh: set[Triple]) -> Iterator[Quad]:
    """The triples that chains and transitive properties join with some triples."""
    for triple in fresh:
        start, name, end = triple.subject, triple.predicate, triple.object
        after, before = schema.first.get(name, set()), schema.second.get(name, set())
        if name in schema.transitive:
            after, before = after | {name}, before | {name}
        if not isinstance(end, Literal):
            for following in after:
                yield from store.quads_for_pattern(end, following, None, None)
        for preceding in before:
            yield from store.quads_for_pattern(None, preceding, start, None)


def _cooperating(store: Store, together: Iterable[Any]) -> set[Triple]:
    """Who cooperates through some agreements and platforms."""
    near = Store()
    for node in together:
        for name in reasoning.TOGETHER:
            near.extend(store.quads_for_pattern(node, name, None, None))
    if not len(near):
        return set()
    (rule,) = (rule for rule in _rules() if rule.name == _TOGETHER_RULE)
    return _constructed(near, rule)


# --- what goes, and what comes back ---------------------------------------------------------------


def _overdeleted(store: Store, schema: _Schema, removed: set[Triple]) -> set[Quad]:
    """What may have followed from triples that are gone."""
    taken: set[Quad] = set()
    if not removed:
        return taken
    # For a while they are there again, so that two of them can be joined.
    gone = [Quad(t.subject, t.predicate, t.object, _GONE) for t in removed]
    store.extend(gone)
    fresh = set(removed)
    while fresh:
        quads = {
            _inferred(t) for t in _consequences(store, schema, fresh, set()) if _well_formed(t)
        }
        new = {quad for quad in quads - taken if quad in store}
        taken |= new
        fresh = {quad.triple for quad in new}
    for quad in gone:
        store.remove(quad)
    return taken


def _still(store: Store, schema: _Schema, candidates: set[Triple]) -> set[Triple]:
    """Those of some triples, all of them absent, that follow from others by one step."""
    found: set[Triple] = set()
    listed = [t for t in candidates if _well_formed(t) and not _held(store, t)]
    for rule in _rules():
        left = [t for t in listed if t not in found]
        if rule.name == _TOGETHER_RULE:
            pairs = {t for t in left if t.predicate == _COOPERATES}
            nodes = {
                quad.subject
                for t in pairs
                for name in reasoning.TOGETHER
                for quad in store.quads_for_pattern(None, name, t.subject, None)
            }
            found |= pairs & _cooperating(store, nodes)
        else:
            for at in range(0, len(left), _BLOCK):
                found |= _supported(store, rule, left[at : at + _BLOCK])
    return found


def _supported(store: Store, rule: rq.RqFile, candidates: list[Triple]) -> set[Triple]:
    """Those of some triples that a rule derives."""
    parts = _parts(rule.text)
    terms = parts["head"].split()
    rows, by_row = [], {}
    for triple in candidates:
        row = [triple.subject, triple.predicate, triple.object]
        fixed = {"a": RDF_TYPE, "istc:cooperatesWith": _COOPERATES}.get(terms[1])
        if fixed not in (None, triple.predicate):
            continue
        bound = tuple(str(t) for name, t in zip(terms, row, strict=True) if name[0] == "?")
        by_row[bound] = triple
        rows.append(f"({' '.join(bound)})")
    if not rows:
        return set()
    names = [name for name in terms if name[0] == "?"]
    prologue = rule.text[: parts.start()]
    text = (
        f"{prologue}SELECT {' '.join(names)} WHERE {{ VALUES ({' '.join(names)}) "
        f"{{ {' '.join(rows)} }} FILTER EXISTS {{ {parts['body']} }} }}"
    )
    found = cast(QuerySolutions, store.query(text, use_default_graph_as_union=True))
    return {by_row[tuple(str(row[name[1:]]) for name in names)] for row in found}

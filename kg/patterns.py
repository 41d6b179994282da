"""Walks from the patterns of queries and from paths, read with the parser of rdflib.

That takes a while, so `kg.walking` remembers what was read, and imports this only when it has to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, TypeAlias

import rdflib
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translatePath, translatePName, translatePrologue, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kg.errors import Internal
from kg.walking import Step, Walk, Walks


def chains(path: Any, inverse: bool = False) -> Iterator[Walk]:
    """The ways a path of rdflib may go, each as single steps.

    Raises:
        Internal: The path is of a kind that is not known here.
    """
    if isinstance(path, rdflib.URIRef):
        yield (Step(str(path), inverse),)
    elif isinstance(path, InvPath):
        yield from chains(path.arg, not inverse)
    elif isinstance(path, AlternativePath):
        for one in path.args:
            yield from chains(one, inverse)
    elif isinstance(path, SequencePath):
        found: list[Walk] = [()]
        for one in reversed(path.args) if inverse else path.args:
            found = [start + end for start in found for end in chains(one, inverse)]
        yield from found
    elif isinstance(path, MulPath) and isinstance(path.path, rdflib.URIRef):
        yield (Step(str(path.path), inverse, repeated=True),)
    else:
        raise Internal(f"The path {path!r} is not known to kg.patterns.")


def of_query(text: str, root: str) -> Walks:
    """The walks through the patterns of a query.

    Args:
        text: The query.
        root: The variable that they begin at, without question mark.

    Returns:
        The walks, and those whose last triple is to be absent.

    Raises:
        Internal: A pattern hangs on nothing that the variable reaches.
    """
    patterns = _needed(list(_patterns(text)), text, root)
    reached: dict[Any, list[Walk]] = {rdflib.Variable(root): [()]}
    walks: list[Walk] = []
    absent: list[Walk] = []
    while patterns:
        nearest = min((_distance(pattern, reached), at) for at, pattern in enumerate(patterns))
        (backwards, length), at = nearest
        if length >= _FAR:
            raise Internal(f"A pattern hangs on nothing that ?{root} reaches.", where=text)
        subject, predicates, object_, away = patterns.pop(at)
        start, end = (object_, subject) if backwards else (subject, object_)
        ways = [way for one in predicates for way in chains(one, inverse=backwards)]
        found = [walk + way for walk in reached[start] for way in ways]
        walks += found
        absent += found if away else []
        if isinstance(end, rdflib.Variable):
            reached.setdefault(end, found)
    return frozenset(walk for walk in walks if walk), frozenset(absent) - _elsewhere(walks, absent)


_Pattern: TypeAlias = tuple[Any, list[Any], Any, bool]
_FAR = 1 << 30


def _distance(pattern: _Pattern, reached: dict[Any, list[Walk]]) -> tuple[bool, int]:
    """Whether a pattern is gone against its direction, and how far it is from the root.

    Against it there may be many ways, so it comes last. Two patterns with the same constant are not
    joined by it.
    """
    subject, _, object_, _ = pattern
    ahead, back = (
        min(len(walk) for walk in reached[end])
        if isinstance(end, rdflib.Variable) and end in reached
        else _FAR
        for end in (subject, object_)
    )
    return (False, ahead) if ahead < _FAR else (True, back)


def _needed(patterns: list[_Pattern], text: str, root: str) -> list[_Pattern]:
    """Patterns without those that only ask whether there is something, where another says so.

    `?any p ?o` with a variable that stands nowhere else holds wherever `?s p ?o` does.
    """

    def last(way: Any) -> Any:
        return way.args[-1] if isinstance(way, SequencePath) else way

    def idle(pattern: _Pattern) -> bool:
        subject, ways, object_, _ = pattern
        alone = isinstance(subject, rdflib.Variable) and str(subject) != root
        used = sum((subject in (one[0], one[2])) for one in patterns)
        if not alone or used > 1 or len(re.findall(rf"\?{subject}\b", text)) > 1:
            return False
        return any(
            other is not pattern and other[2] == object_ and [last(w) for w in other[1]] == ways
            for other in patterns
        )

    return [pattern for pattern in patterns if not idle(pattern)]


def _elsewhere(walks: list[Walk], absent: list[Walk]) -> set[Walk]:
    """Walks that some pattern wants to be there."""
    wanted = list(walks)
    for walk in absent:
        wanted.remove(walk)
    return set(wanted)


def _patterns(text: str) -> Iterator[_Pattern]:
    """The triple patterns of a query, wherever they stand, and whether they are to be absent.

    Read from the parse tree: the algebra of rdflib leaves out what stands in nested filters.
    """
    parsed = parseQuery(text)
    prologue = translatePrologue(parsed[0], None, {})
    traverse(parsed[1], visitPost=partial(translatePName, prologue=prologue))
    traverse(parsed[1], visitPost=translatePath)
    given: dict[Any, list[Any]] = {}
    found: dict[tuple[Any, Any, Any], bool] = {}

    def visit(part: Any, absent: bool) -> None:
        if isinstance(part, CompValue):
            name = part.name
            if name == "TriplesBlock":
                for block in part.triples:
                    terms = list(block)
                    for triple in zip(terms[::3], terms[1::3], terms[2::3], strict=True):
                        found[triple] = found.get(triple, True) and absent
            elif name == "InlineData":
                given.update(_given(part))
            if name == "ConstructQuery":
                visit(part.where, absent)
                return
            away = name == "Builtin_NOTEXISTS"
            # What is absent inside of what is absent is to be there.
            inner = (not absent if absent else True) if away else absent
            for value in part.values():
                visit(value, inner)
        elif isinstance(part, list | tuple) or hasattr(part, "asList"):
            for value in part:
                visit(value, absent)

    visit(parsed[1], False)
    for (subject, predicate, object_), absent in found.items():
        ways = given.get(predicate, [predicate])
        for way in ways:
            if not isinstance(way, rdflib.URIRef | Path):
                raise Internal("A pattern has no fixed property.", where=str(way))
        yield subject, ways, object_, absent


def _given(part: Any) -> Iterator[tuple[Any, list[Any]]]:
    """The values of a variable alone in a VALUES block."""
    variables = list(part.var)
    if len(variables) == 1:
        values = [value[0] if isinstance(value, list) else value for value in part.value]
        yield variables[0], [v for one in values for v in (one if isinstance(one, list) else [one])]


def stated(text: str) -> frozenset[str] | None:
    """The properties of the triples that a CONSTRUCT query makes.

    Args:
        text: The query.

    Returns:
        Their IRIs; None where one of them is a variable.
    """
    parsed = parseQuery(text)
    prologue = translatePrologue(parsed[0], None, {})
    traverse(parsed[1], visitPost=partial(translatePName, prologue=prologue))
    found = [term for block in parsed[1].template for term in list(block)[1::3]]
    if any(isinstance(term, rdflib.Variable) for term in found):
        return None
    return frozenset(str(term) for term in found)

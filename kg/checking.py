"""The checks across facts near a change: their cost follows the change and not the graph.

A check is a query that hangs on a variable, `root` in its header or else its `focus`. It is run on
all that it reads from the roots that the change touches (`kg.walking`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, cast

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Triple

from kg import rq, validation, walking
from kg.namespaces import RDFS
from kg.report import Result
from kg.store import union
from kg.walking import by_property

_LABEL = NamedNode(RDFS + "label")
#: The check that compares names; what it looks for hangs on no triple.
_NAMES = "possible-duplicate"
#: What is neither a letter nor a digit.
_OTHERS = re.compile(r"[\W_]+")


def touched(
    store: Store, added: set[Triple], stated: set[Triple], removed: set[Triple]
) -> dict[str, set[Any]]:
    """The roots of each check for which a change can make it find something.

    Args:
        store: The graph after the change, under the default base IRI.
        added: Triples that the change has added to the union of the graphs.
        stated: Triples that it has added to one of the graphs.
        removed: Triples that it has taken from one of them.

    Returns:
        By the name of the check; those without roots are left out.
    """
    found = {}
    plain, single, away = (by_property(some) for some in (added, added | stated, removed))
    for rule in _checks().values():
        # A check that looks into single graphs sees a triple that another graph states as well.
        new = single if "GRAPH" in rule.text else plain
        roots = walking.of_query(rule.text, _root(rule)).touched(store, new, away)
        if roots:
            found[rule.name] = roots
    return found


def found(store: Store, name: str, roots: set[Any]) -> Iterator[Result]:
    """What a check finds of some roots.

    Args:
        store: The graph, under the default base IRI.
        name: The check.
        roots: The roots.

    Yields:
        Its results.
    """
    rule = _checks()[name]
    reading, root = walking.of_query(rule.text, _root(rule)), _root(rule)
    wide = roots | _of_like_name(store, roots) if name == _NAMES else roots
    meant = {node.value for node in roots if isinstance(node, NamedNode)}
    for result in validation.run_check(union.filled(reading.around(store, wide)), rule):
        if result.focus in meant or (root != rule.header["focus"] and result.value in meant):
            yield result


@cache
def _checks() -> dict[str, rq.RqFile]:
    return {rule.name: rule for rule in rq.read_all("kg", "checks")}


def _root(rule: rq.RqFile) -> str:
    return str(rule.header.get("root", rule.header["focus"]))


def _of_like_name(store: Store, things: Iterable[Any]) -> set[Any]:
    """Things with a name that has the same letters and digits as that of one of these."""
    wanted = {
        _letters(quad.object)
        for thing in things
        if isinstance(thing, NamedNode)
        for quad in store.quads_for_pattern(thing, _LABEL, None, None)
        if isinstance(quad.object, Literal) and quad.object.language == "zh"
    } - {""}
    if not wanted:
        return set()
    named = cast(QuerySolutions, store.query(rq.load("kg", "queries", "check", "names").text))
    return {row["thing"] for row in named if _letters(row["name"]) in wanted}


def _letters(name: Any) -> str:
    """Letters and digits of a name."""
    return _OTHERS.sub("", name.value.lower())

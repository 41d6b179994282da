"""Checking a change in its context gives the verdict of validating everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store

from kg import assembling, contexts, validation
from kg.contexts import Step
from kg.namespaces import JOURNAL
from kg.store import union, versions
from tests import needs

PLAIN = DefaultGraph()
#: Triples changed at a time.
BATCH = 25


@pytest.fixture(scope="module")
def whole(built_home: Path) -> Store:
    """The union of all graphs as a default graph, and nothing else."""
    now = versions.current(built_home)
    assert now is not None
    store = Store()
    dump = Store.read_only(str(now.path)).dump(format=RdfFormat.N_QUADS)
    store.bulk_load(dump, format=RdfFormat.N_QUADS)
    store.remove_graph(JOURNAL)
    union.fill(store)
    for name in list(store.named_graphs()):
        store.remove_graph(name)
    return store


@cache
def _steps() -> list[Step]:
    return sorted({step for walk in contexts.walks() for step in walk}, key=str)


def _removals(store: Store, rng: random.Random) -> Iterator[Quad]:
    """Triples that shapes read, so that their absence matters."""
    for step in rng.sample(_steps(), BATCH):
        found = list(store.quads_for_pattern(None, NamedNode(step.predicate), None, PLAIN))
        if found:
            yield rng.choice(found)


def _additions(store: Store, rng: random.Random) -> Iterator[Quad]:
    """Triples with the property of one, and the value of another or a plain text."""
    for quad in _removals(store, rng):
        other = next(_removals(store, rng), quad)
        value = rng.choice([other.object, Literal("x"), other.subject, quad.subject])
        yield Quad(quad.subject, quad.predicate, value, PLAIN)
        yield Quad(other.subject, quad.predicate, quad.object, PLAIN)


@pytest.mark.parametrize("seed", needs.sample(range(6), 3))
def test_a_change_is_judged_as_the_whole_graph_would_be(whole: Store, seed: int) -> None:
    rng = random.Random(seed)
    removed = set(_removals(whole, rng)) if seed % 3 != 1 else set()
    added = {q for q in _additions(whole, rng) if q not in whole} if seed % 3 != 2 else set()
    before = set(_validated(whole))
    for quad in removed:
        whole.remove(quad)
    whole.extend(added)
    try:
        after = set(_validated(whole))
        changed = [quad.triple for quad in removed | added]
        things = contexts.touched(whole, changed)
        meant = {thing.value for thing in things}
        report = validation.validate(contexts.around(whole, things))
        mine = {result for result in report.results if result.focus in meant}
        assert mine == {result for result in after if result.focus in meant}
        # Nothing that the change has altered lies outside what was looked at.
        assert {result.focus for result in before ^ after} <= meant
        assert after - before
    finally:
        for quad in added:
            whole.remove(quad)
        whole.extend(removed)


def _validated(store: Store) -> tuple[validation.Result, ...]:
    return validation.validate(assembling.flattened(store)).results


def test_the_cost_of_a_check_follows_the_change(whole: Store) -> None:
    rng = random.Random(7)
    (quad,) = list(_removals(whole, rng))[:1]
    things = contexts.touched(whole, [quad.triple])
    assert len(contexts.around(whole, things)) * 20 < len(assembling.flattened(whole))

"""What follows from a change, and what is wrong with it, is what the whole graph would say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple

from kg import assembling, checking, deriving, validation
from kg.deriving import Difference
from kg.namespaces import ID, ISTC, JOURNAL, graph
from kg.store import union, versions
from tests import needs

FOLLOWING = frozenset(assembling.DERIVED)
ELSEWHERE = NamedNode("https://example.org/elsewhere")


@pytest.fixture(scope="module")
def whole(built_home: Path) -> Store:
    """The built graph, without what tells of it."""
    now = versions.current(built_home)
    assert now is not None
    store = Store()
    dump = Store.read_only(str(now.path)).dump(format=RdfFormat.N_QUADS)
    store.bulk_load(dump, format=RdfFormat.N_QUADS)
    for name in (JOURNAL, graph("catalogue")):
        store.remove_graph(name)
    return store


def _stated(store: Store) -> list[Quad]:
    model = (graph("ontology"), graph("vocabularies"))
    found = (q for q in store if q.graph_name not in FOLLOWING and q.graph_name not in model)
    return sorted(found, key=str)


def _followed(store: Store) -> set[Quad]:
    return {quad for quad in store if quad.graph_name in FOLLOWING}


def _additions(stated: list[Quad], rng: random.Random, many: int) -> Iterator[Quad]:
    """Quads with the property of one, and the value of another; some repeat what is known."""
    for quad in rng.sample(stated, many):
        other = rng.choice(stated)
        value = rng.choice([quad.object, other.object])
        yield Quad(quad.subject, quad.predicate, value, rng.choice([quad.graph_name, ELSEWHERE]))
        yield Quad(other.subject, quad.predicate, quad.object, quad.graph_name)


def _change(whole: Store, seed: int) -> Difference:
    rng, stated = random.Random(seed), _stated(whole)
    removed = set(rng.sample(stated, 60)) if seed % 3 != 1 else set()
    added = set(_additions(stated, rng, 60)) if seed % 3 != 2 else set()
    inferred = sorted(whole.quads_for_pattern(None, None, None, graph("inferred")), key=str)
    added |= {Quad(*quad.triple, ELSEWHERE) for quad in rng.sample(inferred, 3) if seed % 2}
    added = {quad for quad in added if quad not in whole}
    return Difference(added, removed - added)


def _changed(whole: Store, change: Difference) -> Store:
    store = Store()
    store.bulk_extend(quad for quad in whole if quad not in change.removed)
    store.extend(change.added)
    return store


@pytest.mark.parametrize("seed", needs.sample(range(4), 2))
def test_what_follows_by_difference_is_what_follows_anew(whole: Store, seed: int) -> None:
    change = _change(whole, seed)
    store = _changed(whole, change)
    before = _followed(store)
    followed, _ = deriving.follow(store, change)
    after = _followed(store)
    assert (followed.added, followed.removed) == (after - before, before - after)
    for name in FOLLOWING:
        store.remove_graph(name)
    assembling.derive(store)
    assert after == _followed(store)


@pytest.mark.parametrize("seed", needs.sample(range(2), 2))
def test_the_checks_near_a_change_find_all_that_it_breaks(whole: Store, seed: int) -> None:
    change = _change(whole, seed)
    store = _changed(whole, change)
    followed, delta = deriving.follow(store, change)
    away = {quad.triple for quad in change.removed | followed.removed}
    stated = {quad.triple for quad in change.added}
    roots = checking.touched(store, delta.added, stated, away)
    near = {result for name, some in roots.items() for result in checking.found(store, name, some)}
    before = set(validation.check(union.filled(whole)))
    after = set(validation.check(union.filled(store)))
    assert _places(near) <= _places(after)
    assert _places(after - before) <= _places(near)
    assert after - before


def test_a_new_relation_is_judged_without_those_that_share_its_predicate(whole: Store) -> None:
    fact, subject, object_ = (NamedNode(ID + key) for key in ("fact/new", "org/cas", "country/CHN"))
    said = [("predicate", NamedNode(ISTC + "locatedIn")), ("subject", subject), ("object", object_)]
    added = {Triple(fact, NamedNode(ISTC + name), value) for name, value in said}
    store = _changed(whole, Difference({Quad(*triple, graph("new")) for triple in added}, set()))
    roots = checking.touched(store, added, added, set())
    assert roots["relation-domain"] == roots["relation-range"] == {fact}


def _places(results: set[validation.Result]) -> set[tuple[str, str]]:
    """Check and focus: of several values for one focus the whole graph may name another."""
    return {(result.shape, result.focus) for result in results}

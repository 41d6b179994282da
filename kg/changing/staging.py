"""What happens to a change before it is committed, on a copy of the graph: in the child process."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store

from kg import assembling, contexts, skolem, updating, validation
from kg.changing import reading
from kg.changing.steps import Drop, Load, Quads, Step, Update
from kg.errors import BuiltGraph, InvalidInput
from kg.namespaces import BASE, JOURNAL, graph
from kg.report import Report, Result, refusal
from kg.store import union

#: Name of a copy on disk.
COPY = "copy"
#: When a change touches more than this part of the things, everything is validated.
_MANY = 5
_QUADS_OF_A_THING = 10


@dataclass(frozen=True)
class Rules:
    """What holds for changes here.

    Attributes:
        base_iri: Base of our IRIs.
        unite: Whether the default graph is the union of all graphs.
        bar: Gravity that refuses: `violation`, `warning` or `none`.
        owned: IRIs of the graphs that a build makes.
        trusted: Whether the change may write into those.
    """

    base_iri: str
    unite: bool
    bar: str
    owned: frozenset[str]
    trusted: bool = False

    @property
    def genid(self) -> str:
        """Beginning of the IRIs of blank nodes."""
        return skolem.GENID.replace(BASE, self.base_iri)

    def here(self, name: NamedNode) -> NamedNode:
        """One of our IRIs under the base IRI."""
        return NamedNode(name.value.replace(BASE, self.base_iri))


@dataclass
class Staged:
    """A change that may be committed.

    Attributes:
        added: Quads to be added, with those that follow from others.
        removed: Quads to be removed.
        stated: How many were added and removed by the step itself.
        warnings: What a reader should know although it refuses nothing.
    """

    added: set[Quad]
    removed: set[Quad]
    stated: tuple[int, int]
    warnings: tuple[Result, ...] = ()


def copy(version: Path | None, folder: Path, *, in_memory: bool) -> Store:
    """A copy of a data version that may be changed, without the journal.

    Args:
        version: Its checkpoint; None for an empty graph.
        folder: Where a copy on disk may be made.
        in_memory: Whether the copy is held in memory.

    Returns:
        The copy.
    """
    if version is None:
        return Store()
    if in_memory:
        store = Store()
        dump = Store.read_only(str(version)).dump(format=RdfFormat.N_QUADS) or b""
        store.bulk_load(dump, format=RdfFormat.N_QUADS)
    else:
        # Tables of the engine never change: links are enough. What it writes on is copied.
        def link(source: str, target: str) -> None:
            (os.link if source.endswith(".sst") else shutil.copyfile)(source, target)

        shutil.copytree(version, folder / COPY, copy_function=link)
        store = Store(str(folder / COPY))
    store.remove_graph(JOURNAL)
    return store


def stage(store: Store, step: Step, rules: Rules, tell: Callable[[str], None]) -> Staged:
    """Do a step and everything that follows from it.

    Args:
        store: A copy of the graph; it is used up.
        step: The step.
        rules: What holds here.
        tell: Told each stage.

    Returns:
        What is to be committed.

    Raises:
        InvalidInput, InvalidRdf, InvalidQuery, OutsideAccess: The step cannot be done.
        BuiltGraph: It changes a graph that a build makes, or the journal.
        NonConforming: The graph would break a rule.
    """
    tell("change")
    ontology = rules.here(graph("ontology"))
    modelled = next(_in(store, ontology), None) is not None
    added, removed = _DOERS[type(step)](store, step, rules)
    names = {q.graph_name for q in added | removed}
    allowed({str(name.value) for name in names if isinstance(name, NamedNode)}, rules)
    done = Staged(added, removed, (len(added), len(removed)))
    modelled = modelled or any(quad.graph_name == ontology for quad in added)
    for quad in removed:
        store.remove(quad)
    store.extend(added)
    if not modelled or not (added or removed):
        return done
    tell("rules")
    model = _derived(store, done, rules)
    if rules.bar != "none":
        tell("validation")
        _check(model, done, rules)
    return done


def _in(store: Store, name: NamedNode | DefaultGraph) -> Any:
    return store.quads_for_pattern(None, None, None, name)


# --- the steps ------------------------------------------------------------------------------------


def _load(store: Store, step: Load, rules: Rules) -> tuple[set[Quad], set[Quad]]:
    wanted = set(reading.read(step, rules.genid))
    if rules.unite and any(quad.graph_name == DefaultGraph() for quad in wanted):
        raise InvalidInput(
            "The document states triples outside any graph; here the default graph is the union "
            "of all graphs.",
            where="default graph",
            hint="Put them into a graph, or send them to a graph: ?graph=…",
        )
    held: set[Quad] = set()
    if step.replace:
        held = set(_in(store, _name(step.graph)))
    return {q for q in wanted - held if q not in store}, held - wanted


def _name(iri: str | None) -> NamedNode | DefaultGraph:
    return NamedNode(iri) if iri else DefaultGraph()


def _drop(store: Store, step: Drop, rules: Rules) -> tuple[set[Quad], set[Quad]]:
    return set(), set(_in(store, _name(step.graph)))


def _quads(store: Store, step: Quads, rules: Rules) -> tuple[set[Quad], set[Quad]]:
    start = f"{rules.genid}{step.checksum[:16] or uuid.uuid4().hex[:16]}-"
    read = (pyoxigraph.parse(path=p, format=RdfFormat.N_QUADS) for p in (step.added, step.removed))
    added, removed = (set(skolem.number_blank_nodes(quads, start)) for quads in read)
    return {q for q in added if q not in store}, {q for q in removed - added if q in store}


def _update(store: Store, step: Update, rules: Rules) -> tuple[set[Quad], set[Quad]]:
    names: dict[str, NamedNode] = {}
    work = store if rules.unite else _with_blank_nodes(store, rules.genid, names)
    outside = list(_in(store, DefaultGraph()))
    before = _lines(work)
    updating.run(
        work,
        step.text,
        base_iri=step.base_iri,
        default=step.default,
        named=step.named,
        unite=rules.unite,
    )
    if rules.unite:
        work.extend(outside)
    after = _lines(work)

    def named(lines: Iterable[bytes]) -> set[Quad]:
        def name(node: NamedNode | BlankNode) -> NamedNode:
            if isinstance(node, NamedNode):
                return node
            return names.setdefault(node.value, NamedNode(f"{rules.genid}b{uuid.uuid4().hex}"))

        quads = pyoxigraph.parse(input=b"\n".join(lines), format=RdfFormat.N_QUADS)
        return set(skolem.renamed(quads, name))

    new = after - before
    added, removed = named(new), named(before - after)
    # The new quads come back under the names of their blank nodes.
    for quad in pyoxigraph.parse(input=b"\n".join(new), format=RdfFormat.N_QUADS):
        store.remove(quad)
    return added, removed


def _lines(store: Store) -> set[bytes]:
    dump = store.dump(format=RdfFormat.N_QUADS) or b""
    return {line for line in dump.split(b"\n") if line}


def _with_blank_nodes(store: Store, genid: str, names: dict[str, NamedNode]) -> Store:
    """A copy in which the IRIs of blank nodes are blank nodes; their names are noted."""

    def rename(node: NamedNode | BlankNode) -> NamedNode | BlankNode:
        if isinstance(node, BlankNode) or not node.value.startswith(genid):
            return node
        label = f"n{len(names)}"
        if node.value not in labels:
            labels[node.value] = label
            names[label] = node
        return BlankNode(labels[node.value])

    labels: dict[str, str] = {}
    work = Store()
    work.bulk_extend(skolem.renamed(store, rename))
    return work


_DOERS: dict[type[Any], Callable[[Store, Any, Rules], tuple[set[Quad], set[Quad]]]] = {
    Load: _load,
    Drop: _drop,
    Quads: _quads,
    Update: _update,
}


# --- what follows ---------------------------------------------------------------------------------


def allowed(names: set[str], rules: Rules) -> None:
    """Refuse a change of a graph that a build makes, or of the journal.

    Args:
        names: IRIs of the graphs that are to be changed.
        rules: What holds here.

    Raises:
        BuiltGraph: One of them is not for others to change.
    """
    wrong = sorted(names & (rules.owned if not rules.trusted else set()))
    if JOURNAL.value in names:
        raise BuiltGraph(
            "The journal is written by commits only.",
            where=JOURNAL.value,
            hint="Say in a graph of your own what you have to say.",
            extra={"graphs": [JOURNAL.value]},
        )
    if wrong:
        raise BuiltGraph(
            "The change touches a graph that is built from tables.",
            where=", ".join(wrong),
            hint="Correct the row of the table, or use a graph of your own.",
            extra={"graphs": wrong},
        )


def _derived(store: Store, done: Staged, rules: Rules) -> Store:
    """Make anew what follows; note how it differs; return the graph under the default base.

    The catalogue is left out: builds write it, and it is no part of what rules and shapes see.
    """
    following = [rules.here(name) for name in assembling.DERIVED]
    before = {quad for name in following for quad in _in(store, name)}
    for name in (*following, rules.here(graph("catalogue"))):
        store.remove_graph(name)
    model = store
    if rules.base_iri != BASE:
        model = Store()
        model.bulk_extend(assembling.moved(set(store), rules.base_iri, BASE))
    assembling.derive(model)
    made = {quad for name in assembling.DERIVED for quad in _in(model, name)}
    after = set(assembling.moved(made, BASE, rules.base_iri))
    done.added |= after - before
    done.removed = (done.removed | (before - after)) - done.added
    return model


def _check(model: Store, done: Staged, rules: Rules) -> None:
    changed = assembling.moved(done.added | done.removed, rules.base_iri, BASE)
    triples = {quad.triple for quad in changed}
    union.fill(model)
    things = contexts.touched(model, triples)
    many = len(things) * _MANY * _QUADS_OF_A_THING > len(model)
    data = assembling.flattened(model) if many else contexts.around(model, things)
    meant = {thing.value for thing in things}
    found = {r for r in validation.validate(data).results if r.focus in meant}
    for result in validation.check(model):
        # A rule across facts can break far from what was changed; what only warns is told near it.
        if result.severity == "violation" or result.focus in meant:
            found.add(result)
    told = (result.moved(BASE, rules.base_iri) for result in found)
    report = Report(tuple(sorted(told, key=Result.sort_key)))
    wrong = report.at_least("warning" if rules.bar == "warning" else "violation")
    if wrong:
        raise refusal(wrong)
    done.warnings = report.at_least("warning")

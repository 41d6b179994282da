"""What happens to a change before it is committed, on a copy of the graph: in the child process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg import assembling, deriving
from kg.changing import doing
from kg.changing.bounds import Rules, allowed
from kg.changing.judging import Judge
from kg.changing.ledger import Ledger
from kg.changing.steps import Step
from kg.deriving import Difference
from kg.namespaces import BASE, JOURNAL, graph
from kg.report import Report, Result, refusal

#: Name of a copy on disk.
COPY = "copy"


@dataclass(frozen=True)
class Staged:
    """A change that may be committed.

    Attributes:
        stated: How many quads were added and removed by the step itself.
        warnings: What a reader should know although it refuses nothing.
    """

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


def stage(
    store: Store, step: Step, rules: Rules, tell: Callable[[str], None], ledger: Ledger
) -> Staged:
    """Do a step and everything that follows from it.

    Args:
        store: A copy of the graph; it is used up.
        step: The step.
        rules: What holds here.
        tell: Told each stage.
        ledger: Told all that changes.

    Returns:
        What is to be committed.

    Raises:
        InvalidInput, InvalidRdf, InvalidQuery, OutsideAccess: The step cannot be done.
        BuiltGraph: It changes a graph that a build makes, or the journal.
        NonConforming: The graph would break a rule.
    """
    tell("change")
    ontology = rules.here(graph("ontology"))
    modelled = _modelled(store, ontology)
    model = _model(store, rules) if modelled else None
    judge = Judge()
    stated, ruled = [0, 0], False
    for added, removed in doing.blocks(store, step, rules, ledger.folder):
        if not (added or removed):
            continue
        names = {quad.graph_name for quad in added | removed}
        allowed({str(name.value) for name in names if isinstance(name, NamedNode)}, rules)
        stated[0] += len(added)
        stated[1] += len(removed)
        _apply(store, added, removed)
        ledger.note(added, removed)
        change = Difference(*(_moved(quads, rules.base_iri, BASE) for quads in (added, removed)))
        if model is None:
            if not _modelled(store, ontology):
                continue
            # There is an ontology now: of all that is there something may follow.
            model = _model(store, rules)
            change = Difference(set(model), set())
        elif model is not store:
            _apply(model, change.added, change.removed)
        if not ruled:
            tell("rules")
            ruled = True
        followed, delta = deriving.follow(model, change)
        away = {quad.triple for quad in change.removed | followed.removed}
        judge.see(model, delta, {quad.triple for quad in change.added}, away)
        more, less = (_moved(q, BASE, rules.base_iri) for q in (followed.added, followed.removed))
        if model is not store:
            _apply(store, more, less)
        ledger.note(more, less)
    warnings: tuple[Result, ...] = ()
    if model is not None and ruled and rules.bar != "none":
        tell("validation")
        warnings = _judged(judge, model, rules)
    return Staged((stated[0], stated[1]), warnings)


def _modelled(store: Store, ontology: NamedNode) -> bool:
    return next(store.quads_for_pattern(None, None, None, ontology), None) is not None


def _model(store: Store, rules: Rules) -> Store:
    """The graph under the default base IRI, which rules and shapes are written for."""
    if rules.base_iri == BASE:
        return store
    model = Store()
    model.bulk_extend(assembling.moved(set(store), rules.base_iri, BASE))
    return model


def _moved(quads: set[Quad], old: str, new: str) -> set[Quad]:
    return set(assembling.moved(quads, old, new))


def _apply(store: Store, added: set[Quad], removed: set[Quad]) -> None:
    for quad in removed:
        store.remove(quad)
    store.extend(added)


def _judged(judge: Judge, model: Store, rules: Rules) -> tuple[Result, ...]:
    """The warnings on a change.

    Raises:
        NonConforming: It breaks a rule.
    """
    told = {result.moved(BASE, rules.base_iri) for result in judge.results(model)}
    report = Report(tuple(sorted(told, key=Result.sort_key)))
    wrong = report.at_least("warning" if rules.bar == "warning" else "violation")
    if wrong:
        refused = frozenset(wrong)
        others = [r for r in report.at_least("warning") if r not in refused]
        raise refusal(wrong, warnings=others)
    return report.at_least("warning")

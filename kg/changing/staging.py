"""What happens to a change before it is committed, on a copy of the graph: in the child process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg import assembling, deriving, hiding, inspecting, rq
from kg.changing import doing
from kg.changing.bounds import Rules, allowed, writable
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
    for added, removed in _done(store, step, rules, ledger, stated):
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
        warnings = _judged(judge.results(model), rules)
    return Staged((stated[0], stated[1]), warnings)


def stage_whole(
    store: Store, step: Step, rules: Rules, tell: Callable[[str], None], ledger: Ledger
) -> Staged:
    """The same for a step that is large beside the graph: all is derived and judged as in a build.

    Args, Returns, Raises: As for `stage`; the copy is in memory. What was wrong before, with things
        of which the step says nothing, is not told.
    """
    tell("change")
    ontology = rules.here(graph("ontology"))
    judged = rules.bar != "none"
    known: set[Result] = set()
    if judged and _modelled(store, ontology):
        known = set(inspecting.inspect(_model(store, rules)).results)
    stated, about = [0, 0], set[str]()
    for added, _ in _done(store, step, rules, ledger, stated):
        nodes = {quad.subject for quad in added}
        about |= {n.value for n in nodes if isinstance(n, NamedNode)}
    if not (any(stated) and _modelled(store, ontology)):
        return Staged((stated[0], stated[1]))
    tell("rules")
    model = _model(store, rules)
    for more, less in _derived_anew(model):
        ledger.note(*(_moved(quads, BASE, rules.base_iri) for quads in (more, less)))
    warnings: tuple[Result, ...] = ()
    if judged:
        tell("validation")
        found = inspecting.inspect(model).results
        warnings = _judged(
            (r for r in found if r not in known or rq.rebase(r.focus, rules.base_iri) in about),
            rules,
        )
    return Staged((stated[0], stated[1]), warnings)


def _done(
    store: Store, step: Step, rules: Rules, ledger: Ledger, stated: list[int]
) -> Iterator[doing.Block]:
    """Do a step block by block, and count what it adds and removes."""
    blocks = doing.blocks(store, step, rules, ledger.folder)
    for added, removed in hiding.enforced(store, blocks, rules.base_iri):
        if not (added or removed):
            continue
        names = {quad.graph_name for quad in added | removed}
        allowed({str(name.value) for name in names if isinstance(name, NamedNode)}, rules)
        writable(added, rules)
        stated[0] += len(added)
        stated[1] += len(removed)
        _apply(store, added, removed)
        ledger.note(added, removed)
        yield added, removed


def _derived_anew(model: Store) -> Iterator[doing.Block]:
    """Derive everything anew; how the graphs that follow from the others differ from before."""
    before: set[Quad] = set()
    for name in assembling.DERIVED:
        before |= set(model.quads_for_pattern(None, None, None, name))
        model.remove_graph(name)
    # The catalogue tells of the graph itself; a build adds it when all is derived.
    aside = list(model.quads_for_pattern(None, None, None, graph("catalogue")))
    model.remove_graph(graph("catalogue"))
    assembling.derive(model)
    model.extend(aside)
    for name in assembling.DERIVED:
        quads = model.quads_for_pattern(None, None, None, name)
        while block := set(islice(quads, doing.BLOCK)):
            yield block - before, set()
            before -= block
    yield set(), before


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


def _judged(results: Iterable[Result], rules: Rules) -> tuple[Result, ...]:
    """The warnings on a change.

    Raises:
        NonConforming: It breaks a rule.
    """
    told = {result.moved(BASE, rules.base_iri) for result in results}
    report = Report(tuple(sorted(told, key=Result.sort_key)))
    wrong = report.at_least("warning" if rules.bar == "warning" else "violation")
    if wrong:
        refused = frozenset(wrong)
        others = [r for r in report.at_least("warning") if r not in refused]
        raise refusal(wrong, warnings=others)
    return report.at_least("warning")

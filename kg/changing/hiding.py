"""Hide a person: a change that takes out all that is said of them, and keeps it out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, serialize

from kg import hiding
from kg.assembling import moved
from kg.changing import running
from kg.changing.running import Changed
from kg.changing.steps import Quads
from kg.errors import InvalidInput, NoStore, NotFound
from kg.namespaces import BASE
from kg.progress import Progress, silent
from kg.settings import Settings
from kg.store import versions
from kg.store.journal import Entry

#: What the journal calls it.
ACTIVITY = "hide"


def hide(
    settings: Settings, iri: str, reason: str, agent: str, progress: Progress = silent
) -> Changed:
    """Hide a person, with all that is said of them and of their identifiers.

    The journal keeps who did it, when and why, and not whom. Taking the change back shows the
    person again; a later import or build does not. Earlier data versions are no longer kept.

    Args:
        settings: Home, bar and limits.
        iri: IRI of the person.
        reason: Why, in one sentence; it is public and should name nobody.
        agent: Who hides.
        progress: Told each stage.

    Returns:
        What was done.

    Raises:
        NotFound: The graph knows nothing of this IRI.
        InvalidInput: It is no person, or there is no reason.
        NoStore: Nothing has been built.
        NonConforming: Without the person the graph would break a rule.
    """
    if not reason.strip():
        raise InvalidInput(
            "Hiding a person needs a reason.",
            where="reason",
            hint="Say why in one sentence that names nobody, e.g.: at the person's request.",
        )
    with running.opened(settings) as truth:
        if truth.current is None:
            raise NoStore("There is no graph yet.", hint="Run: istc build")
        with versions.hold(truth.current):
            store = Store.read_only(str(truth.current.path))
            nodes = _nodes(store, iri, settings.base_iri)
        now = datetime.now(UTC)
        names = (node.value.replace(settings.base_iri, BASE) for node in nodes)
        quads = moved(hiding.tombstones(names, now.date()), BASE, settings.base_iri)
        with running.workplace(settings.home) as folder:
            step = Quads(str(folder / "hidden.nq"), str(folder / "none.nq"))
            Path(step.added).write_bytes(serialize(quads, format=RdfFormat.N_QUADS) or b"")
            Path(step.removed).write_bytes(b"")
            entry = Entry(agent=agent, activity=ACTIVITY, note=reason.strip(), at=now)
            done = running.run(settings, truth, step, entry, progress=progress, trusted=True)
        # Earlier versions tell of the person; one that is being read goes when it is no longer.
        versions.prune(settings.home, 1)
        return done


def _nodes(store: Store, iri: str, base_iri: str) -> set[NamedNode]:
    """The person and the nodes of the identifiers.

    Raises:
        NotFound, InvalidInput: As for `hide`.
    """
    try:
        person = NamedNode(iri)
    except ValueError as error:
        raise InvalidInput("That is no IRI.", where=iri) from error
    if next(store.quads_for_pattern(person, None, None, None), None) is None:
        raise NotFound(
            "The graph says nothing of this person.",
            where=iri,
            hint="Look for the person with: istc find NAME.",
        )
    hidden = hiding.Hidden(store, base_iri)
    if person not in hidden.people():
        raise InvalidInput(
            "Only people can be hidden.",
            where=iri,
            hint="Other things are corrected where they are stated.",
        )
    return {person, *hidden.identifiers(person)}


__all__ = ["ACTIVITY", "hide"]

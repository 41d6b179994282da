"""What an import changes in links; decide on them; take them out.

Everything goes through `kg.changing`: a decision is one change with its line in the journal, and
`istc undo` takes it back exactly.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import changing
from kg.changing import Changed, Guard
from kg.errors import Conflict, InvalidInput, NoStore, NotFound, Stale
from kg.linking import links, merging
from kg.linking.known import Whole
from kg.linking.links import LINKS, SAME_AS, SEMAPV, Link
from kg.namespaces import ID, ISTC, OWL, PREFIXES, RDF_TYPE, RDFS_LABEL, VOCAB
from kg.resources import tool_version
from kg.settings import Settings
from kg.store.journal import Entry
from kg.store.truth import Truth
from kg.store.versions import Version, current

#: Verb → status.
VERBS = {"accept": "accepted", "reject": "rejected", "later": "later", "reopen": "open"}
_SETTLED = ("accepted", "rejected", "later")
_COLUMNS = (
    "subject_id", "subject_label", "predicate_modifier", "predicate_id", "object_id",
    "object_label", "mapping_justification", "reviewer_label", "mapping_date", "mapping_tool",
    "mapping_tool_version", "confidence", "comment",
)  # fmt: skip


def all_links(settings: Settings) -> list[Link]:
    """The links of the current data version, the best first.

    Raises:
        NoStore: Nothing has been built.
    """
    return links.read(Whole(_store(_version(settings))))


def news(known: Iterable[Link], found: Iterable[Link], source: str) -> tuple[set[Quad], set[Quad]]:
    """What graph/links has to take up and to give up after an import.

    Args:
        known: The links that are there.
        found: The links that the import found; see `kg.linking.links.of`.
        source: Key of the document of the candidates.

    Returns:
        Quads to be added and to be removed, for the change of the import itself. What people have
        decided stays as it is; links that the source no longer gives rise to go.
    """
    held = {link.number: link for link in known}
    added: set[Quad] = set()
    removed: set[Quad] = set()
    found_ = {link.number: link for link in found}
    for number, link in found_.items():
        before = held.get(number)
        if before is None:
            added.update(link.quads())
        elif before.status not in _SETTLED and _said(before) != _said(link):
            removed.update(before.quads())
            added.update(link.quads())
    for link in held.values():
        left = link.source == source and link.number not in found_ and link.status not in _SETTLED
        # Names are the same name in every source.
        if left and not link.candidate.startswith("name/"):
            removed.update(link.quads())
    return added, removed


def _said(link: Link) -> tuple[object, ...]:
    return link.score, link.status, link.en


@dataclass(frozen=True)
class Decision:
    """What somebody decides on one link.

    Attributes:
        number: Id of the link, or its beginning.
        verb: One of `VERBS`.
        target: Key of the thing that the candidate is, where it is none of those offered.
        seen: The status that the link had when it was looked at; empty when that does not matter.
    """

    number: str
    verb: str
    target: str = ""
    seen: str = ""


def decide(
    settings: Settings, decisions: Sequence[Decision], agent: str, *, guard: Guard | None = None
) -> Changed:
    """Decide on links, all in one change.

    Accepting a link rejects the other open links of its candidate, and what imports say of the
    candidate is said of the thing from now on.

    Args:
        settings: Home, bar and limits.
        decisions: What is decided, at most once on each link.
        agent: Who decides.
        guard: Looks at the truth before the change, under the lock, and raises to prevent it.

    Returns:
        What was changed.

    Raises:
        NotFound: There is no such link, or no such thing.
        InvalidInput: A beginning fits several links, the link names no thing, two links of one
            candidate are accepted at once, or a link is decided twice.
        Conflict: Somebody else has decided since the links were looked at, or the candidate has
            become another thing, so that the decision must be undone first.
        Stale: Somebody has changed the graph meanwhile.
    """
    version = _version(settings)
    store = _store(version)
    known = links.read(Whole(store))
    chosen: dict[str, tuple[Link, str]] = {}
    for decision in decisions:
        link = _one(known, decision.number)
        if decision.seen and decision.seen != link.status:
            raise _decided(link)
        if decision.target:
            link = _aimed(store, link, decision.target)
        _undecided(settings, store, known, link)
        if chosen.get(link.number, (link, decision.verb))[1] != decision.verb:
            raise InvalidInput(
                f"The link of “{link.label}” is decided twice.",
                where=link.number,
                hint="Decide on each link once.",
            )
        chosen[link.number] = link, decision.verb
    changes: dict[str, Link] = {}
    for link in [link for link, verb in chosen.values() if verb == "accept"]:
        of_candidate = [
            c for c, verb in chosen.values() if verb == "accept" and c.candidate == link.candidate
        ]
        _acceptable(link, of_candidate)
        for other in known:
            if other.candidate == link.candidate and other.status != "rejected":
                changes[other.number] = links.settled(other, "rejected", agent)
    for link, verb in chosen.values():
        changes[link.number] = links.settled(link, VERBS[verb], agent)
    held = {link.number: link for link in known}
    added = {quad for link in changes.values() for quad in link.quads()}
    removed = {q for number in changes if number in held for q in held[number].quads()}
    note = "; ".join(
        f"{status}: {', '.join(numbers)}"
        for verb, status in VERBS.items()
        if (numbers := [number for number, (_, said) in chosen.items() if said == verb])
    )
    entry = Entry(agent, "review", tool_version=tool_version(), note=note)
    same = {
        links.iri_of(link.candidate): links.iri_of(link.target)
        for link in changes.values()
        if link.status == "accepted" and not link.candidate.startswith("name/")
    }
    more, less = merging.merged(store, same)
    return _change(settings, version, added | more, removed | less, entry, guard)


def _undecided(settings: Settings, store: Store, known: list[Link], link: Link) -> None:
    """Make sure that the data of a candidate are still its own."""
    for other in known:
        if other.candidate == link.candidate and other.status == "accepted":
            number = merging.merged_by(settings.home, store, other)
            if number is not None:
                raise Conflict(
                    f"“{other.label}” has become {other.target} in change {number}.",
                    where=other.number,
                    hint=f"Take that decision back with its data: istc undo {number}",
                    extra={"changed": [other.record()]},
                )


def _decided(link: Link) -> Conflict:
    return Conflict(
        f"The link of “{link.label}” has been decided meanwhile: {link.status}.",
        where=link.number,
        hint="Look at the list again, then decide.",
        extra={"changed": [link.record()]},
    )


def _acceptable(link: Link, of_candidate: list[Link]) -> None:
    if not link.target:
        raise InvalidInput(
            f"The link of “{link.label}” names no thing.",
            where=link.number,
            hint=f"Say what it is: istc review accept {link.number} --as country/…",
        )
    if len(of_candidate) > 1:
        raise InvalidInput(
            f"“{link.label}” cannot be two things.",
            where=", ".join(sorted(c.number for c in of_candidate)),
            hint="Accept one of them; the others are rejected by that.",
        )


def _one(known: list[Link], number: str) -> Link:
    found = [link for link in known if link.number.startswith(number)] if number else []
    if not found:
        raise NotFound(f"There is no link “{number}”.", hint="List them with: istc review --all")
    if len(found) > 1:
        raise InvalidInput(
            f"“{number}” is the beginning of {len(found)} ids.",
            where=", ".join(link.number for link in found[:5]),
            hint="Give more of its characters.",
        )
    return found[0]


def _aimed(store: Store, link: Link, target: str) -> Link:
    node = NamedNode(links.iri_of(target))
    if next(store.quads_for_pattern(node, RDF_TYPE, None), None) is None:
        raise NotFound(f"There is no thing “{target}”.", hint="Give its key, e.g. org/cas.")
    labels = sorted(
        quad.object.value
        for quad in store.quads_for_pattern(node, RDFS_LABEL, None)
        if isinstance(quad.object, Literal)
    )
    return Link(
        candidate=link.candidate,
        target=target,
        label=link.label,
        target_label=next(iter(labels), target),
        names=link.names,
        identifiers=link.identifiers,
        source=link.source,
        version=link.version,
        made=link.made,
        justification="ManualMappingCuration",
        score=1.0,
        zh="由人工指定",
        en="named by a person",
    )


def _version(settings: Settings) -> Version:
    found = current(settings.home)
    if found is None:
        raise NoStore("There is no graph yet.", where=str(settings.home), hint="Run: istc build")
    return found


def _store(version: Version) -> Store:
    return Store.read_only(str(version.path))


def _change(
    settings: Settings,
    seen: Version,
    added: set[Quad],
    removed: set[Quad],
    entry: Entry,
    guard: Guard | None = None,
) -> Changed:
    def unchanged(truth: Truth) -> None:
        if guard is not None:
            guard(truth)
        if truth.version != seen.number:
            raise Stale(
                "Somebody has changed the graph meanwhile.",
                where=LINKS.value,
                hint="Look at the list again, then repeat the decision.",
                extra={"current": truth.version},
            )

    with tempfile.TemporaryDirectory() as folder:
        step = changing.quads(Path(folder), added, removed)
        return changing.change(settings, step, entry, guard=unchanged)


# --- out ------------------------------------------------------------------------------------------


def sssom(found: Iterable[Link]) -> str:
    """Links as an SSSOM table.

    Args:
        found: Links; those that are open or left for later are not mappings, and are left out.

    Returns:
        Tab-separated values with the metadata of the set in front.
    """
    head = {
        "mapping_set_id": f"{PREFIXES['g']}links",
        "mapping_set_title": "Links of imported records to things of ISTC-KG",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    text = io.StringIO()
    text.writelines(f"# {name}: {value}\n" for name, value in head.items())
    text.write("# curie_map:\n")
    prefixes = {"id": ID, "owl": OWL, "semapv": SEMAPV}
    text.writelines(f"#   {name}: {iri}\n" for name, iri in prefixes.items())
    writer = csv.DictWriter(text, _COLUMNS, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    for link in _mapped(found, rejected=True):
        writer.writerow(
            {
                "subject_id": "id:" + links.iri_of(link.candidate).removeprefix(ID),
                "subject_label": link.label,
                "predicate_modifier": "Not" if link.status == "rejected" else "",
                "predicate_id": "owl:sameAs",
                "object_id": f"id:{link.target}",
                "object_label": link.target_label,
                "mapping_justification": f"semapv:{link.justification}",
                "reviewer_label": link.reviewer,
                "mapping_date": (link.decided or link.made)[:10],
                "mapping_tool": "istc kg.linking",
                "mapping_tool_version": link.version,
                "confidence": f"{link.score:.3f}",
                "comment": link.en,
            }
        )
    return text.getvalue()


def same_as(found: Iterable[Link]) -> Iterator[Quad]:
    """Links as RDF: what is the same, its identifiers, and the provenance of each.

    Args:
        found: Links; only those that are linked or accepted are taken.

    Yields:
        `owl:sameAs` to the candidate and to its IRIs elsewhere, `istc:hasIdentifier` with the
        identifiers, and the links themselves with who, when, method and score, in graph/links.
    """
    for link in _mapped(found, rejected=False):
        thing = NamedNode(ID + link.target)
        yield from link.quads()
        if not link.candidate.startswith("name/"):
            yield Quad(NamedNode(links.iri_of(link.candidate)), SAME_AS, thing, LINKS)
        for identifier in link.identifiers:
            scheme, _, value = identifier.partition(" ")
            yield from _identifier(thing, scheme, value)
            if scheme in links.ELSEWHERE:
                iri = links.ELSEWHERE[scheme] + value.rpartition("/")[2]
                yield Quad(thing, SAME_AS, NamedNode(iri), LINKS)


def _identifier(thing: NamedNode, scheme: str, value: str) -> Iterator[Quad]:
    # The same node as in kg/mappings/identifiers.rq.
    digest = hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()
    node = NamedNode(f"{ID}identifier/{scheme}-{digest}")
    for subject, name, value_ in (
        (thing, ISTC + "hasIdentifier", node),
        (node, RDF_TYPE.value, NamedNode(ISTC + "Identifier")),
        (node, ISTC + "identifierScheme", NamedNode(f"{VOCAB}identifier-scheme/{scheme}")),
        (node, ISTC + "identifierValue", Literal(value)),
    ):
        yield Quad(subject, NamedNode(name), value_, LINKS)


def _mapped(found: Iterable[Link], *, rejected: bool) -> Iterator[Link]:
    wanted = {"linked", "accepted", *(["rejected"] if rejected else [])}
    chosen = (link for link in found if link.status in wanted and link.target)
    yield from sorted(chosen, key=lambda link: (link.candidate, link.target))


__all__ = ["VERBS", "Decision", "all_links", "decide", "news", "same_as", "sssom"]

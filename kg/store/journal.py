"""The journal: who changed the graph, when, with what; written in the same transaction.

One activity and one version a commit, in graph/journal, in terms of PROV-O, VoID, Dublin Core and
schema.org. The journal tells of times, so it is no part of the content digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.namespaces import BASE, JOURNAL, PREFIXES, PROV, RDF_TYPE, XSD

_DC = PREFIXES["dc"]
_SCHEMA = PREFIXES["schema"]
_VERSION = BASE + "version/"
_COMMIT = BASE + "commit/"

_NUMBER = NamedNode(_SCHEMA + "version")
_DIGEST = NamedNode(_SCHEMA + "sha256")
_GENERATED = NamedNode(PROV + "wasGeneratedBy")
_AT = NamedNode(PROV + "endedAtTime")
_QUADS = NamedNode(PREFIXES["void"] + "triples")
_MADE = NamedNode(PROV + "generated")
_UNDOES = NamedNode(PROV + "invalidated")
_DOCUMENT = NamedNode(PROV + "hadPrimarySource")
_TEXTS = {
    "agent": NamedNode(_DC + "creator"),
    "activity": NamedNode(_DC + "type"),
    "source": NamedNode(_DC + "source"),
    "note": NamedNode(_DC + "description"),
    "checksum": _DIGEST,
    "tool_version": NamedNode(_SCHEMA + "softwareVersion"),
    "job": NamedNode(_DC + "identifier"),
}


@dataclass(frozen=True)
class Entry:
    """What a committer says about a commit.

    Attributes:
        agent: Who: a person, a token's name, or a tool such as `istc build`.
        activity: What: `build`, `import`, `undo` …
        source: What came in: a file name or an IRI.
        checksum: SHA-256 of what came in, as hexadecimal digits.
        tool_version: Version of the software.
        note: Anything else, in one sentence.
        at: When; the time of the commit when left out.
        graphs: IRIs of the graphs that the commit makes as a whole, and nobody else may change.
        undoes: Number of the version whose change it takes back.
        document: IRI of the document whose facts came in.
        job: Id of the import over HTTP that was committed.
    """

    agent: str
    activity: str
    source: str = ""
    checksum: str = ""
    tool_version: str = ""
    note: str = ""
    at: datetime | None = None
    graphs: tuple[str, ...] = ()
    undoes: int | None = None
    document: str = ""
    job: str = ""


@dataclass(frozen=True)
class Recorded:
    """A line of the journal.

    Attributes:
        number: The data version that the commit made.
        digest: Its content digest.
        quads: How many quads it holds, without the journal.
        entry: What the committer said, with the time.
    """

    number: int
    digest: str
    quads: int
    entry: Entry


def quads(entry: Entry, number: int, digest: str, count: int) -> Iterator[Quad]:
    """The quads of a journal entry.

    Args:
        entry: What the committer says.
        number: The new data version.
        digest: Its content digest.
        count: How many quads it holds, without the journal.

    Yields:
        Quads of graph/journal.
    """
    version, commit = NamedNode(f"{_VERSION}{number}"), NamedNode(f"{_COMMIT}{number}")
    at = (entry.at or datetime.now(UTC)).astimezone(UTC)
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    yield Quad(version, RDF_TYPE, NamedNode(PROV + "Entity"), JOURNAL)
    yield Quad(version, _NUMBER, Literal(number), JOURNAL)
    yield Quad(version, _DIGEST, Literal(digest), JOURNAL)
    yield Quad(version, _QUADS, Literal(count), JOURNAL)
    yield Quad(version, _GENERATED, commit, JOURNAL)
    if number > 1:
        earlier = NamedNode(f"{_VERSION}{number - 1}")
        yield Quad(version, NamedNode(PROV + "wasRevisionOf"), earlier, JOURNAL)
    yield Quad(commit, RDF_TYPE, NamedNode(PROV + "Activity"), JOURNAL)
    yield Quad(commit, _AT, Literal(stamp, datatype=NamedNode(XSD + "dateTime")), JOURNAL)
    for name, predicate in _TEXTS.items():
        text = getattr(entry, name)
        if text:
            yield Quad(commit, predicate, Literal(text), JOURNAL)
    for made in entry.graphs:
        yield Quad(commit, _MADE, NamedNode(made), JOURNAL)
    if entry.document:
        yield Quad(commit, _DOCUMENT, NamedNode(entry.document), JOURNAL)
    if entry.undoes is not None:
        yield Quad(commit, _UNDOES, NamedNode(f"{_VERSION}{entry.undoes}"), JOURNAL)


def commit_iri(number: int) -> str:
    """The IRI of the commit that made a data version."""
    return f"{_COMMIT}{number}"


def entries(store: Store) -> list[Recorded]:
    """Read the journal.

    Args:
        store: The truth, or a version opened read-only.

    Returns:
        Its lines, oldest first.
    """
    told: dict[str, dict[str, str]] = {}
    graphs: dict[str, list[str]] = {}
    for quad in store.quads_for_pattern(None, None, None, JOURNAL):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            if quad.predicate == _MADE:
                graphs.setdefault(quad.subject.value, []).append(quad.object.value)
            told.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    found = []
    for facts in told.values():
        if _NUMBER.value not in facts:
            continue
        name = facts.get(_GENERATED.value, "")
        commit = told.get(name, {})
        texts: dict[str, Any] = {key: commit.get(iri.value, "") for key, iri in _TEXTS.items()}
        entry = Entry(**texts, graphs=tuple(sorted(graphs.get(name, ()))))
        if _DOCUMENT.value in commit:
            entry = replace(entry, document=commit[_DOCUMENT.value])
        if _AT.value in commit:
            entry = replace(entry, at=datetime.fromisoformat(commit[_AT.value]))
        if _UNDOES.value in commit:
            undone = int(commit[_UNDOES.value].removeprefix(_VERSION))
            entry = replace(entry, undoes=undone)
        found.append(
            Recorded(
                int(facts[_NUMBER.value]), facts[_DIGEST.value], int(facts[_QUADS.value]), entry
            )
        )
    return sorted(found, key=lambda line: line.number)


def standing(lines: Iterable[Recorded]) -> list[Recorded]:
    """The lines of a journal whose change still stands: not undone, and no undoing themselves.

    Args:
        lines: Lines of a journal, oldest first.

    Returns:
        Those that stand, oldest first; an undo that was undone brings its line back.
    """
    undone: set[int] = set()
    found = []
    for line in reversed(list(lines)):
        if line.number in undone:
            continue
        if line.entry.undoes is None:
            found.append(line)
        else:
            undone.add(line.entry.undoes)
    return found[::-1]

"""The journal: who changed the graph, when, with what; written in the same transaction.

One activity and one version a commit, in graph/journal, in terms of PROV-O, VoID, Dublin Core and
schema.org. The journal tells of times, so it is no part of the content digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

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
_TEXTS = {
    "agent": NamedNode(_DC + "creator"),
    "activity": NamedNode(_DC + "type"),
    "source": NamedNode(_DC + "source"),
    "note": NamedNode(_DC + "description"),
    "checksum": _DIGEST,
    "tool_version": NamedNode(_SCHEMA + "softwareVersion"),
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
    """

    agent: str
    activity: str
    source: str = ""
    checksum: str = ""
    tool_version: str = ""
    note: str = ""
    at: datetime | None = None


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


def entries(store: Store) -> list[Recorded]:
    """Read the journal.

    Args:
        store: The truth, or a version opened read-only.

    Returns:
        Its lines, oldest first.
    """
    told: dict[str, dict[str, str]] = {}
    for quad in store.quads_for_pattern(None, None, None, JOURNAL):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            told.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    found = []
    for facts in told.values():
        if _NUMBER.value not in facts:
            continue
        commit = told.get(facts.get(_GENERATED.value, ""), {})
        texts = {name: commit.get(iri.value, "") for name, iri in _TEXTS.items()}
        entry = Entry(**texts, at=None)
        if _AT.value in commit:
            entry = replace(entry, at=datetime.fromisoformat(commit[_AT.value]))
        found.append(
            Recorded(
                int(facts[_NUMBER.value]), facts[_DIGEST.value], int(facts[_QUADS.value]), entry
            )
        )
    return sorted(found, key=lambda line: line.number)

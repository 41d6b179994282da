"""Links as they stand in graph/links: one node for each candidate and thing that it may be.

The terms are those of SSSOM (https://mapping-commons.github.io/sssom/), as resources of the class
`sssom:Mapping`: in the OWL form of SSSOM an open or rejected pair would be read as an axiom. What
was decided is `adms:status`, with a concept of our scheme `link-status`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import rq
from kg.citing import Selecting, text_of
from kg.errors import InvalidInput
from kg.linking import kept
from kg.linking.known import Whole
from kg.linking.linker import Decided, Linker, Match, Outcome, build
from kg.linking.scoring import Feature, Scored
from kg.namespaces import DCTERMS, ID, OWL, PREFIXES, PROV, RDF_TYPE, RDFS, VOCAB, XSD, graph
from kg.resources import tool_version
from kg.store.versions import Version

SSSOM = "https://w3id.org/sssom/"
SEMAPV = "https://w3id.org/semapv/vocab/"
LINKS = graph("links")
STATUSES = ("open", "linked", "accepted", "rejected", "later")
SAME_AS = NamedNode(OWL + "sameAs")
#: Schemes whose identifiers are IRIs of the same thing elsewhere: scheme → beginning of the IRI.
ELSEWHERE = {
    "ror": "https://ror.org/",
    "wikidata": "http://www.wikidata.org/entity/",
    "orcid": "https://orcid.org/",
}
_STATUS = VOCAB + "link-status/"
_TOOL = "istc kg.linking"
_CLASS = NamedNode(SSSOM + "Mapping")
#: Attribute of a link → property; the texts.
_TEXTS = {
    "label": SSSOM + "subject_label",
    "target_label": SSSOM + "object_label",
    "version": SSSOM + "mapping_tool_version",
    "reviewer": SSSOM + "reviewer_label",
}
_LISTS = {"names": PREFIXES["foaf"] + "name", "identifiers": DCTERMS + "identifier"}
_SUBJECT, _OBJECT = SSSOM + "subject_id", SSSOM + "object_id"
_SOURCE, _CONFIDENCE = SSSOM + "subject_source", SSSOM + "confidence"
_JUSTIFIED, _STATE = SSSOM + "mapping_justification", "http://www.w3.org/ns/adms#status"
_MADE, _DECIDED, _WHY = PROV + "generatedAtTime", PROV + "endedAtTime", RDFS + "comment"


@dataclass(frozen=True)
class Link:
    """A candidate and a thing that it may be.

    Attributes:
        candidate: Key of the candidate.
        target: Key of the thing; empty where nothing is known that it may be.
        label: Name of the candidate.
        target_label: Name of the thing.
        score: From 0 to 1.
        status: One of `STATUSES`.
        zh: The reasons in Chinese.
        en: The reasons in English.
        justification: How it was found: a term of SEMAPV.
        names: Names of the candidate.
        identifiers: Its identifiers, scheme and value separated by a blank.
        source: Key of the document in which it stands.
        version: Version of the software that found it.
        made: When it was found, ISO 8601.
        reviewer: Who decided.
        decided: When, ISO 8601.
    """

    candidate: str
    target: str
    label: str
    target_label: str = ""
    score: float = 0.0
    status: str = "open"
    zh: str = ""
    en: str = ""
    justification: str = "LexicalMatching"
    names: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    source: str = ""
    version: str = ""
    made: str = ""
    reviewer: str = ""
    decided: str = ""

    @property
    def number(self) -> str:
        """The id by which people name it: the same for the same pair."""
        return hashlib.sha256(f"{self.candidate} {self.target}".encode()).hexdigest()[:10]

    @property
    def iri(self) -> str:
        """Its IRI."""
        return f"{ID}link/{self.number}"

    @property
    def same(self) -> bool:
        """Whether it says that two nodes are the same thing."""
        return self.status in ("accepted", "linked") and not self.candidate.startswith("name/")

    def quads(self) -> Iterator[Quad]:
        """What graph/links says of it, and where the two are the same also that."""

        def say(name: str, value: NamedNode | Literal) -> Quad:
            return Quad(NamedNode(self.iri), NamedNode(name), value, LINKS)

        yield say(RDF_TYPE.value, _CLASS)
        for language in ("zh", "en"):
            text = f"{self.label} = {self.target_label or '?'}"
            yield say(RDFS + "label", Literal(text, language=language))
        yield say(_SUBJECT, NamedNode(iri_of(self.candidate)))
        yield say(SSSOM + "predicate_id", SAME_AS)
        if self.target:
            yield say(_OBJECT, NamedNode(iri_of(self.target)))
        if self.status == "rejected":
            yield say(SSSOM + "predicate_modifier", Literal("Not"))
        if self.source:
            yield say(_SOURCE, NamedNode(iri_of(self.source)))
        for attribute, name in _TEXTS.items():
            if getattr(self, attribute):
                yield say(name, Literal(getattr(self, attribute)))
        for attribute, name in _LISTS.items():
            for value in getattr(self, attribute):
                yield say(name, Literal(value))
        yield say(_CONFIDENCE, Literal(f"{self.score:.3f}", datatype=NamedNode(XSD + "decimal")))
        yield say(_JUSTIFIED, NamedNode(SEMAPV + self.justification))
        yield say(SSSOM + "mapping_tool", Literal(_TOOL))
        yield say(_STATE, NamedNode(_STATUS + self.status))
        for language in ("zh", "en"):
            if getattr(self, language):
                yield say(_WHY, Literal(getattr(self, language), language=language))
        for name, value in ((_MADE, self.made), (_DECIDED, self.decided)):
            if value:
                yield say(name, Literal(value, datatype=NamedNode(XSD + "dateTime")))
        if self.same:
            same = NamedNode(iri_of(self.candidate)), SAME_AS, NamedNode(iri_of(self.target))
            yield Quad(*same, LINKS)

    def record(self) -> dict[str, object]:
        """The link as plain values."""
        return {
            "id": self.number,
            "iri": self.iri,
            "status": self.status,
            "score": self.score,
            "candidate": self.candidate,
            "label": self.label,
            "names": list(self.names),
            "identifiers": list(self.identifiers),
            "target": self.target or None,
            "targetLabel": self.target_label or None,
            "why": {"zh": self.zh, "en": self.en},
            "source": self.source or None,
            "found": self.made,
            "reviewer": self.reviewer or None,
            "decided": self.decided or None,
        }


def iri_of(key: str) -> str:
    """The IRI of a key, whatever characters it has; an IRI that is none of ours is its own key."""
    return key if "://" in key else ID + quote(key, safe="/-._~!$&'()*+,;=:@")


def _key(iri: str) -> str:
    return unquote(iri.removeprefix(ID))


def now() -> str:
    """The time as it stands in the graph."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def read(engine: Selecting, which: str = "links", **bound: Iterable[str]) -> list[Link]:
    """Links of a graph, the best first, those of one candidate together.

    Args:
        engine: Where to ask: an engine on a data version, or `Whole` of a store.
        which: The query in `kg/queries/link` that says which; all of them without.
        bound: Names of variables that it leaves open → IRIs.

    Returns:
        The links.

    Raises:
        InvalidInput: Somebody has written a link that is none.
    """
    found: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    text = rq.load("kg", "queries", "link", which).text
    for name, iris in bound.items():
        text = rq.bind(text, [name], [[NamedNode(iri)] for iri in iris])
    for row in engine.select(text):
        value = row["value"]
        language = value.language or "" if isinstance(value, Literal) else ""
        found[text_of(row["link"])][text_of(row["property"])].append((text_of(value), language))
    all_ = [_parse(iri, said) for iri, said in found.items()]
    best: dict[str, float] = defaultdict(float)
    for link in all_:
        best[link.candidate] = max(best[link.candidate], link.score)
    return sorted(all_, key=lambda k: (-best[k.candidate], k.candidate, -k.score, k.target))


def near(store: Store, source: str, found: Iterable[Link]) -> list[Link]:
    """The links of a graph that an import may replace.

    Args:
        store: The graph.
        source: Key of the document of the import.
        found: Links that the import has found.

    Returns:
        Those of the source, and those of pairs that were found.
    """
    engine = Whole(store)
    held = read(engine, "links-of-source", source=[iri_of(source)])
    others = {link.iri for link in found}.difference(link.iri for link in held)
    # Most are new: the engine is not asked for each of them.
    there = [iri for iri in others if Quad(NamedNode(iri), RDF_TYPE, _CLASS, LINKS) in store]
    return held + (read(engine, "links-named", link=there) if there else [])


def _parse(iri: str, said: dict[str, list[tuple[str, str]]]) -> Link:
    def one(name: str) -> str:
        return said[name][0][0] if said.get(name) else ""

    texts = {attribute: one(name) for attribute, name in _TEXTS.items()}
    lists = {a: tuple(sorted(v for v, _ in said.get(name, ()))) for a, name in _LISTS.items()}
    why = {language: text for text, language in said.get(_WHY, ())}
    try:
        return Link(
            candidate=_key(said[_SUBJECT][0][0]),
            target=_key(one(_OBJECT)),
            score=float(said[_CONFIDENCE][0][0]),
            status=one(_STATE).removeprefix(_STATUS),
            zh=why.get("zh", ""),
            en=why.get("en", ""),
            justification=one(_JUSTIFIED).removeprefix(SEMAPV),
            source=_key(one(_SOURCE)),
            made=one(_MADE),
            decided=one(_DECIDED),
            label=texts["label"],
            target_label=texts["target_label"],
            version=texts["version"],
            reviewer=texts["reviewer"],
            names=lists["names"],
            identifiers=lists["identifiers"],
        )
    except (KeyError, ValueError) as error:
        raise InvalidInput(
            f"The link lacks a part, or it cannot be read: {error}.",
            where=iri,
            hint="Links are written by imports and by istc review; remove it from graph/links.",
        ) from error


def decided(engine: Selecting) -> Decided:
    """What people have decided, for a linker.

    Args:
        engine: Where to ask.
    """
    accepted: dict[str, str] = {}
    rejected: dict[str, set[str]] = defaultdict(set)
    for link in read(engine, "links-decided"):
        if link.status == "accepted":
            accepted[link.candidate] = link.target
        elif link.status == "rejected":
            rejected[link.candidate].add(link.target)
    return Decided(accepted, {key: frozenset(targets) for key, targets in rejected.items()})


def on(home: Path, version: Version, store: Store, there: Callable[[str], bool]) -> Linker:
    """What links things to those of a data version, as people have decided.

    Args:
        home: ISTC_HOME.
        version: The data version; hold it as long as the linker is used, then close that.
        store: Its graph, open.
        there: Says whether the thing of a key will still be there when the import is.
    """
    engine = Whole(store)
    return Linker(lambda: kept.index(home, version, engine), decided(engine), there)


def standing(store: Store) -> Linker:
    """What links things to those of a store as it is now, as people have decided.

    Args:
        store: The graph; it may change afterwards.
    """
    engine = Whole(store)
    return build(engine, decided(engine))


def of(linker: Linker, matches: Iterable[Match], source: str) -> Iterator[Link]:
    """The links of matches: one for what a candidate is, or one for each thing that it may be.

    Args:
        linker: The linker that found them.
        matches: Matches; new ones and those that a person has decided give nothing.
        source: Key of the document of the candidates, e.g. `doc/ror-subset`.

    Yields:
        The links, as of now.
    """
    made = now()
    for match in matches:
        if match.outcome is Outcome.NEW:
            continue
        linked = match.outcome is Outcome.LINKED
        options = match.options[:1] if linked else match.options or (Scored("", 0.0),)
        for option in options:
            reasons = (*option.features, *match.features)
            if any(feature.name == "decided" for feature in reasons):
                continue
            candidate = match.candidate
            yield Link(
                candidate=candidate.key,
                target=option.key,
                label=candidate.names[0] if candidate.names else candidate.key,
                target_label=linker.label(option.key),
                score=option.score,
                status="linked" if linked else "open",
                zh="；".join(feature.words("zh") for feature in reasons),
                en="; ".join(feature.words("en") for feature in reasons),
                justification=_justification(option.features),
                names=tuple(sorted(set(candidate.names))),
                identifiers=tuple(sorted(f"{s} {v}" for s, v in candidate.identifiers.items())),
                source=source,
                version=tool_version(),
                made=made,
            )


def _justification(features: Iterable[Feature]) -> str:
    names = {feature.name for feature in features}
    return "CompositeMatching" if len(names) > 1 else "LexicalMatching"


def settled(link: Link, status: str, reviewer: str) -> Link:
    """A link with a decision.

    Args:
        link: The link.
        status: `accepted`, `rejected`, `later`, or `open` to take a decision back.
        reviewer: Who decides.
    """
    back = status == "open"
    return replace(
        link, status=status, reviewer="" if back else reviewer, decided="" if back else now()
    )


__all__ = [
    "ELSEWHERE", "LINKS", "SAME_AS", "SEMAPV", "SSSOM", "STATUSES", "Link", "decided", "iri_of",
    "of", "on", "read", "settled", "standing",
]  # fmt: skip

"""What the graph says of one thing: names, facts with their places, relations out and in.

The queries stand in `kg/queries/browse`. Nothing here knows of pages: the same description serves
the HTML page, the terminal and the notebook.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg import asking, rq
from kg.asking import Selecting
from kg.citing import text_of
from kg.description import (
    Description,
    Fact,
    FactGroup,
    Identifier,
    Related,
    Relation,
    Thing,
    Value,
)
from kg.figures import Names, facts, places, rows_about
from kg.namespaces import DCTERMS, ISTC, RDF, RDFS, SKOS
from kg.rq import Term

#: Items of a list that a description holds; the totals count all.
SHOWN = 50
#: Facts that a description holds in all, so that a hub does not fill the memory.
SHOWN_FACTS = 400

_NAMES = {RDFS + "label", SKOS + "prefLabel"}
_ALTERNATIVES = {SKOS + "altLabel"}
_TEXTS = {DCTERMS + "description", SKOS + "definition", RDFS + "comment"}
_ELSEWHERE = {
    RDF + "type",
    ISTC + "namedIn",
    ISTC + "hasIdentifier",
    ISTC + "hasFact",
    ISTC + "states",
}
_INFERRED = "/graph/inferred"


def _is_fact(iri: str) -> bool:
    return "/id/fact/" in iri


def exists(engine: Selecting, iri: str) -> bool:
    """Whether the graph says anything of a thing, or has a named graph of this name."""
    return bool(rows_about(engine, "exists", "thing", [iri]))


def near(engine: Selecting, iri: str, number: int = 5) -> list[str]:
    """IRIs of things whose keys look like this one's, best first."""
    start, _, key = iri.rpartition("/")
    text = rq.load("kg", "queries", "browse", "near").text
    rows = engine.select(rq.bind(text, ["start"], [[Literal(start + "/")]]))
    keys = {text_of(row["thing"]).rpartition("/")[2]: text_of(row["thing"]) for row in rows}
    # Keys are compared without case, since country codes are written in capitals.
    folded = {name.casefold(): name for name in keys}
    wanted = key.casefold()
    found = difflib.get_close_matches(wanted, folded, n=5 * number, cutoff=0.5)
    # Between equally close ones, those that begin alike come first.
    found.sort(
        key=lambda name: (
            -difflib.SequenceMatcher(None, name, wanted).ratio(),
            -len([*takewhile(lambda pair: pair[0] == pair[1], zip(name, wanted, strict=False))]),
        )
    )
    return [keys[folded[name]] for name in found[:number]]


def _fact_groups(engine: Selecting, iri: str, names: Names) -> tuple[FactGroup, ...]:
    grouped: dict[tuple[str, str], list[str]] = {}
    for row in rows_about(engine, "facts", "thing", [iri]):
        role, fact = text_of(row["role"]), text_of(row["fact"])
        if role in (ISTC + "subject", ISTC + "object") or fact == iri:
            continue  # shown as relations, with the same places
        members = grouped.setdefault((role, text_of(row.get("group"))), [])
        if fact not in members:
            members.append(fact)
    names.learn({iri for key in grouped for iri in key if iri})
    order = sorted(
        grouped, key=lambda key: (key[0] != ISTC + "about", key[0], names.order(Thing(key[1])))
    )
    shown: dict[tuple[str, str], list[str]] = {}
    left = SHOWN_FACTS
    for key in order:
        shown[key] = sorted(grouped[key])[: min(SHOWN, left)]
        left -= len(shown[key])
    content = facts(engine, (fact for some in shown.values() for fact in some), names.language)
    return tuple(
        FactGroup(
            names.thing(role),
            names.thing(heading) if heading else None,
            tuple(
                sorted(
                    (content[fact] for fact in shown[role, heading] if fact in content),
                    key=lambda fact: (fact.period or "", fact.iri),
                )
            ),
            len(grouped[role, heading]),
        )
        for role, heading in order
    )


_Key = tuple[str, str, Term]


class _Relations:
    """The relations of one thing, out and in, with the facts that state them."""

    def __init__(self, engine: Selecting, iri: str, names: Names) -> None:
        self.iri = iri
        self._engine, self._names = engine, names
        self.out = self._collect("outgoing", "object")
        self.into = self._collect("incoming", "subject")
        self.totals = {
            text_of(row["predicate"]): int(text_of(row["number"]))
            for row in rows_about(engine, "incoming-counts", "thing", [iri])
        }
        self._behind: dict[_Key, list[tuple[str, str | None]]] = {}
        for row in rows_about(engine, "relation-facts", "thing", [iri]):
            key = (text_of(row["subject"]), text_of(row["predicate"]), row["object"])
            entry = (text_of(row["fact"]), text_of(row.get("period")) or None)
            self._behind.setdefault(key, []).append(entry)
        self._sources = asking.sources(
            engine, [fact for some in self._behind.values() for fact, _ in some[:SHOWN]]
        )

    def _collect(self, query: str, other: str) -> dict[str, dict[Term, bool]]:
        """Property → other end → whether it is only inferred."""
        found: dict[str, dict[Term, bool]] = {}
        for row in rows_about(self._engine, query, "thing", [self.iri]):
            ends = found.setdefault(text_of(row["predicate"]), {})
            inferred = text_of(row["graph"]).endswith(_INFERRED)
            ends[row[other]] = ends.get(row[other], True) and inferred
        return found

    def literals(self, predicates: set[str]) -> Iterator[Literal]:
        """Literal values of some properties."""
        for predicate in predicates:
            for term in self.out.get(predicate, {}):
                if isinstance(term, Literal):
                    yield term

    def listed(self) -> tuple[list[Relation], list[Relation], list[Relation]]:
        """Literal properties, relations to other things, relations of other things."""
        inverse = {
            text_of(row["predicate"]): text_of(row["inverse"])
            for row in rows_about(self._engine, "inverses", "predicate", sorted(self.into))
        }
        hidden = _NAMES | _ALTERNATIVES | _TEXTS | _ELSEWHERE
        ends = [t for side in (self.out, self.into) for some in side.values() for t in some]
        self._names.learn(text_of(term) for term in ends if isinstance(term, NamedNode))
        self._names.learn({*self.out, *self.into, *inverse.values()})
        # An inferred tie is worth showing only between things that no stated tie joins.
        stated = {
            term
            for side in (self.out, self.into)
            for predicate, some in side.items()
            if predicate not in _ELSEWHERE
            for term, inferred in some.items()
            if not inferred
        }
        properties: list[Relation] = []
        out: list[Relation] = []
        for predicate in sorted(set(self.out) - hidden):
            some = {t: i for t, i in self.out[predicate].items() if not (i and t in stated)}
            texts: dict[Term, bool] = {t: i for t, i in some.items() if isinstance(t, Literal)}
            things = {t: i for t, i in some.items() if t not in texts and not _is_fact(text_of(t))}
            properties += self._relation(predicate, None, texts, incoming=False)
            out += self._relation(predicate, None, things, incoming=False)
        into: list[Relation] = []
        for predicate in sorted(set(self.into) - {ISTC + "inDocument"}):
            some = {t: i for t, i in self.into[predicate].items() if not (i and t in stated)}
            into += self._relation(predicate, inverse.get(predicate), some, incoming=True)
        return properties, out, into

    def _relation(
        self, predicate: str, inverse: str | None, ends: dict[Term, bool], *, incoming: bool
    ) -> Iterator[Relation]:
        if not ends:
            return
        items = sorted(
            (self._related(predicate, term, inferred, incoming) for term, inferred in ends.items()),
            key=lambda item: (item.inferred, self._names.order(item.node)),
        )
        held_back = len(self.into.get(predicate, {})) - len(ends) if incoming else 0
        total = self.totals.get(predicate, 0) - held_back if incoming else len(items)
        yield Relation(
            self._names.thing(predicate),
            self._names.thing(inverse) if inverse else None,
            tuple(items[:SHOWN]),
            max(total, len(items)),
        )

    def _related(self, predicate: str, term: Term, inferred: bool, incoming: bool) -> Related:
        key = (
            (text_of(term), predicate, NamedNode(self.iri))
            if incoming
            else (self.iri, predicate, term)
        )
        behind = self._behind.get(key, [])
        return Related(
            self._names.node(term),
            inferred,
            next((period for _, period in behind if period), None),
            tuple(fact for fact, _ in behind),
            tuple(source for fact, _ in behind for source in self._sources.get(fact, ())),
        )


def describe(engine: Selecting, iri: str, lang: str = "zh") -> Description | None:
    """Describe one thing.

    Args:
        engine: Where to ask.
        iri: IRI of the thing, ours or not.
        lang: Reader's language, for the order of lists.

    Returns:
        The description; None when the graph says nothing of it.
    """
    names = Names(engine, lang)
    relations = _Relations(engine, iri, names)
    groups = _fact_groups(engine, iri, names)
    if not (relations.out or relations.into or groups):
        return None
    types = relations.out.get(RDF + "type", {})
    stated = [t for t, inferred in types.items() if not inferred] or list(types)
    identifiers = rows_about(engine, "identifiers", "thing", [iri])
    names.learn([iri, *map(text_of, stated), *(text_of(row["scheme"]) for row in identifiers)])
    properties, outgoing, incoming = relations.listed()
    alternatives: dict[str, tuple[str, ...]] = {}
    for literal in sorted(relations.literals(_ALTERNATIVES), key=lambda found: found.value):
        tag = literal.language or ""
        alternatives[tag] = (*alternatives.get(tag, ()), literal.value)
    named = places(engine, map(text_of, relations.out.get(ISTC + "namedIn", {})))
    return Description(
        thing=names.thing(iri),
        classes=tuple(sorted((names.thing(text_of(t)) for t in stated), key=names.order)),
        alternatives=alternatives,
        text={t.language or "en": t.value for t in relations.literals(_TEXTS)},
        identifiers=tuple(
            Identifier(names.thing(text_of(row["scheme"])), text_of(row["value"]))
            for row in identifiers
        ),
        properties=tuple(properties),
        outgoing=tuple(outgoing),
        incoming=tuple(incoming),
        fact_groups=groups,
        named_in=tuple(named[key] for key in sorted(named)),
        itself=facts(engine, [iri], lang).get(iri) if _is_fact(iri) else None,
    )


def _quads(rows: Iterable[dict[str, Term]]) -> Iterator[Quad]:
    for row in rows:
        subject, predicate, object_ = row["subject"], row["predicate"], row["object"]
        graph = row.get("graph")
        if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode):
            name = graph if isinstance(graph, NamedNode) else DefaultGraph()
            yield Quad(subject, predicate, object_, name)


def document(engine: Selecting, iri: str) -> list[Quad]:
    """The RDF description of a thing, whole.

    Args:
        engine: Where to ask.
        iri: IRI of the thing, or of a named graph.

    Returns:
        What the graph says of it and of the facts it has a part in, their places, and the labels
        of all IRIs mentioned; empty when there is nothing.
    """
    if "/graph/" in iri:
        return list(_quads(rows_about(engine, "graph-document", "graph", [iri])))
    quads = list(_quads(rows_about(engine, "document", "thing", [iri])))
    mentioned = {
        term.value
        for quad in quads
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, NamedNode)
    }
    quads += _quads(rows_about(engine, "labels-document", "subject", sorted(mentioned)))
    return list(dict.fromkeys(quads))


def questions(engine: Selecting) -> list[Quad]:
    """The catalogue of questions as RDF: each a `sh:SPARQLExecutable` with its parameters."""
    rows = engine.select(rq.load("kg", "queries", "browse", "questions").text)
    return list(dict.fromkeys(_quads(rows)))


def graph_sizes(engine: Selecting) -> dict[str, int]:
    """IRI of each named graph → number of its triples."""
    rows = engine.select(rq.load("kg", "queries", "browse", "graph-size").text)
    return {text_of(row["graph"]): int(text_of(row["number"])) for row in rows}


def graph_contents(engine: Selecting, iri: str) -> list[tuple[Thing, int]]:
    """The classes of the things that a named graph types, with their numbers, most first."""
    rows = rows_about(engine, "graph-counts", "graph", [iri])
    counts = Counter({text_of(row["class"]): int(text_of(row["number"])) for row in rows})
    named = asking.labels(engine, counts)
    return [(Thing(i, named.get(i, {})), number) for i, number in counts.most_common()]


def terms(engine: Selecting) -> dict[str, dict[str, list[Term]]]:
    """The terms of the ontology: IRI → property → values."""
    found: dict[str, dict[str, list[Term]]] = {}
    for row in engine.select(rq.load("kg", "queries", "browse", "terms").text):
        properties = found.setdefault(text_of(row["term"]), {})
        properties.setdefault(text_of(row["predicate"]), []).append(row["object"])
    return found


__all__ = [
    "Description",
    "Fact",
    "FactGroup",
    "Identifier",
    "Related",
    "Relation",
    "Thing",
    "Value",
    "describe",
    "document",
    "exists",
    "facts",
    "graph_contents",
    "graph_sizes",
    "near",
    "places",
    "questions",
    "terms",
]

"""What the graph says of one thing: names, facts with their places, relations out and in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from kg import rq
from kg.asking import Selecting
from kg.browsing import comparing, moments
from kg.citing import cited, text_of
from kg.description import (
    Comparison,
    Description,
    Fact,
    FactGroup,
    Identifier,
    Related,
    Relation,
    Uses,
)
from kg.figures import Names, fact, mentioned, rows_about, said
from kg.namespaces import DCTERMS, ISTC, RDF, RDFS, SKOS
from kg.rq import Term

#: Items of a list that a description holds; the totals count all.
SHOWN = 15
#: Facts that a description holds in all, so that a hub does not fill the memory.
SHOWN_FACTS = 100

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
_TYPE = RDF + "type"
_IDENTIFIER = ISTC + "hasIdentifier"
_IN_DOCUMENT = ISTC + "inDocument"
_STATED_IN = ISTC + "statedIn"
_WITHIN = ISTC + "withinLocation"
#: Local name of the property that only facts of a series have.
_SERIES = "seriesKey"
#: Roles of the ends of a relation.
_TIES = (ISTC + "subject", ISTC + "object")
#: Ends that a query gives at most in each direction; past it they are counted.
_CUT = 5000


def _is_fact(iri: str) -> bool:
    return "/id/fact/" in iri


@dataclass
class _Group:
    """The facts that a thing has one part in, under one heading."""

    all: dict[str, None] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)


def _groups(rows: Iterable[dict[str, Term]], iri: str) -> dict[tuple[str, str], _Group]:
    """Role and heading → its facts, and which of them are shown."""
    found: dict[tuple[str, str], _Group] = {}
    for row in rows:
        role, fact = text_of(row["role"]), text_of(row["fact"])
        if role in _TIES or fact == iri:
            continue  # shown as relations, with the same places
        found.setdefault((role, text_of(row.get("group"))), _Group()).all[fact] = None
    left = SHOWN_FACTS
    for key in sorted(found, key=lambda key: (key[0] != ISTC + "about", key)):
        group = found[key]
        # What a place states is read as one text.
        most = left if key[0] == _STATED_IN else min(SHOWN, left)
        group.shown = sorted(group.all)[:most]
        left -= len(group.shown)
    return found


_Key = tuple[str, str, Term]
_Ends = dict[str, dict[Term, bool]]


class _Reading:
    """All that is read of one thing, with as few queries as there are kinds of answers."""

    def __init__(self, engine: Selecting, iri: str, language: str, without: frozenset[str]) -> None:
        self.iri = iri
        self.names = Names(engine, language)
        # Property → other end → whether it is only inferred.
        self.out: _Ends = {}
        self.into: _Ends = {}
        self.totals: dict[str, int] = {}
        self._read_ends(engine)
        rows = rows_about(engine, "facts", "thing", [iri])
        self.groups = _groups((row for row in rows if text_of(row["role"]) not in without), iri)
        self.behind: dict[_Key, list[tuple[str, str | None]]] = {}
        if _is_fact(iri) or any(text_of(row["role"]) in _TIES for row in rows):
            self._read_ties(engine)
        self.uses = self._read_uses(engine)
        self.content = said(engine, self._facts())
        self.compared = comparing.compared(
            engine, (fact for fact, found in self.content.items() if _SERIES in found)
        )
        others = (fact for found in self.compared for fact in found.facts)
        self.content |= said(engine, (fact for fact in others if fact not in self.content))
        self.sources, self.located = cited(
            engine,
            {*self.content, *(fact for some in self.behind.values() for fact, _ in some[:SHOWN])},
            map(text_of, self.out.get(ISTC + "namedIn", {})),
        )
        self.identifiers = (
            rows_about(engine, "identifiers", "thing", [iri]) if _IDENTIFIER in self.out else []
        )
        self.inverse = {
            text_of(row["predicate"]): text_of(row["inverse"])
            for row in engine.select(rq.load("kg", "queries", "browse", "inverses").text)
        }
        self.names.learn(self._mentioned(), self.located)

    def __bool__(self) -> bool:
        """Whether the graph says anything of it."""
        return bool(self.out or self.into or self.groups or self.uses)

    def _facts(self) -> Iterator[str]:
        yield from (fact for group in self.groups.values() for fact in group.shown)
        if _is_fact(self.iri):
            yield self.iri

    def _read_ends(self, engine: Selecting) -> None:
        counted: dict[str, set[Term]] = {}
        for row in rows_about(engine, "ends", "thing", [self.iri]):
            predicate, incoming = text_of(row["predicate"]), text_of(row["incoming"]) == "true"
            inferred = text_of(row["graph"]).endswith(_INFERRED)
            if incoming and inferred and predicate == _WITHIN:
                continue  # the places within the places within it
            ends = (self.into if incoming else self.out).setdefault(predicate, {})
            ends[row["other"]] = ends.get(row["other"], True) and inferred
            if incoming:
                counted.setdefault(predicate, set()).add(row["other"])
        self.totals = {predicate: len(ends) for predicate, ends in counted.items()}
        if sum(self.totals.values()) >= _CUT:
            self.totals = {
                text_of(row["predicate"]): int(text_of(row["number"]))
                for row in rows_about(engine, "incoming-counts", "thing", [self.iri])
            }

    def _read_ties(self, engine: Selecting) -> None:
        for row in rows_about(engine, "relation-facts", "thing", [self.iri]):
            key = (text_of(row["subject"]), text_of(row["predicate"]), row["object"])
            entry = (text_of(row["fact"]), text_of(row.get("period")) or None)
            self.behind.setdefault(key, []).append(entry)

    def _read_uses(self, engine: Selecting) -> tuple[int, list[tuple[Term, Term]]] | None:
        """How often the thing is used as a property, and by which statements, if it is one."""
        if (self.out or self.into or self.groups) and not any(
            text_of(kind).endswith("Property") for kind in self.out.get(_TYPE, {})
        ):
            return None
        rows = rows_about(engine, "uses", "predicate", [self.iri])
        if not rows:
            return None
        (counted,) = rows_about(engine, "use-counts", "predicate", [self.iri])
        pairs = list(dict.fromkeys((row["subject"], row["object"]) for row in rows))
        return int(text_of(counted["number"])), pairs

    def _mentioned(self) -> set[str]:
        # The places of a document are listed elsewhere, and a document has many.
        into = {name: some for name, some in self.into.items() if name != _IN_DOCUMENT}
        ends = [t for side in (self.out, into) for some in side.values() for t in some]
        used = [end for pair in (self.uses[1] if self.uses else ()) for end in pair]
        return {
            self.iri,
            *(term.value for term in (*ends, *used) if isinstance(term, NamedNode)),
            *self.out,
            *self.into,
            *(self.inverse[name] for name in self.into if name in self.inverse),
            *(text_of(row["scheme"]) for row in self.identifiers),
            *(iri for key in self.groups for iri in key if iri),
            *mentioned(self.content.values()),
            *(found.outcome for found in self.compared),
        }

    def fact(self, iri: str) -> Fact:
        """One of the facts that were read."""
        return fact(iri, self.content[iri], self.names, self.sources.get(iri, ()))

    def comparisons(self) -> tuple[Comparison, ...]:
        """The figures for which documents are compared, those that differ first."""
        return tuple(
            Comparison(
                self.names.thing(found.outcome),
                tuple(self.fact(fact) for fact in found.facts if fact in self.content),
            )
            for found in self.compared
        )

    def fact_groups(self) -> tuple[FactGroup, ...]:
        """The facts by role and heading, those about the thing first."""
        order = self.names.order
        found = [
            FactGroup(
                self.names.thing(role),
                self.names.thing(heading) if heading else None,
                tuple(
                    sorted(
                        (self.fact(fact) for fact in group.shown if fact in self.content),
                        key=lambda fact: (fact.period or "", fact.iri),
                    )
                ),
                len(group.all),
            )
            for (role, heading), group in self.groups.items()
        ]
        return tuple(
            sorted(
                found,
                key=lambda group: (
                    group.role.iri != ISTC + "about",
                    group.role.iri,
                    order(group.heading) if group.heading else "",
                ),
            )
        )

    def literals(self, predicates: set[str]) -> Iterator[Literal]:
        """Literal values of some properties."""
        for predicate in predicates:
            for term in self.out.get(predicate, {}):
                if isinstance(term, Literal):
                    yield term

    def listed(self) -> tuple[list[Relation], list[Relation], list[Relation]]:
        """Literal properties, relations to other things, relations of other things."""
        hidden = _NAMES | _ALTERNATIVES | _TEXTS | _ELSEWHERE
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
        for predicate in sorted(set(self.into) - {_IN_DOCUMENT}):
            some = {t: i for t, i in self.into[predicate].items() if not (i and t in stated)}
            into += self._relation(predicate, self.inverse.get(predicate), some, incoming=True)
        return properties, out, into

    def _relation(
        self, predicate: str, inverse: str | None, ends: dict[Term, bool], *, incoming: bool
    ) -> Iterator[Relation]:
        if not ends:
            return
        items = sorted(
            (self._related(predicate, term, inferred, incoming) for term, inferred in ends.items()),
            key=lambda item: (item.inferred, self.names.order(item.node)),
        )
        held_back = len(self.into.get(predicate, {})) - len(ends) if incoming else 0
        total = self.totals.get(predicate, 0) - held_back if incoming else len(items)
        yield Relation(
            self.names.thing(predicate),
            self.names.thing(inverse) if inverse else None,
            tuple(items[:SHOWN]),
            max(total, len(items)),
        )

    def _related(self, predicate: str, term: Term, inferred: bool, incoming: bool) -> Related:
        key = (
            (text_of(term), predicate, NamedNode(self.iri))
            if incoming
            else (self.iri, predicate, term)
        )
        behind = self.behind.get(key, [])
        return Related(
            self.names.node(term),
            inferred,
            next((period for _, period in behind if period), None),
            tuple(fact for fact, _ in behind),
            tuple(source for fact, _ in behind for source in self.sources.get(fact, ())),
        )


def describe(
    engine: Selecting, iri: str, lang: str = "zh", *, without: frozenset[str] = frozenset()
) -> Description | None:
    """Describe one thing.

    Args:
        engine: Where to ask.
        iri: IRI of the thing, ours or not.
        lang: Reader's language, for the order of lists.
        without: IRIs of the parts in facts that are not wanted, e.g. `statedIn`.

    Returns:
        The description; None when the graph says nothing of it.
    """
    read = _Reading(engine, iri, lang, without)
    if not read:
        return None
    names = read.names
    types = read.out.get(_TYPE, {})
    stated = [t for t, inferred in types.items() if not inferred] or list(types)
    properties, outgoing, incoming = read.listed()
    alternatives: dict[str, tuple[str, ...]] = {}
    for literal in sorted(read.literals(_ALTERNATIVES), key=lambda found: found.value):
        tag = literal.language or ""
        alternatives[tag] = (*alternatives.get(tag, ()), literal.value)
    groups = read.fact_groups()
    named_in = sorted(map(text_of, read.out.get(ISTC + "namedIn", {})))
    return Description(
        thing=names.thing(iri),
        classes=tuple(sorted((names.thing(text_of(t)) for t in stated), key=names.order)),
        alternatives=alternatives,
        text={t.language or "en": t.value for t in read.literals(_TEXTS)},
        identifiers=tuple(
            Identifier(names.thing(text_of(row["scheme"])), text_of(row["value"]))
            for row in read.identifiers
        ),
        properties=tuple(properties),
        outgoing=tuple(outgoing),
        incoming=tuple(incoming),
        fact_groups=groups,
        named_in=tuple(read.located[key] for key in named_in if key in read.located),
        itself=read.fact(iri) if iri in read.content and _is_fact(iri) else None,
        kinds=frozenset(map(text_of, types)),
        uses=None
        if read.uses is None
        else Uses(
            read.uses[0],
            tuple((names.node(subject), names.node(object_)) for subject, object_ in read.uses[1]),
        ),
        comparisons=read.comparisons(),
        moments=moments.moments(engine, names, properties, outgoing, incoming, groups),
    )

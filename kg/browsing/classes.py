"""Classes: where each stands, what its things have, and the things themselves, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from kg import asking, rq
from kg.asking import Selecting
from kg.catalogue import Bilingual
from kg.citing import text_of
from kg.description import Thing
from kg.figures import rows_about
from kg.namespaces import RDFS
from kg.rq import Term

#: Orders of the things of a class.
SORTS = ("name", "facts")


@dataclass
class Class:
    """A class.

    Attributes:
        thing: Its IRI and name.
        text: Its definition.
        parents: IRIs of the classes that it is a kind of.
        children: IRIs of its kinds.
        number: How many things it has, those of its kinds counted.
    """

    thing: Thing
    text: Bilingual = field(default_factory=dict)
    parents: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    number: int = 0


@dataclass(frozen=True)
class Used:
    """A property that the things of a class have: in how many statements, and if made for it."""

    thing: Thing
    number: int
    own: bool


@dataclass(frozen=True)
class Filter:
    """Which things of a class are wanted.

    Attributes:
        within: IRI of a narrower class.
        country: IRI of the country that they are located in.
        text: A piece of a name.
        sort: One of `SORTS`.
    """

    within: str | None = None
    country: str | None = None
    text: str = ""
    sort: str = SORTS[0]

    def terms(self) -> list[Term | None]:
        """Its values for a VALUES block."""
        return [
            None if self.within is None else NamedNode(self.within),
            None if self.country is None else NamedNode(self.country),
            Literal(self.text.lower()) if self.text else None,
        ]


@dataclass(frozen=True)
class Member:
    """A thing of a class, with its narrowest classes and the countries it is located in."""

    thing: Thing
    kinds: tuple[str, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True)
class Counts:
    """How many things a filter leaves: in all, by narrowest class, by country; most first."""

    total: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    countries: dict[str, int] = field(default_factory=dict)


def classes(engine: Selecting) -> dict[str, Class]:
    """The classes of the ontology, and those of others that have things.

    Args:
        engine: Where to ask.

    Returns:
        IRI → class.
    """
    found: dict[str, Class] = {}
    for row in engine.select(rq.load("kg", "queries", "browse", "classes").text):
        known = found.setdefault(iri := text_of(row["class"]), Class(Thing(iri)))
        name, value = text_of(row["property"]), row["value"]
        if name == RDFS + "subClassOf" and text_of(value) != iri:
            known.parents.append(text_of(value))
        elif isinstance(value, Literal):
            into = known.thing.label if name == RDFS + "label" else known.text
            into[value.language or "en"] = value.value
    for row in engine.select(rq.load("kg", "queries", "browse", "class-counts").text):
        iri = text_of(row["class"])
        found.setdefault(iri, Class(Thing(iri))).number = int(text_of(row["number"]))
    for iri, known in found.items():
        known.parents = [parent for parent in known.parents if parent in found]
        for parent in known.parents:
            found[parent].children.append(iri)
    return found


def properties(engine: Selecting, iri: str) -> list[Used]:
    """The properties that the things of a class have, most used first."""
    rows = rows_about(engine, "class-properties", "class", [iri])
    named = asking.labels(engine, (text_of(row["property"]) for row in rows))
    return [
        Used(
            Thing(name, named.get(name, {})),
            int(text_of(row["number"])),
            text_of(row["own"]) == "true",
        )
        for row in rows
        for name in [text_of(row["property"])]
    ]


def counts(engine: Selecting, iri: str, wanted: Filter) -> Counts:
    """How many things of a class there are.

    Args:
        engine: Where to ask.
        iri: IRI of the class.
        wanted: Which of its things.

    Returns:
        Their number in all, and by what they can be filtered further.
    """
    text = rq.load("kg", "queries", "browse", "class-facets").text
    row = [NamedNode(iri), *wanted.terms()]
    found: dict[str, dict[str, int]] = {"all": {}, "kind": {}, "country": {}}
    for answer in engine.select(rq.bind(text, ["class", "within", "in", "text"], [row])):
        if "facet" in answer:
            number = int(text_of(answer["number"]))
            found[text_of(answer["facet"])][text_of(answer.get("value"))] = number
    return Counts(found["all"].get("", 0), found["kind"], found["country"])


def members(
    engine: Selecting, iri: str, wanted: Filter, language: str, *, limit: int, offset: int = 0
) -> list[Member]:
    """Things of a class, in order.

    Args:
        engine: Where to ask.
        iri: IRI of the class.
        wanted: Which of its things, and their order.
        language: Reader's language, for the order by name.
        limit: How many at most.
        offset: How many are left out before.

    Returns:
        The things.
    """
    text = rq.cut(rq.load("kg", "queries", "browse", "class-members").text, limit, offset)
    row = [NamedNode(iri), *wanted.terms(), Literal(language), Literal(wanted.sort)]
    names = ["class", "within", "in", "text", "language", "by"]
    found: dict[str, tuple[Bilingual, list[str], list[str]]] = {}
    for answer in engine.select(rq.bind(text, names, [row])):
        if "thing" not in answer:
            continue
        label, kinds, countries = found.setdefault(text_of(answer["thing"]), ({}, [], []))
        name = answer.get("label")
        if isinstance(name, Literal):
            label[name.language or ""] = name.value
        for key, into in (("kind", kinds), ("country", countries)):
            value = text_of(answer.get(key))
            if value and value not in into:
                into.append(value)
    return [
        Member(Thing(thing, label), tuple(sorted(kinds)), tuple(sorted(countries)))
        for thing, (label, kinds, countries) in found.items()
    ]


__all__ = [
    "SORTS",
    "Class",
    "Counts",
    "Filter",
    "Member",
    "Used",
    "classes",
    "counts",
    "members",
    "properties",
]

"""The parts of a description: things, facts with their places, relations."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.asking import Source
from kg.catalogue import Bilingual


@dataclass(frozen=True)
class Thing:
    """Something with an IRI, and its name by language (empty when it has none)."""

    iri: str
    label: Bilingual = field(default_factory=dict)


@dataclass(frozen=True)
class Value:
    """A literal: its text, language tag and the IRI of its datatype."""

    text: str
    language: str | None = None
    datatype: str | None = None


@dataclass(frozen=True)
class Fact:
    """One thing that one place states.

    Attributes:
        iri: Its IRI.
        kind: Local name of its class, e.g. `QuantitativeFact`.
        about: What it is about.
        heading: Indicator, kind of claim, or relation.
        value: The normalised number.
        value_text: The number as printed.
        unit: Unit of the number.
        symbol: Symbol of the unit.
        qualifier: Exact, about, more than …
        bounds: Lowest and highest number compatible with the wording.
        period: Time it is about, in EDTF.
        basis: Whether the time is stated, implied or unknown.
        dimensions: Local name of a dimension → its values (counterpart, area, category …).
        subject: Subject of a relation.
        object: Object of a relation.
        statement: The claim in our words.
        note: Remark.
        sources: The places that state it.
        bases: IRIs of the facts that it is computed from.
    """

    iri: str
    kind: str
    about: tuple[Thing, ...] = ()
    heading: Thing | None = None
    value: str | None = None
    value_text: str | None = None
    unit: Thing | None = None
    symbol: str | None = None
    qualifier: Thing | None = None
    bounds: tuple[str | None, str | None] = (None, None)
    period: str | None = None
    basis: Thing | None = None
    dimensions: dict[str, tuple[Thing, ...]] = field(default_factory=dict)
    subject: Thing | None = None
    object: Thing | Value | None = None
    statement: Bilingual = field(default_factory=dict)
    note: Bilingual = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    bases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Figures of several documents for one question, and whether they agree.

    Attributes:
        outcome: Agree, compatible or conflict; of several pairs the worst.
        facts: The figures.
    """

    outcome: Thing
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Moment:
    """Something that happened to a thing, or that is said of one time.

    Attributes:
        period: When, in EDTF.
        what: The relation or kind of claim.
        node: The other thing; None where it is said of the thing itself.
        statement: A claim in our words.
        incoming: Whether the other thing is the subject.
        facts: IRIs of the facts that say so.
        sources: The places that state them.
    """

    period: str
    what: Thing
    node: Thing | Value | None = None
    statement: Bilingual = field(default_factory=dict)
    incoming: bool = False
    facts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class FactGroup:
    """Facts that a thing has the same part in, under one heading; `total` counts all."""

    role: Thing
    heading: Thing | None
    facts: tuple[Fact, ...]
    total: int


@dataclass(frozen=True)
class Related:
    """The other end of a relation, with the facts and places behind it."""

    node: Thing | Value
    inferred: bool = False
    period: str | None = None
    facts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Relation:
    """All that a thing is joined to by one property; `inverse` names it from the other side."""

    predicate: Thing
    inverse: Thing | None
    items: tuple[Related, ...]
    total: int


@dataclass(frozen=True)
class Identifier:
    """An identifier of a thing in a scheme."""

    scheme: Thing
    value: str


@dataclass(frozen=True)
class Uses:
    """How often a property is used, and some of the statements that use it."""

    number: int
    some: tuple[tuple[Thing | Value, Thing | Value], ...] = ()


@dataclass(frozen=True)
class Description:
    """What the graph says of a thing.

    Attributes:
        thing: The thing with its names.
        classes: Its classes as stated; those inferred only when none is stated.
        alternatives: Language → other names.
        text: Its description or definition.
        identifiers: Its identifiers elsewhere.
        properties: Literal properties.
        outgoing: Relations to other things.
        incoming: Relations of other things to it.
        fact_groups: The facts that it has a part in.
        named_in: The places that name it.
        itself: The thing as a fact, if it is one.
        kinds: IRIs of all its classes, those inferred as well.
        uses: Where it is a property, how it is used.
        comparisons: Its figures for which documents differ or agree.
        moments: What happened to it, in order of time.
    """

    thing: Thing
    classes: tuple[Thing, ...] = ()
    alternatives: dict[str, tuple[str, ...]] = field(default_factory=dict)
    text: Bilingual = field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()
    properties: tuple[Relation, ...] = ()
    outgoing: tuple[Relation, ...] = ()
    incoming: tuple[Relation, ...] = ()
    fact_groups: tuple[FactGroup, ...] = ()
    named_in: tuple[Source, ...] = ()
    itself: Fact | None = None
    kinds: frozenset[str] = frozenset()
    uses: Uses | None = None
    comparisons: tuple[Comparison, ...] = ()
    moments: tuple[Moment, ...] = ()

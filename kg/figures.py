"""Facts with everything that makes a figure citable: wording, unit, time, place in a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode

from kg import asking, rq
from kg.asking import Selecting, Source
from kg.catalogue import Bilingual
from kg.citing import places, rows_for, text_of
from kg.description import Fact, Thing, Value
from kg.rq import Term

#: Local name of a property → its values.
Said = dict[str, list[Term]]
_DIMENSIONS = ("counterpart", "area", "breakdownBy", "population")


def rows_about(
    engine: Selecting, name: str, variable: str, iris: Iterable[str]
) -> list[dict[str, Term]]:
    """Rows of a query of `kg/queries/browse` for these things."""
    return rows_for(engine, rq.load("kg", "queries", "browse", name), variable, iris)


class Names:
    """Collects the IRIs of a description, and names all of them with one query."""

    def __init__(self, engine: Selecting, language: str) -> None:
        self._engine = engine
        self.language = language
        self._labels: dict[str, Bilingual] = {}

    def learn(self, iris: Iterable[str], located: Mapping[str, Source] | None = None) -> None:
        """Look up labels; places in documents are named after document and section.

        Args:
            iris: IRIs of things.
            located: Places that are known already.
        """
        wanted = {iri for iri in iris if iri not in self._labels}
        found = asking.labels(self._engine, wanted)
        known = dict(located or {})
        nameless = {i for i in wanted - set(found) if "/id/location/" in i}
        known |= places(self._engine, nameless - set(known))
        for iri in nameless & set(known):
            place = known[iri]
            found[iri] = {
                tag: f"{asking.pick(place.title, tag) or place.document}, {place.at(tag)}"
                for tag in asking.LANGUAGES
            }
        for iri in wanted:
            self._labels[iri] = found.get(iri, {})

    def thing(self, iri: str) -> Thing:
        """A thing with its name."""
        return Thing(iri, self._labels.get(iri, {}))

    def node(self, term: Term) -> Thing | Value:
        """A thing or a literal."""
        if isinstance(term, Literal):
            return Value(term.value, term.language, term.datatype.value)
        return self.thing(text_of(term))

    def order(self, node: Thing | Value) -> str:
        """What to sort by: the name in the reader's language."""
        if isinstance(node, Value):
            return f"{node.language or ''} {node.text}"
        return asking.pick(node.label, self.language) or node.iri


def said(engine: Selecting, iris: Iterable[str]) -> dict[str, Said]:
    """What facts say, as terms.

    Args:
        engine: Where to ask.
        iris: IRIs of the facts.

    Returns:
        IRI → local name of a property → its values, in the order of the IRIs given.
    """
    wanted = list(dict.fromkeys(iris))
    found: dict[str, Said] = {iri: {} for iri in wanted}
    for row in rows_about(engine, "fact-details", "fact", wanted):
        name = text_of(row["predicate"]).rpartition("#")[2]
        values = found[text_of(row["fact"])].setdefault(name, [])
        if row["object"] not in values:
            values.append(row["object"])
    return {iri: properties for iri, properties in found.items() if properties}


def mentioned(content: Iterable[Said]) -> set[str]:
    """IRIs of the things that facts name."""
    return {
        term.value
        for properties in content
        for name, terms in properties.items()
        if name not in ("statedIn", "period")
        for term in terms
        if isinstance(term, NamedNode)
    }


def fact(iri: str, said: Said, names: Names, sources: tuple[Source, ...]) -> Fact:
    """A fact from what it says.

    Args:
        iri: Its IRI.
        said: Its properties.
        names: Names of the things that it mentions.
        sources: The places that state it.

    Returns:
        The fact.
    """

    def one(name: str) -> Thing | None:
        found = [t.value for t in said.get(name, []) if isinstance(t, NamedNode)]
        return names.thing(found[0]) if found else None

    def text(name: str) -> str | None:
        return text_of(said[name][0]) if name in said else None

    def things(name: str) -> tuple[Thing, ...]:
        found = [names.thing(text_of(term)) for term in said.get(name, [])]
        return tuple(sorted(found, key=names.order))

    def tagged(name: str) -> Bilingual:
        found = [t for t in said.get(name, []) if isinstance(t, Literal)]
        return {t.language or "en": t.value for t in found}

    ends = [*said.get("object", []), *said.get("objectValue", [])]
    kinds = [text_of(term).rpartition("#")[2] for term in said.get("type", [])]
    return Fact(
        iri=iri,
        kind=next(iter(sorted(kinds)), "Fact"),
        about=things("about"),
        heading=one("indicator") or one("claimType") or one("predicate"),
        value=text("value"),
        value_text=text("valueText"),
        unit=one("unit"),
        symbol=text("symbol"),
        qualifier=one("qualifier"),
        bounds=(text("lowerBound"), text("upperBound")),
        period=text("edtf"),
        basis=one("timeBasis"),
        dimensions={name: things(name) for name in _DIMENSIONS if name in said},
        subject=one("subject"),
        object=names.node(ends[0]) if ends else None,
        statement=tagged("statement"),
        note=tagged("noteText"),
        sources=sources,
        bases=tuple(sorted(text_of(term) for term in said.get("computedFrom", []))),
    )

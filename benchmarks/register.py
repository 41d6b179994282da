"""A register of research bodies as an office keeps it, of any size: clean data in our model.

Each row of the register is a body with two names, a record in the register, its country, and its
partners abroad in two years, 37 triples in all. The same seed gives the same register.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kg.namespaces import ID, ISTC, PREFIXES, RDF_TYPE, RDFS, VOCAB, XSD

#: Triples of a row, without the two periods that all share.
TRIPLES = 37
_COUNTRIES = ("CHN", "PAK", "DEU", "FRA", "BRA", "KEN", "THA", "SRB", "EGY", "KAZ", "MYS", "ZAF")
_YEARS = (2021, 2022)
_PLACES = ("east", "west", "north", "south", "coast", "river", "hill", "plain", "lake", "harbour")
_地 = ("东", "西", "北", "南", "海", "江", "山", "原", "湖", "港")
_BLOCK = 2000


def _istc(name: str) -> NamedNode:
    return NamedNode(ISTC + name)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + "decimal"))


_LABEL = NamedNode(RDFS + "label")
_DATE = NamedNode(XSD + "date")


@dataclass(frozen=True)
class Register:
    """A register.

    Attributes:
        key: Its key: `doc/<key>` is its document, `graph/source/<key>` its graph.
        rows: How many bodies it lists.
        seed: Chooses countries and figures.
    """

    key: str
    rows: int
    seed: int = 7

    @property
    def document(self) -> NamedNode:
        """The document of the register."""
        return NamedNode(f"{ID}doc/{self.key}")

    def triples(self) -> Iterator[Triple]:
        """All triples, row by row."""
        yield from self._head()
        chosen = random.Random(self.seed)
        for number in range(self.rows):
            yield from self._row(number, chosen)

    def write(self, path: Path) -> int:
        """Write the triples as N-Triples; return how many they are."""
        count, block = 0, []
        with path.open("wb") as file:
            for triple in self.triples():
                block.append(triple)
                if len(block) == _BLOCK:
                    file.write(serialize(block, format=RdfFormat.N_TRIPLES) or b"")
                    count, block = count + len(block), []
            file.write(serialize(block, format=RdfFormat.N_TRIPLES) or b"")
        return count + len(block)

    def _head(self) -> Iterator[Triple]:
        yield Triple(self.document, RDF_TYPE, _istc("SourceDataset"))
        yield Triple(self.document, _LABEL, Literal(f"机构登记表 {self.key}", language="zh"))
        yield Triple(self.document, _LABEL, Literal(f"Register {self.key}", language="en"))
        yield Triple(self.document, NamedNode(PREFIXES["dcterms"] + "publisher"), Literal("Office"))
        retrieved = Literal("2026-01-15", datatype=_DATE)
        yield Triple(self.document, _istc("retrievedOn"), retrieved)
        for year in _YEARS:
            period = NamedNode(f"{ID}period/{year}")
            yield Triple(period, RDF_TYPE, _istc("Period"))
            yield Triple(period, _istc("edtf"), Literal(str(year)))
            begin, end = (Literal(f"{year}-{day}", datatype=_DATE) for day in ("01-01", "12-31"))
            yield Triple(period, _istc("earliestBegin"), begin)
            yield Triple(period, _istc("latestEnd"), end)

    def _row(self, number: int, chosen: random.Random) -> Iterator[Triple]:
        body = NamedNode(f"{ID}org/{self.key}-{number}")
        place = NamedNode(f"{ID}location/{self.key}/r-{number}")
        ten = number % 10
        yield Triple(body, RDF_TYPE, _istc("ResearchOrganization"))
        zh, en = f"{_地[ten]}部研究所 {self.key} {number} 号", f"{_PLACES[ten]} institute"
        yield Triple(body, _LABEL, Literal(zh, language="zh"))
        yield Triple(body, _LABEL, Literal(f"{en} {self.key} no. {number}", language="en"))
        yield Triple(place, RDF_TYPE, _istc("RecordLocation"))
        yield Triple(place, _istc("inDocument"), self.document)
        yield Triple(place, _istc("locator"), Literal(f"{self.key}/{number}"))
        fact = NamedNode(f"{ID}fact/{self.key}-{number}-0")
        yield Triple(fact, RDF_TYPE, _istc("RelationFact"))
        yield Triple(fact, _istc("subject"), body)
        yield Triple(fact, _istc("predicate"), _istc("locatedIn"))
        country = NamedNode(f"{ID}country/{chosen.choice(_COUNTRIES)}")
        yield Triple(fact, _istc("object"), country)
        yield Triple(fact, _istc("statedIn"), place)
        value = chosen.randrange(1, 60)
        for at, year in enumerate(_YEARS, 1):
            fact = NamedNode(f"{ID}fact/{self.key}-{number}-{at}")
            value += chosen.randrange(5)
            yield Triple(fact, RDF_TYPE, _istc("QuantitativeFact"))
            yield Triple(fact, _istc("about"), body)
            yield Triple(fact, _istc("indicator"), NamedNode(f"{ID}indicator/partner-countries"))
            for name in ("value", "lowerBound", "upperBound"):
                yield Triple(fact, _istc(name), _number(value))
            yield Triple(fact, _istc("valueText"), Literal(str(value)))
            yield Triple(fact, _istc("unit"), NamedNode(f"{ID}unit/country"))
            yield Triple(fact, _istc("qualifier"), NamedNode(f"{VOCAB}value-qualifier/exact"))
            yield Triple(fact, _istc("period"), NamedNode(f"{ID}period/{year}"))
            yield Triple(fact, _istc("timeBasis"), NamedNode(f"{VOCAB}time-basis/stated"))
            yield Triple(fact, _istc("statedIn"), place)
            yield Triple(fact, _istc("factStatus"), NamedNode(f"{VOCAB}fact-status/normal"))

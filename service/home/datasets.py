"""The data sets of the version that answers, kept for it."""

from __future__ import annotations

from dataclasses import dataclass

from kg import asking, describing
from kg.describing import DataSet, Summary
from kg.description import Thing
from service.home import downloads
from service.state import engine, state, version


def sizes() -> dict[str, int]:
    """IRI of each named graph → number of its triples, the journal left out."""
    base = state().settings.base_iri
    found = state().graph_sizes(version().digest)
    return {iri: number for iri, number in found.items() if iri != f"{base}graph/journal"}


def summary() -> Summary:
    """What is in the graph."""
    return state().kept.get(version().digest, "summary", lambda: describing.summary(engine()))


def data_sets() -> tuple[DataSet, ...]:
    """The data sets that are served, the whole graph first."""
    base = state().settings.base_iri
    return state().kept.get(
        version().digest, "datasets", lambda: describing.data_sets(engine(), sizes(), base)
    )


def published() -> list[DataSet]:
    """The data sets that the catalogue lists: the whole, and the facts of each document."""
    return [found for found in data_sets() if found.graph is None or found.document is not None]


#: Triples up to which facts are counted for the catalogue.
COUNTED = 3_000_000


def located() -> dict[str, tuple[int, int]]:
    """IRI of a graph → its facts, and those that name their place; nothing for a huge graph."""
    if data_sets()[0].triples > COUNTED:
        return {}
    base = state().settings.base_iri
    return state().kept.get(version().digest, "located", lambda: describing.located(engine(), base))


@dataclass(frozen=True)
class ClassSet:
    """The things of a class as a data set.

    Attributes:
        thing: Its IRI and the name of the class.
        of: IRI of the class.
        name: Name of its files, e.g. `class/Organization`.
    """

    thing: Thing
    of: str
    name: str


def class_sets() -> tuple[ClassSet, ...]:
    """The classes whose things have files of their own, by their IRIs."""
    now = version()

    def found() -> tuple[ClassSet, ...]:
        classes = downloads.classes(now)
        names = asking.labels(engine(), [part.of for part in classes])
        start = f"{state().settings.base_iri}catalog#class-"
        return tuple(
            ClassSet(
                Thing(start + part.name.rpartition("/")[2], names.get(part.of, {})),
                part.of,
                part.name,
            )
            for part in classes
        )

    return state().kept.get(now.digest, "classes", found)


def changed() -> str | None:
    """When the data were last changed, as xsd:dateTime."""
    base = state().settings.base_iri
    return state().kept.get(version().digest, "changed", lambda: describing.changed(engine(), base))

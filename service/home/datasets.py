"""The data sets of the version that answers, kept for it."""

from __future__ import annotations

from kg import browsing, describing
from kg.describing import DataSet
from service.state import engine, state, version


def sizes() -> dict[str, int]:
    """IRI of each named graph → number of its triples, the journal left out."""
    journal = f"{state().settings.base_iri}graph/journal"
    found = state().kept.get(version().digest, "sizes", lambda: browsing.graph_sizes(engine()))
    return {iri: number for iri, number in found.items() if iri != journal}


def data_sets() -> tuple[DataSet, ...]:
    """The data sets that are served, the whole graph first."""
    base = state().settings.base_iri
    return state().kept.get(
        version().digest, "datasets", lambda: describing.data_sets(engine(), sizes(), base)
    )


def published() -> list[DataSet]:
    """The data sets that the catalogue lists: the whole, and the facts of each document."""
    return [found for found in data_sets() if found.graph is None or found.document is not None]


def changed() -> str | None:
    """When the data were last changed, as xsd:dateTime."""
    base = state().settings.base_iri
    return state().kept.get(version().digest, "changed", lambda: describing.changed(engine(), base))

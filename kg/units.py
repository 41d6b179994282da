"""Units of figures as our own tables name them."""

from __future__ import annotations

from functools import cache

from kg import resources, tables
from kg.namespaces import ID


@cache
def rows() -> dict[str, dict[str, str]]:
    """The cells of each unit, by its key: `unit/paper`."""
    items = (
        resources.root("kg", "facts", "reference", "units.csv"),
        resources.root("kg", "importing", "units.csv"),
    )
    return {row.cells["key"]: row.cells for i in items for row in tables.read(i, "units").rows}


def singular(iri: str) -> str | None:
    """What one of a unit is called in English, where it differs from what many are called.

    Args:
        iri: IRI of the unit.
    """
    row = rows().get(iri.removeprefix(ID))
    return (row["alt_en"] or None) if row else None

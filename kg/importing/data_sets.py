"""The data sets that can be imported, and the rows that they become.

`sets/<key>.yaml` says what a data set is, under which licence, when it was retrieved, what is taken
and what is dropped, and how many rows are expected; `sets/<key>.py` reads its files as a stream and
yields tables of the kinds that `kg/mappings` map (documents, locations, actors, relations,
quantities, identifiers …), each row with the record that states it. Adding a data set is adding
the two files.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kg import resources
from kg.errors import InvalidInput, NotFound
from kg.linking.candidates import Candidate, Linking
from kg.tables import Table

#: Rows of a chunk: enough for speed, few enough for memory.
CHUNK = 2000


@dataclass(frozen=True)
class DataSet:
    """A data set that can be imported.

    Attributes:
        key: Its key, also of its document `doc/<key>` and its graph `graph/source/<key>`.
        title: Title by language (`zh`, `en`).
        publisher: Who publishes it.
        licence: IRI of its licence, or of the statement of rights.
        homepage: Where it is published.
        retrieved: When the copy was retrieved.
        taken: What is taken, by language.
        dropped: What is dropped and why, by language.
        folder: Name of its folder among the data sets.
        expects: Table → number of rows that must come at least.
        more: Whatever else its module needs: code lists, names of columns.
    """

    key: str
    title: Mapping[str, str]
    publisher: str
    licence: str
    homepage: str
    retrieved: date
    taken: Mapping[str, str]
    dropped: Mapping[str, str]
    folder: str
    expects: Mapping[str, int]
    more: Mapping[str, Any]

    def read(self, folder: Path, link: Linking) -> Iterator[Table]:
        """Its tables, in chunks.

        Args:
            folder: The folder with its files.
            link: Finds things that are in the graph already.

        Yields:
            Tables; those of one kind may come in several chunks.

        Raises:
            InvalidInput: A file is missing, or is not what it should be.
        """
        module = importlib.import_module(f"kg.importing.sets.{self.key.replace('-', '_')}")
        read: Callable[[DataSet, Path, Linking], Iterator[Table]] = module.tables
        return read(self, folder, link)


def data_set(key: str) -> DataSet:
    """The data set of a key.

    Raises:
        NotFound: There is none.
    """
    known = data_sets()
    if key not in known:
        raise NotFound(
            f"No data set is called “{key}”.", hint=f"Known are: {', '.join(sorted(known))}."
        )
    return known[key]


def data_sets() -> dict[str, DataSet]:
    """All data sets by key."""
    found = {}
    for item in resources.files("kg", "importing", "sets", suffix=".yaml"):
        entry: dict[str, Any] = yaml.safe_load(item.read_bytes())
        key = item.name.removesuffix(".yaml")
        try:
            found[key] = DataSet(
                key=key,
                title=entry.pop("title"),
                publisher=entry.pop("publisher"),
                licence=entry.pop("licence"),
                homepage=entry.pop("homepage"),
                retrieved=entry.pop("retrieved"),
                taken=entry.pop("taken"),
                dropped=entry.pop("dropped"),
                folder=entry.pop("folder", key),
                expects=entry.pop("expects"),
                more=entry,
            )
        except KeyError as error:
            raise InvalidInput(f"{error} is missing.", where=item.name) from error
    return found


__all__ = ["CHUNK", "Candidate", "DataSet", "Linking", "data_set", "data_sets"]

"""What a computation is given, and what it gives: values, rows, and the door to the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, TypeAlias

from kg.entries import Bilingual
from kg.rq import Term

if TYPE_CHECKING:
    import polars as pl

#: A cell: the IRI of a thing, concept or unit; a text, or one in both languages; a number; the
#: IRIs of facts in a column of evidence; None where there is nothing to say.
Value: TypeAlias = str | Bilingual | int | float | Decimal | Sequence[str] | None
#: Name of a column → cell. A column that is left out is empty.
Row: TypeAlias = dict[str, Value]
#: Name of a table → its rows, in the order in which they are shown.
Tables: TypeAlias = Mapping[str, Iterable[Row]]
#: Name of a parameter → IRI of a thing or concept, text of the others, both ends of a range; None
#: for all.
Values: TypeAlias = Mapping[str, "str | tuple[str | None, str | None] | None"]


class Data(Protocol):
    """The one graph as a computation reads it: one data version, without any change."""

    def table(self, name: str) -> pl.DataFrame:
        """A projection of the graph, `kg/analysis/tables/<name>.rq`.

        Args:
            name: Its name.

        Returns:
            Its rows, each once, sorted; cells that are not bound are null.

        Raises:
            NotFound: There is no such projection.
        """
        ...

    def select(self, name: str, **bindings: Term | Sequence[Term | None]) -> list[dict[str, Term]]:
        """Rows of a query of `kg/queries/analysis`; unbound variables are left out.

        Args:
            name: Name of the file without its ending.
            **bindings: What stands in the block `VALUES ?name { … }` of a variable: one term, or
                several.

        Returns:
            The rows. The graph may be read from disk, where one triple in two graphs is there
            twice: write SELECT DISTINCT.
        """
        ...

    def progress(self, stage: str, done: int | None = None, total: int | None = None) -> None:
        """Tell how far the computation is.

        Args:
            stage: What is being done, in English; readers see it in their language.
            done: Steps that are done.
            total: Steps in all; None when that is not known.
        """
        ...


#: A computation, `kg/analysis/computing/<name>.py`: pure, but for what it reads through `data`.
Compute: TypeAlias = Callable[[Data, Values], Tables]


def key(iri: str) -> str:
    """The last part of an IRI, e.g. `CHN` of …/id/country/CHN."""
    return iri.rpartition("/")[2].rpartition("#")[2]


def years(values: Values, name: str = "years") -> tuple[int | None, int | None]:
    """Both ends of a range of years among the values; None where it is open.

    Args:
        values: The values.
        name: Name of the parameter.
    """
    given = values.get(name)
    if given is None or isinstance(given, str):
        return (int(given), int(given)) if given else (None, None)
    begin, end = given
    return (int(begin) if begin else None, int(end) if end else None)


def number(values: Values, name: str, otherwise: float = 0.0) -> float:
    """A number among the values.

    Args:
        values: The values.
        name: Name of the parameter.
        otherwise: What it is when none is given.
    """
    given = values.get(name)
    return float(given) if isinstance(given, str) and given else otherwise


def text(values: Values, name: str) -> str | None:
    """An IRI or a text among the values, None for all."""
    given = values.get(name)
    return given if isinstance(given, str) else None


__all__ = [
    "Compute",
    "Data",
    "Row",
    "Tables",
    "Value",
    "Values",
    "key",
    "number",
    "text",
    "years",
]

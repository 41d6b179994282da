"""CORDIS matrices: joint participations of two countries in framework programmes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.facts import Declared
from kg.importing.rows import Item
from kg.tables import Table


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    declared = Declared()
    area = facts.areas(link, about.more["areas"])
    yield rows.document(about)
    yield from declared("indicator/joint-project-participations")
    for name, matrix in about.more["matrices"].items():
        yield from declared(matrix["population"])
        for number, code, column, partner, value in _cells(folder / name):
            one, other = area(code), area(partner)
            if one is None or other is None:
                continue
            yield from declared(one)
            yield from declared(other)
            place = f"m{matrix['digit']}-{code}"
            if declared.first(place):
                yield rows.record(
                    place, f"{name} {code}", f"矩阵中 {code} 一行", f"Row {code} of the matrix"
                )
            subject, counterpart = facts.pair(one, other)
            yield facts.quantity(
                f"{matrix['digit']}{number:03d}{column:03d}0",
                subject,
                "joint-project-participations",
                value,
                "participation",
                matrix["period"],
                place,
                period_basis="implied",
                counterpart=counterpart,
                population=matrix["population"],
            )


def _cells(path: Path) -> Iterator[tuple[int, str, int, str, str]]:
    """The cells above the diagonal that are not 0: row, its code, column, its code, value."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            codes = next(lines)
            for number, (code, *values) in enumerate(lines, start=1):
                for column, value in enumerate(values, start=1):
                    if column > number and value != "0":
                        yield number, code, column, codes[column], value
    except (OSError, StopIteration, IndexError, ValueError, csv.Error) as error:
        raise InvalidInput(f"Not a matrix: {error}.", where=path.name) from error

"""OpenAlex co-authorship: figures of countries and their pairs by year, from Pajek networks.

The format is that of Pajek (http://mrvar.fdv.uni-lj.si/pajek/): `*vertices` with number and label,
`*arcs` with two numbers and a weight.
"""

from __future__ import annotations

import itertools
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
    yield from declared("indicator/co-authored-works")
    yield from declared("indicator/works-with-other-countries")
    for year in about.more["years"]:
        name = f"WrldCo{year}.net"
        keys: dict[str, str | None] = {}
        labels: dict[str, str] = {}
        for line, one, other, weight, note in _pairs(folder / name, labels):
            for vertex in (one, other):
                if vertex not in keys:
                    keys[vertex] = key = area(labels[vertex])
                    yield from declared(key or "")
            subject, counterpart = facts.pair(str(keys[one]), str(keys[other]))
            own = one == other
            # The arcs of a vertex make one record; the counterpart of a figure tells which it is.
            place = f"y{year}-{labels[one]}"
            if declared.first(place):
                yield rows.record(place, f"{name} {labels[one]}", "", "")
            yield facts.quantity(
                f"{year % 100:02d}{line:06d}",
                subject,
                "works-with-other-countries" if own else "co-authored-works",
                weight,
                "work",
                str(year),
                place,
                **({} if own else {"counterpart": counterpart}),
                **_remark(note),
            )


def _remark(other: str | None) -> dict[str, str]:
    if other is None:
        return {}
    return {
        "note_zh": f"数据中相反方向的弧为 {other}。",
        "note_en": f"The arc in the opposite direction says {other}.",
    }


def _pairs(path: Path, labels: dict[str, str]) -> Iterator[tuple[int, str, str, str, str | None]]:
    """Line, both vertices, weight, and the differing weight of the opposite arc.

    The diagonal comes as pairs of a vertex with itself. Vertices are put into `labels`; weights are
    held for one year, at most one for each pair.
    """
    weights: dict[tuple[str, str], tuple[int, str]] = {}
    try:
        with path.open(encoding="utf-8-sig") as file:
            numbered = enumerate(map(str.split, file), start=1)
            body = itertools.dropwhile(lambda item: item[1][:1] != ["*vertices"], numbered)
            next(body)
            for _, parts in itertools.takewhile(lambda item: item[1] != ["*arcs"], body):
                labels[parts[0]] = parts[1].strip('"')
            for line, (one, other, weight) in body:
                if one == other:
                    yield line, one, other, weight, None
                    continue
                first = weights.pop((other, one), None)
                if first is None:
                    weights[one, other] = line, weight
                elif first[1] == weight:
                    yield first[0], other, one, weight, None
                else:
                    yield first[0], other, one, first[1], weight
                    yield line, other, one, weight, first[1]
    except (OSError, StopIteration, UnicodeDecodeError, ValueError) as error:
        raise InvalidInput(f"Not a Pajek network: {error}.", where=path.name) from error
    for (one, other), (line, weight) in weights.items():
        yield line, one, other, weight, None

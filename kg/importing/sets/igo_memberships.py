"""Correlates of War: who belongs to which organization related to science, and since when."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.rows import Item
from kg.importing.states import State, States
from kg.tables import Table

_FILE = "igo_year_science.csv"
_STATES = "states2016.csv"
#: Columns before and after those of the states.
_BEFORE, _AFTER = ("ioname", "orgname", "year"), "sdate"

_Year = Mapping[str, str]


@dataclass(frozen=True)
class _Run:
    """Years of equal status that follow each other in the table.

    Attributes:
        status: Code of the status.
        first: The first year.
        last: The last year.
        before: The year of the table before the first, None when there is none.
        latest: Whether the last year is the last of the table.
    """

    status: str
    first: int
    last: int
    before: int | None
    latest: bool

    def period(self, founded: str) -> str:
        """The years in EDTF, the first approximate unless the table shows the change itself."""
        known = founded == str(self.first) if self.before is None else self.first - self.before == 1
        first = f"{self.first}{'' if known else '~'}"
        return first if self.first == self.last else f"{first}/{self.last}"


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder, link))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with rows.csv_records(path, "a table of memberships", strict=True) as records:
        yield from (cells for _, cells in records)


def _items(about: DataSet, folder: Path, link: Linking) -> Iterator[Item]:
    yield rows.document(about)
    names = {row["state"]: row["statenme"] for row in _rows(folder / _STATES)}
    names |= about.more["states"]
    states = States(link)
    found: dict[str, State] = {}
    by_organization = itertools.groupby(_rows(folder / _FILE), key=lambda row: row["ioname"])
    for number, (short, group) in enumerate(by_organization, start=1):
        years = sorted(group, key=lambda row: int(row["year"]))
        place, keys = f"igo-{years[0]['ionum']}", rows.fact_keys(number)
        yield from _organization(about, short, years[0], place, link)
        key = _key(about, short, years[0], link)
        columns = [
            c for c in itertools.takewhile(lambda c: c != _AFTER, years[0]) if c not in _BEFORE
        ]
        for column in columns:
            if column in about.more["without"]:
                continue
            for run in _runs([(int(y["year"]), y[column]) for y in years], about.more["roles"]):
                if column not in found:
                    name = names[column]
                    found[column] = states.find(name, place) or states.own(name, place)
                yield from states.declared()
                yield facts.participation(
                    next(keys),
                    key,
                    found[column].key,
                    about.more["roles"][run.status],
                    place,
                    period=run.period(years[0]["sdate"]),
                    **_remark(about, column, run),
                )


def _own(short: str) -> str:
    return f"org/igo-{short.lower()}"


def _key(about: DataSet, short: str, year: _Year, link: Linking) -> str:
    entry = about.more["organizations"][short]
    identifiers = {"ror": entry["ror"]} if "ror" in entry else {}
    names = (entry["en"], entry["zh"], short, year["longorgname"])
    key: str = entry.get("key") or link.key(Candidate("org", _own(short), identifiers, names))
    return key


def _organization(
    about: DataSet, short: str, year: _Year, place: str, link: Linking
) -> Iterator[Item]:
    entry = about.more["organizations"][short]
    key = _key(about, short, year, link)
    yield rows.record(place, f"ioname = {short}", f"记录：{entry['zh']}", f"Record: {entry['en']}")
    if key == _own(short):
        yield (
            "actors",
            {
                "key": key,
                "class": "IntergovernmentalOrganization",
                "label_zh": entry["zh"],
                "label_en": entry["en"],
                "alt_en": rows.listed([short], without=[entry["en"]]),
                "named_in": place,
            },
        )


def _runs(years: Sequence[tuple[int, str]], roles: Mapping[str, str]) -> Iterator[_Run]:
    """The runs of equal status of one state in one organization, in order."""
    before: int | None = None
    for status, group in itertools.groupby(years, key=lambda entry: entry[1]):
        run = [year for year, _ in group]
        if status in roles:
            yield _Run(status, run[0], run[-1], before, latest=run[-1] == years[-1][0])
        before = run[-1]


def _remark(about: DataSet, column: str, run: _Run) -> dict[str, str]:
    """Remarks in both languages: what the state is, and that the data end."""
    said = [about.more["remarks"][column]] if column in about.more["remarks"] else []
    if run.latest:
        last = run.last
        said.append({"zh": f"数据截至{last}年。", "en": f"The data end in {last}."})
    if not said:
        return {}
    return {
        "note_zh": "".join(s["zh"] for s in said),
        "note_en": " ".join(s["en"] for s in said),
    }

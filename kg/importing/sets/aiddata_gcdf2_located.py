"""AidData: Chinese-financed projects with recipient, agencies, sector, dates and amount."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.facts import Declared, Things
from kg.importing.rows import Item
from kg.tables import LIST_SEPARATOR, Table

_FILE = "final_df.csv"
_BEGIN = "Actual Implementation Start Date (MM/DD/YYYY)"
_END = "Actual Completion Date (MM/DD/YYYY)"


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_Reading(about, link).items(folder / _FILE))


class _Reading:
    """The rows of the projects, one pass."""

    def __init__(self, about: DataSet, link: Linking) -> None:
        self._about = about
        self._things, self._declared = Things(link), Declared()
        self._area = facts.areas(link, about.more["areas"])

    def items(self, path: Path) -> Iterator[Item]:
        yield rows.document(self._about)
        with rows.csv_records(path, "a table of AidData") as records:
            for number, record in records:
                yield from self._of(number, {k: rows.clean(v) for k, v in record.items()})

    def _of(self, number: int, record: dict[str, str]) -> Iterator[Item]:
        code, title = record["AidData TUFF Project ID"], record["Title"]
        place, keys = f"p-{code}", rows.fact_keys(number)
        own = f"project/aiddata-{code}"
        project, _, new = self._things(Candidate("project", own, {"aiddata": code}, (title,)))
        yield rows.record(place, code, f"项目 {code}", f"Project {code}")
        if new:
            yield "programmes", self._thing(record, project, title, place)
        yield facts.identifier(next(keys), project, "aiddata", code, title, place)
        for predicate, to in self._related(record):
            yield from self._declared(to)
            yield facts.relation(next(keys), project, predicate, to, place)
        for agency in self._named(record["Funding Agencies"]):
            yield from self._agency(agency, place)
            yield facts.relation(next(keys), project, "fundedBy", self._key(agency), place)
        for column, role in self._about.more["roles"].items():
            for agency in self._named(record[column]):
                yield from self._agency(agency, place)
                yield facts.participation(next(keys), project, self._key(agency), role, place)
        amount, year = record["Amount (Constant USD2017)"], record["Commitment Year"]
        if amount and year:
            summed = record["Recommended For Aggregates"] == "Yes"
            indicator = "commitment" if summed else "not-aggregated"
            yield from self._declared(f"indicator/development-finance-{indicator}")
            yield facts.quantity(
                next(keys),
                project,
                f"development-finance-{indicator}",
                amount,
                "USD-2017",
                year,
                place,
            )

    def _thing(self, record: dict[str, str], key: str, title: str, place: str) -> dict[str, str]:
        said = [record["Status"], record["Flow Type"], record["Flow Class"]]
        words = self._about.more["words"]
        umbrella = record["Umbrella"] == "Yes"
        return {
            "key": key,
            "class": "Project",
            "label_en": title,
            "description_zh": "；".join(words[word] for word in said)
            + ("；总括项目，含若干子项目。" if umbrella else "。"),
            "description_en": "; ".join(said)
            + ("; umbrella project that covers others." if umbrella else "."),
            "named_in": place,
        }

    def _related(self, record: dict[str, str]) -> Iterator[tuple[str, str]]:
        yield "involves", str(self._area(self._about.more["donor"]))
        recipient = self._area(record["Recipient"])
        if recipient:
            yield "country" if recipient.startswith("country/") else "locatedIn", recipient
        sector = self._about.more["sectors"][record["AidData Sector Name"]]
        yield "theme", f"v:aid-sector/{sector}"
        begin, end = record[_BEGIN][:10], record[_END][:10]
        if begin and end and begin > end:
            return
        for predicate, day in (("beginDate", begin), ("endDate", end)):
            if day:
                yield predicate, f'"{day}"^^date'

    def _named(self, cell: str) -> list[str]:
        """The agencies that a cell names, each once."""
        found = dict.fromkeys(map(str.strip, cell.split(LIST_SEPARATOR)))
        return [a for a in found if rows.slug(a) and not a.startswith(self._about.more["unnamed"])]

    def _candidate(self, agency: str) -> Candidate:
        return Candidate("org", f"org/aiddata-{rows.slug(agency)}", {}, (agency,))

    def _key(self, agency: str) -> str:
        return self._things(self._candidate(agency)).key

    def _agency(self, agency: str, place: str) -> Iterator[Item]:
        met = self._things(self._candidate(agency))
        if met.new:
            yield (
                "actors",
                {"key": met.key, "class": "Organization", "label_en": agency, "named_in": place},
            )

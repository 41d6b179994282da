"""SNSF: grants, and the institutions and countries of the people who take part in them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import Candidate, DataSet, Linking
from kg.importing.facts import Declared, Met, Things
from kg.importing.rows import Item
from kg.tables import Table

_FILE = "data.csv"
#: What stands in an empty cell; as a country code it is Namibia.
_EMPTY = "NA"


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_Reading(about, link).items(folder / _FILE))


class _Reading:
    """The rows of the people, one pass."""

    def __init__(self, about: DataSet, link: Linking) -> None:
        self._about = about
        self._things, self._declared = Things(link), Declared()
        self._area = facts.areas(link, about.more["areas"])

    def items(self, path: Path) -> Iterator[Item]:
        yield rows.document(self._about)
        with rows.csv_records(path, "a table of the SNSF", delimiter=";") as records:
            for number, record in records:
                yield from self._of(number, {k: rows.clean(v) for k, v in record.items()})

    def _of(self, number: int, record: dict[str, str]) -> Iterator[Item]:
        code, year = record["snf_grant_number"], record["year"]
        place, keys = f"r-{number}", (f"{number:07d}{fact}" for fact in range(10))
        name = f"SNSF grant {code}"
        yield rows.record(place, f"{_FILE} record {number}: {code}", "", "")
        project, first, new = self._things(
            Candidate("project", f"project/snsf-{code}", {"snsf": code})
        )
        if new:
            yield (
                "programmes",
                {
                    "key": project,
                    "class": "Project",
                    "label_zh": f"瑞士国家科学基金会资助项目 {code}",
                    "label_en": name,
                    "named_in": place,
                },
            )
        if first:
            funder = self._funder()
            yield from self._actor(
                funder, "FundingAgency", [self._about.more["funder"]["name"]], place
            )
            domain = self._about.more["domains"][record["research_area"]]
            yield facts.identifier(next(keys), project, "snsf", code, name, place)
            yield facts.relation(
                next(keys),
                project,
                "fundedBy",
                funder.key,
                place,
                period=year,
                period_basis="stated",
            )
            yield facts.relation(next(keys), project, "theme", f"v:snsf-domain/{domain}", place)
        fact = f"{number:07d}9"
        if record["amount_granted"] != _EMPTY:
            yield from self._amount(f"{number:07d}8", project, record, place)
        role = self._about.more["roles"][record["role"]]
        agent = yield from self._agent(record, place)
        if agent:
            yield facts.participation(fact, project, agent, role, place)

    def _amount(self, key: str, project: str, record: dict[str, str], place: str) -> Iterator[Item]:
        """The amount of the grant, which stands in the rows of its applicants."""
        if self._declared.first(project):
            yield from self._declared("indicator/grant-amount")
            amount = record["amount_granted"]
            yield facts.quantity(key, project, "grant-amount", amount, "CHF", record["year"], place)

    def _funder(self) -> Met:
        funder = self._about.more["funder"]
        return self._things(
            Candidate(
                "org",
                "org/snsf",
                {"ror": funder["ror"]},
                (funder["name"],),
                self._area(funder["country"]),
            )
        )

    def _actor(self, met: Met, kind: str, names: list[str], place: str) -> Iterator[Item]:
        if met.new:
            yield (
                "actors",
                {
                    "key": met.key,
                    "class": kind,
                    "label_en": names[0],
                    "alt_en": rows.listed(names[1:], without=names[:1]),
                    "named_in": place,
                },
            )

    def _agent(self, record: dict[str, str], place: str) -> Generator[Item, None, str | None]:
        """The institution, else the country; None when neither is known."""
        name, _, code = record["research_institution"].rpartition(" – ")
        country = None
        if record["country"] != _EMPTY:
            country = self._area(record["iso_code"])
        if not name or code in self._about.more["classes"]:
            return country
        own = f"org/snsf-{rows.slug(code)}"
        met = self._things(Candidate("org", own, {}, (name, code), self._area("CH")))
        kind = self._about.more["kinds"].get(record["research_institution_type"], "Organization")
        if code in self._about.more["universities"]:
            kind = "University"
        yield from self._actor(met, kind, [name, code], place)
        return met.key

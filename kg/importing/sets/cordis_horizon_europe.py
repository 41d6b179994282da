"""CORDIS, Horizon Europe: projects, their programmes, topics and fields, and who takes part.

The spreadsheets hold all projects, the CSV files the first hundred rows of the other tables.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kg.errors import InvalidInput
from kg.importing import facts, rows
from kg.importing.data_sets import Candidate, DataSet, Linking, data_set
from kg.importing.facts import Declared, Things
from kg.importing.rows import Item
from kg.tables import Table

Record = dict[str, str]


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_Reading(about, folder, link).items())


def _sheet(path: Path) -> Iterator[tuple[int, Record]]:
    """Rows of the first sheet with their numbers, as a stream."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Workbook contains no default style")
            sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        sheet.reset_dimensions()
        found = sheet.iter_rows(values_only=True)
        names = [str(cell) for cell in next(found)]
        for number, cells in enumerate(found, start=2):
            texts = [rows.clean("" if cell is None else str(cell)) for cell in cells]
            yield number, dict(zip(names, texts, strict=False))
    except (OSError, StopIteration, KeyError, InvalidFileException) as error:
        raise InvalidInput(f"Not a workbook: {error}.", where=path.name) from error


def _csv(path: Path) -> Iterator[tuple[int, Record]]:
    """Records of a CSV file with their numbers."""
    with rows.csv_records(path, "a CSV table") as records:
        for number, record in records:
            yield number, {k: rows.clean(v) for k, v in record.items()}


def _key(file: int, row: int, fact: int) -> str:
    """Number of a fact: digit of the file, row, and number within the row."""
    return f"{file}{row:06d}{fact}"


def programme(code: str) -> str:
    """Key of a programme or topic of CORDIS by its code."""
    plain = code.rstrip(".")
    return f"programme/cordis-{plain}"


class _Reading:
    """The rows of all tables, in the order: sample, topics, legal basis, fields, participants."""

    def __init__(self, about: DataSet, folder: Path, link: Linking) -> None:
        self._about, self._folder, self._link = about, folder, link
        self._things = Things(link)
        self._area = facts.areas(link, about.more["areas"])
        self._declared = Declared()
        fields = data_set("euroscivoc").more
        self._ford: dict[str, str] = fields["close"] | fields["exact"]
        self._projects: dict[str, str] = {}
        self._programmes: set[str] = set()
        self._signed: dict[str, str] = {}
        self._last: tuple[str, set[str]] = ("", set())
        self._bases: dict[str, tuple[int, str]] = {}

    def items(self) -> Iterator[Item]:
        yield rows.document(self._about)
        for number, record in _csv(self._folder / "project_df_100.csv"):
            yield from self._of_sample(number, record)
        for number, record in _sheet(self._folder / "topics.xlsx"):
            yield from self._of_topic(number, record)
        for number, record in _sheet(self._folder / "legalBasis.xlsx"):
            yield from self._of_basis(number, record)
        yield from self._tree()
        for number, record in _sheet(self._folder / "euroSciVoc.xlsx"):
            yield from self._of_field(number, record)
        for number, record in _csv(self._folder / "organization_df_100.csv"):
            yield from self._of_organization(number, record)

    def _project(
        self, file: int, row: int, number: str, title: str, acronym: str
    ) -> Iterator[Item]:
        """Declares a project with its record, unless it has been met before."""
        if number in self._projects:
            return
        own, place = f"project/cordis-{number}", f"p-{number}"
        names = tuple(filter(None, (title, acronym)))
        key, _, new = self._things(Candidate("project", own, {"cordis": number}, names))
        self._projects[number] = key
        yield rows.record(place, number, f"项目 {number}", f"Project {number}")
        if new:
            yield (
                "programmes",
                {
                    "key": key,
                    "class": "Project",
                    "label_zh": "" if title else f"“地平线欧洲”项目 {number}",
                    "label_en": title or f"Horizon Europe project {number}",
                    "alt_en": rows.listed([acronym], without=[title]),
                    "named_in": place,
                },
            )
        name = acronym or title or number
        yield facts.identifier(_key(file, row, 9), key, "cordis", number, name, place)

    def _of_sample(self, row: int, record: Record) -> Iterator[Item]:
        number, place = record["id"], f"p-{record['id']}"
        yield from self._project(1, row, number, record["title"], record["acronym"])
        key = self._projects[number]
        begin, end = record["startDate"], record["endDate"]
        for fact, (predicate, day) in enumerate((("beginDate", begin), ("endDate", end))):
            if day:
                literal = f'"{day}"^^date'
                yield facts.relation(_key(1, row, fact), key, predicate, literal, place)
        if record["grantDoi"]:
            doi = record["grantDoi"].lower()
            yield facts.identifier(_key(1, row, 2), key, "doi", doi, record["acronym"], place)
        self._signed[number] = period = record["ecSignatureDate"]
        for fact, (indicator, column) in enumerate(
            (("project-total-cost", "totalCost"), ("eu-maximum-contribution", "ecMaxContribution")),
            start=3,
        ):
            if period and record[column] not in ("", "0"):
                yield from self._money(
                    _key(1, row, fact), key, indicator, record[column], period, place
                )

    def _money(
        self, key: str, about: str, indicator: str, value: str, period: str, place: str
    ) -> Iterator[Item]:
        yield from self._declared(f"indicator/{indicator}")
        number = value.replace(",", ".")  # some cells have a decimal comma
        printed = {"value_text": value, "period_basis": "implied"}
        yield facts.quantity(key, about, indicator, number, "EUR", period, place, **printed)

    def _programme(self, code: str, title: str, kind: str, place: str) -> Iterator[Item]:
        if code in self._programmes:
            return
        self._programmes.add(code)
        topic = kind == "FundingScheme"
        yield (
            "programmes",
            {
                "key": programme(code),
                "class": kind,
                "label_en": f"{title} ({code})",
                "alt_en": rows.listed([code]),
                "description_zh": "“地平线欧洲”的一个招标主题。" if topic else "",
                "description_en": "A topic of a call of Horizon Europe." if topic else "",
                "named_in": place,
            },
        )

    def _of_topic(self, row: int, record: Record) -> Iterator[Item]:
        number, place = record["projectID"], f"p-{record['projectID']}"
        yield from self._project(2, row, number, "", "")
        yield from self._programme(record["topic"], record["title"], "FundingScheme", place)
        to = programme(record["topic"])
        yield facts.relation(_key(2, row, 0), self._projects[number], "partOfProgramme", to, place)

    def _of_basis(self, row: int, record: Record) -> Iterator[Item]:
        number, code = record["projectID"], record["legalBasis"]
        place = f"p-{number}"
        yield from self._project(3, row, number, "", "")
        self._bases.setdefault(code, (row, place))
        yield from self._programme(code, record["title"], "Programme", place)
        to = programme(code)
        yield facts.relation(_key(3, row, 0), self._projects[number], "partOfProgramme", to, place)

    def _tree(self) -> Iterator[Item]:
        """How programmes are part of one another by their codes, once all codes are known."""
        for code, (row, place) in self._bases.items():
            above = self._above(code)
            if above:
                yield from self._root(above, place)
                to = programme(above)
                yield facts.relation(_key(3, row, 1), programme(code), "partOf", to, place)

    def _above(self, code: str) -> str:
        """The programme that one is part of by its code; empty when there is none."""
        above = code
        while "." in above:
            above = above.rpartition(".")[0]
            if above in self._bases or above in self._about.more["programmes"]:
                return above
        return ""

    def _root(self, code: str, place: str) -> Iterator[Item]:
        """Declares a programme that has no row of its own."""
        if code in self._programmes:
            return
        names = self._about.more["programmes"][code]
        self._programmes.add(code)
        yield (
            "programmes",
            {
                "key": programme(code),
                "class": "Programme",
                "label_zh": names["zh"],
                "label_en": names["en"],
                "alt_zh": names["alt_zh"],
                "named_in": place,
            },
        )

    def _of_field(self, row: int, record: Record) -> Iterator[Item]:
        number, place = record["projectID"], f"p-{record['projectID']}"
        yield from self._project(4, row, number, "", "")
        key = self._projects[number]
        steps = record["euroSciVocCode"].strip("/").split("/")
        theme = f"v:euroscivoc/{steps[-1]}"
        yield facts.relation(_key(4, row, 0), key, "theme", theme, place)
        field = next(self._ford[s] for s in reversed(steps[:2]) if s in self._ford)
        if self._last[0] != number:  # the rows of a project stand together
            self._last = (number, set())
        if field not in self._last[1]:
            self._last[1].add(field)
            to = f"v:ford/{field}"
            yield facts.relation(_key(4, row, 1), key, "fieldOfScience", to, place)

    def _of_organization(self, row: int, record: Record) -> Iterator[Item]:
        number, pic, name = record["projectID"], record["organisationID"], record["name"]
        place = f"o-{row}"
        yield rows.record(
            place,
            f"organization_df_100.csv:{row} {number} {pic}",
            f"参与记录：{name}（项目 {number}）",
            f"Participation: {name} in project {number}",
        )
        yield from self._project(5, row, number, "", record["projectAcronym"])
        country = self._area(record["country"])
        yield from self._declared(country or "")
        key, first, new = self._things(
            Candidate(
                "org",
                f"org/pic-{pic}",
                {"pic": pic},
                tuple(filter(None, (name, record["shortName"]))),
                country,
            )
        )
        if new:
            yield (
                "actors",
                {
                    "key": key,
                    "class": self._about.more["classes"][record["activityType"]],
                    "label_en": name,
                    "alt_en": rows.listed([record["shortName"]], without=[name]),
                    "named_in": place,
                },
            )
            if country:
                yield facts.relation(_key(5, row, 0), key, "country", country, place)
        if first:
            yield facts.identifier(_key(5, row, 1), key, "pic", pic, name, place)
        fact = _key(5, row, 2)
        role = self._about.more["roles"][record["role"]]
        yield facts.participation(fact, self._projects[number], key, role, place)
        part = f"participation/{self._about.key}-{fact}"
        for step, (indicator, column) in enumerate(
            (
                ("eu-contribution", "ecContribution"),
                ("eu-net-contribution", "netEcContribution"),
                ("participant-total-cost", "totalCost"),
            ),
            start=3,
        ):
            value, period = record[column], self._signed.get(number, "")
            if value and period and not (column == "totalCost" and value == "0"):
                yield from self._money(_key(5, row, step), part, indicator, value, period, place)

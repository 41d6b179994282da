"""HUGGO: international agreements on environment, trade and health."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from kg.importing import facts, rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.rows import Item
from kg.importing.states import State, States
from kg.importing.subjects import Subjects
from kg.tables import Table

_FILE = "HUGGO_clean.csv"
_UNLIMITED = "9999-12-31"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([?~]?)")
#: “Agreement Between The Government Of A And The Government Of B Concerning …”.
_PARTIES = re.compile(
    r"\bBetween (?P<one>.+?) And (?P<other>.+?)"
    r"(?: (?:Concerning|On|For|Regarding|Relating|Respecting|Relative|In|To|About|Regulating|"
    r"Establishing|Amending|Modifying|Extending|With|As|Of \d|\d)\b.*|[(,;].*|)$"
)
_OFFICIAL = re.compile(r"^(?:The )?(?:Governments? Of )?(?:The )?")
#: Form of state before the name by which a country is known.
_FORM = re.compile(
    r"^(?:(?:Federal|Socialist|Peoples|Democratic|Islamic|Hellenic|French|Italian|United) )*"
    r"(?:Republic|Kingdom|Commonwealth|State|Federation) Of (?:The )?"
)
_DOUBT = {
    "note_zh": "来源对该日期存疑。",
    "note_en": "The source marks the date as uncertain.",
}
_FROM_TITLE = {"note_zh": "缔约方取自协定题名。", "note_en": "The party is from the title."}


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_Reading(about, link).items(folder))


class _Reading:
    def __init__(self, about: DataSet, link: Linking) -> None:
        self._about = about
        self._states = States(link)
        self._subjects = Subjects(about.more["scheme"], about.more["subjects"])
        self._seen: Counter[str] = Counter()

    def items(self, folder: Path) -> Iterator[Item]:
        yield rows.document(self._about)
        yield self._subjects.scheme()
        path = folder / _FILE
        with rows.csv_records(path, "the table of agreements", where=_FILE, strict=True) as records:
            for number, cells in records:
                given = {c: "" if v == "NA" else rows.clean(v) for c, v in cells.items()}
                yield from self._of(given, number)

    def _of(self, cells: Mapping[str, str], number: int) -> Iterator[Item]:
        title, kind, ambit = cells["Title"], cells["TypeAgree"], cells["TypeAmbit"]
        identity = self._identity(title, cells["Begin"])
        key, place, keys = f"agreement/huggo-{identity}", f"a-{identity}", rows.fact_keys(number)
        yield rows.record(place, f"record {number}", f"记录：{title}", f"Record: {title}")
        scope = [x for x in (ambit, kind, cells["TypeGeo"]) if x]
        chinese = [self._about.more["ambits"].get(ambit), self._about.more["kinds"].get(kind)]
        yield (
            "agreements",
            {
                "key": key,
                "class": self._about.more["classes"].get(kind, "CooperationInstrument"),
                "label_en": title,
                "alt_en": rows.listed([cells["TitleAlt"]], without=[title]),
                "description_zh": "，".join(filter(None, chinese)),
                "description_en": ", ".join(scope),
                "named_in": place,
            },
        )
        for predicate, target, more in self._facts(cells, place):
            yield from self._states.declared()
            yield facts.relation(next(keys), key, predicate, target, place, **more)
        yield from self._subjects.declared()

    def _identity(self, title: str, begin: str) -> str:
        """A key from title and first date; agreements that share both are numbered."""
        digest = hashlib.sha256(f"{title} {begin}".encode()).hexdigest()[:12]
        self._seen[digest] += 1
        return digest if self._seen[digest] == 1 else f"{digest}-{self._seen[digest]}"

    def _facts(
        self, cells: Mapping[str, str], place: str
    ) -> Iterator[tuple[str, str, dict[str, str]]]:
        for predicate, column in self._about.more["dates"].items():
            day, doubtful = _day(cells[column])
            if day:
                yield predicate, f'"{day}"^^date', _DOUBT if doubtful else {}
        subjects = [*cells["TypeDomain"].split(","), cells["TypeSubject"]]
        for subject in dict.fromkeys(filter(None, subjects)):
            yield "theme", self._subjects.concept(subject), {}
        if cells["TypeAmbit"] == "Bilateral":
            year = int(cells["Begin"][:4]) if cells["Begin"][:4].isdigit() else None
            for state in self._parties(cells["Title"], place, year):
                yield "hasParty", state.key, _FROM_TITLE

    def _parties(self, title: str, place: str, year: int | None) -> list[State]:
        """Both parties that a title names, or none."""
        found = _PARTIES.search(title)
        if found is None:
            return []
        parties = [self._party(found[side], place, year) for side in ("one", "other")]
        known = [party for party in parties if party]
        return known if len({party.key for party in known}) == len(parties) else []

    def _party(self, name: str, place: str, year: int | None) -> State | None:
        plain = _OFFICIAL.sub("", name)
        if plain in self._about.more["without"]:
            return None
        short = _FORM.sub("", plain)
        found = self._states.find(plain, place, year)
        if found is None and short not in self._about.more["ambiguous"]:
            found = self._states.find(short, place, year)
        return found


def _day(text: str) -> tuple[str | None, bool]:
    """A day that exists, and whether the source marks it as doubtful."""
    found = _DAY.fullmatch(text)
    if found is None or found[1] == _UNLIMITED:
        return None, False
    try:
        return date.fromisoformat(found[1]).isoformat(), bool(found[2])
    except ValueError:
        return None, False

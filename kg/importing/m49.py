"""Regions and groups of countries as the M49 standard of the United Nations arranges them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kg.importing.data_sets import Candidate, Linking
from kg.importing.rows import Item

#: Columns of a region: code and name, from the widest to the narrowest.
REGIONS = (
    ("Region Code", "Region Name"),
    ("Sub-region Code", "Sub-region Name"),
    ("Intermediate Region Code", "Intermediate Region Name"),
)

#: Columns of a mark → key, Chinese and English label of the group that it stands for.
MARKS = {
    "Least Developed Countries (LDC)": (
        "group/ldc", "最不发达国家", "Least developed countries", "LDC",
    ),
    "Land Locked Developing Countries (LLDC)": (
        "group/lldc", "内陆发展中国家", "Landlocked developing countries", "LLDC",
    ),
    "Small Island Developing States (SIDS)": (
        "group/sids", "小岛屿发展中国家", "Small island developing States", "SIDS",
    ),
}  # fmt: skip


#: Column and word of a table of UNSD → group that exists already.
_DEVELOPMENT = "Developed / Developing Countries"
_WORDS = {"Developed": "group/developed-countries", "Developing": "group/developing-countries"}


class Groups:
    """The groups that the rows of a table name; those that are new are declared once.

    Attributes:
        new: Rows of new groups that have not been given out yet.
    """

    def __init__(self, link: Linking) -> None:
        self._link = link
        self._keys: dict[str, str] = {}
        self.new: list[Item] = []

    def of(self, cells: Mapping[str, str], place: str) -> Iterator[str]:
        """The keys of the groups that a country belongs to.

        Args:
            cells: Its row.
            place: Key of the record.

        Yields:
            Keys, regions first.
        """
        for code, name in REGIONS:
            if cells[code]:
                number = cells[code].zfill(3)
                yield self._key(
                    f"group/m49-{number}", {"m49": number}, ("", cells[name], ""), place
                )
        for column, (key, *names) in MARKS.items():
            if cells[column]:
                yield self._key(key, {}, (names[0], names[1], names[2]), place)
        if cells.get(_DEVELOPMENT):
            yield _WORDS[cells[_DEVELOPMENT]]

    def _key(
        self, key: str, identifiers: dict[str, str], names: tuple[str, str, str], place: str
    ) -> str:
        if key not in self._keys:
            zh, en, short = names
            found = self._link.key(
                Candidate("group", key, identifiers, tuple(n for n in names if n))
            )
            self._keys[key] = found
            if found == key:
                thing = {"key": key, "class": "CountryGroup", "label_zh": zh, "label_en": en}
                self.new.append(("groups", thing | {"alt_en": short, "named_in": place}))
        return self._keys[key]

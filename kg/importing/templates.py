"""Templates: the layouts of our tables, empty, with headings and descriptions in both languages.

A template has one row of headings (`数值 / Value`), and below it rows of remarks that begin with
`#` and are not read: what each column is for, in Chinese and in English, whether it is required,
and an example. The same as CSV and as a sheet of a workbook.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter

from kg import mapping
from kg.errors import NotFound
from kg.importing.tabling import REMARK, follows
from kg.mapping import Mapping
from kg.tables import Column

#: Tables that a register is filled into, in the order in which one fills them.
USUAL = (
    "documents", "locations", "actors", "places", "agreements", "platforms", "programmes",
    "policies", "events", "groups", "entities", "cooperations", "relations", "participations",
    "notices", "quantities", "claims", "identifiers", "names", "indicators", "units",
)  # fmt: skip
FORMATS = ("csv", "xlsx")
#: The moment that a workbook says it was made: the same template is the same file.
_MADE = datetime.datetime(2000, 1, 1)
_WIDTH = 22


@dataclass(frozen=True)
class Template:
    """The layout of one table.

    Attributes:
        kind: Name of the table.
        title: Its title by language.
        columns: Its columns.
    """

    kind: str
    title: dict[str, str]
    columns: tuple[Column, ...]

    def rows(self) -> Iterable[Sequence[str]]:
        """Headings and remarks, as they stand in the file."""
        yield [f"{c.label.get('zh', c.name)} / {c.label.get('en', c.name)}" for c in self.columns]
        required = {"zh": ("必填", "选填"), "en": ("Required", "Optional")}
        for language, words in required.items():
            said = [
                f"{words[0 if needed(self.kind, c) else 1]}：{c.about.get('zh', '')}"
                if language == "zh"
                else f"{words[0 if needed(self.kind, c) else 1]}. {c.about.get('en', '')}"
                for c in self.columns
            ]
            yield [f"{REMARK} {said[0]}", *said[1:]]
        examples = [c.example for c in self.columns]
        yield [f"{REMARK} 例 e.g. {examples[0]}", *examples[1:]]


def needed(kind: str, column: Column) -> bool:
    """Whether a column of a template must be filled in by who imports."""
    return column.required and not follows(mapping.mappings()[kind], column.name)


def template(kind: str) -> Template:
    """The template of a table.

    Raises:
        NotFound: There is no such table.
    """
    how = mapping.mappings().get(kind)
    if how is None:
        raise NotFound(
            f"There is no table “{kind}”.", hint=f"The tables are: {', '.join(kinds())}."
        )
    return _template(kind, how)


def _template(kind: str, how: Mapping) -> Template:
    return Template(kind, dict(how.titles.get(kind, {})), tuple(how.columns.values()))


def kinds() -> tuple[str, ...]:
    """The names of all tables that have a template: the usual ones first."""
    known = mapping.mappings()
    return (*USUAL, *sorted(set(known) - set(USUAL)))


def as_csv(kind: str) -> bytes:
    """A template as CSV (RFC 4180) in UTF-8 with its mark, which spreadsheet programs need.

    Args:
        kind: Name of the table.

    Raises:
        NotFound: There is no such table.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(template(kind).rows())
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(names: Sequence[str] = USUAL) -> bytes:
    """Templates as one workbook, a sheet a table.

    Args:
        names: Names of the tables.

    Raises:
        NotFound: There is no such table.
    """
    buffer = io.BytesIO()
    options = {f"strings_to_{kind}": False for kind in ("formulas", "urls", "numbers")}
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as book:
        book.set_properties({"title": "ISTC-KG", "created": _MADE})
        styles = [
            book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            *[book.add_format({"font_color": "#666666", "text_wrap": True, "valign": "top"})] * 2,
            book.add_format({"font_color": "#666666", "italic": True}),
        ]
        for name in names:
            made = template(name)
            page = book.add_worksheet(name)
            page.set_column(0, len(made.columns) - 1, _WIDTH)
            page.freeze_panes(1, 0)
            for number, cells in enumerate(made.rows()):
                for at, cell in enumerate(cells):
                    if cell:
                        page.write_string(number, at, cell, styles[number])
    return buffer.getvalue()


__all__ = ["FORMATS", "USUAL", "Template", "as_csv", "as_xlsx", "kinds", "template"]

"""An answer as a workbook (Office Open XML, ISO/IEC 29500): rows, their sources, how it was made.

Numbers, years and days are typed, so that a spreadsheet can count with them. Texts are written as
texts whatever they begin with; none becomes a formula or a link.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import xlsxwriter

from kg.asking import NAMED, Answered, Cell, Origin, Source, evidence, pick, value_text
from kg.catalogue import NUMBERS
from kg.errors import BudgetExceeded
from kg.namespaces import XSD

#: Bounds of the format: rows of a sheet, characters of a cell, digits of a number.
ROWS = 1_048_576
CHARACTERS = 32_767
DIGITS = 15
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: The moment that the file says it was made: the same answer is the same file.
_MADE = datetime.datetime(2000, 1, 1)
_FIRST_DAY = datetime.date(1900, 3, 1)
_NUMBERS = tuple(XSD + n for n in ("integer", "decimal", "double", "float", "int", "long"))
_WIDEST = 60
_WORDS = {
    "answer": {"zh": "答案", "en": "answer"},
    "sources": {"zh": "出处", "en": "sources"},
    "question": {"zh": "问题", "en": "question"},
    "source": {"zh": "出处", "en": "Source"},
    "facts": {"zh": "事实 IRI", "en": "Facts (IRI)"},
    "fact": {"zh": "事实", "en": "Fact"},
    "document": {"zh": "文献", "en": "Document"},
    "document_iri": {"zh": "文献 IRI", "en": "Document (IRI)"},
    "doi": {"zh": "DOI", "en": "DOI"},
    "locator": {"zh": "位置", "en": "Place"},
    "page": {"zh": "页码", "en": "Page"},
    "characters": {"zh": "字符位置", "en": "Characters"},
    "retrieved": {"zh": "获取日期", "en": "Retrieved"},
    "upstream": {"zh": "转引自", "en": "Taken from"},
    "place_iri": {"zh": "位置 IRI", "en": "Place (IRI)"},
    "title": {"zh": "问题", "en": "Question"},
    "rationale": {"zh": "说明", "en": "Rationale"},
    "id": {"zh": "编号", "en": "Id"},
    "all": {"zh": "全部", "en": "all"},
    "rows": {"zh": "行数", "en": "Rows"},
    "version": {"zh": "数据版本", "en": "Data version"},
    "digest": {"zh": "数据摘要（SHA-256）", "en": "Digest of the data (SHA-256)"},
    "software": {"zh": "软件版本", "en": "Software version"},
    "link": {"zh": "链接", "en": "Link"},
    "licence": {"zh": "许可", "en": "Licence"},
    "query": {"zh": "查询", "en": "Query"},
}


@dataclass
class _Sheet:
    """A sheet that is written row by row."""

    page: Any
    formats: dict[str, Any]
    widths: dict[int, int]
    row: int = 0

    def write(self, values: Iterable[Any], style: str | None = None) -> None:
        for column, value in enumerate(values):
            self._cell(column, value, style)
        self.row += 1

    def _cell(self, column: int, value: Any, style: str | None) -> None:
        if value is None or value == "":
            return
        chosen = self.formats.get(style or "")
        if isinstance(value, datetime.date):
            self.page.write_datetime(self.row, column, value, self.formats["day"])
            width = 10
        elif isinstance(value, bool):
            self.page.write_boolean(self.row, column, value)
            width = 6
        elif isinstance(value, int | Decimal):
            self.page.write_number(self.row, column, value, chosen)
            width = len(str(value))
        else:
            text = str(value)
            cut = text if len(text) <= CHARACTERS else text[: CHARACTERS - 1] + "…"
            self.page.write_string(self.row, column, cut, chosen)
            # A Chinese character is as wide as two others.
            width = max(sum(2 if ord(c) > 0x2E7F else 1 for c in line) for line in text.split("\n"))
        self.widths[column] = min(max(self.widths.get(column, 8), width + 2), _WIDEST)

    def finish(self) -> None:
        for column, width in self.widths.items():
            self.page.set_column(column, column, width)


def number(text: str) -> int | Decimal | None:
    """The number that a text is, if a spreadsheet can hold all its digits."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or len(value.as_tuple().digits) > DIGITS:
        return None
    return int(value) if value == value.to_integral_value() and abs(value) < 10**DIGITS else value


def day(text: str | None) -> datetime.date | str | None:
    """The day that a text is, if a spreadsheet can hold it; else the text."""
    try:
        found = datetime.date.fromisoformat(text or "")
    except ValueError:
        return text
    return found if found >= _FIRST_DAY else text


def _typed(cell: Cell, role: str) -> Any:
    """The content of a cell with its type."""
    kind = cell.datatype
    if cell.iri is not None or not cell.text:
        return cell.text
    if kind == XSD + "boolean":
        return cell.text in ("true", "1")
    if role == "period" or kind in (XSD + "date", XSD + "gYear"):
        year = len(cell.text) == 4 and cell.text.isascii() and cell.text.isdigit()
        return int(cell.text) if year else day(cell.text)
    if kind in _NUMBERS or role in NUMBERS:
        found = number(cell.text)
        return cell.text if found is None else found
    return cell.text


def _answer_rows(answered: Answered) -> Iterable[list[Any]]:
    for row in answered.rows:
        values: list[Any] = []
        for column in answered.columns:
            cell = row[column.name]
            if column.role == "evidence":
                continue
            values.append(_typed(cell, column.role))
            if column.role in NAMED:
                values.append(cell.iri)
        yield [*values, *evidence(answered, row)]


def _source_row(source: Source, language: str) -> list[Any]:
    upstream = (pick(title, language) or iri for iri, title in source.upstream.items())
    return [
        source.fact,
        pick(source.title, language),
        source.at(language),
        source.page,
        f"{source.span[0]}–{source.span[1]}" if source.span else None,
        day(source.retrieved),
        source.doi,
        "; ".join(upstream),
        source.document,
        source.place,
    ]


def _question_rows(
    answered: Answered, origin: Origin, link: str, word: Callable[[str], str]
) -> Iterable[Sequence[Any]]:
    question, language = answered.question, answered.language
    yield word("title"), pick(question.title, language)
    yield word("rationale"), pick(question.rationale, language)
    yield word("id"), question.id
    for parameter in question.parameters:
        value = answered.parameters.get(parameter.name)
        label = pick(parameter.label, language)
        yield label, value_text(answered, parameter) or word("all"), value
    yield word("rows"), len(answered.rows)
    yield word("version"), origin.version
    yield word("digest"), origin.digest
    yield word("software"), origin.software
    yield word("link"), link
    yield word("licence"), "CC BY 4.0"
    for number_, line in enumerate(answered.query.splitlines()):
        yield "" if number_ else word("query"), line


def write(answered: Answered, origin: Origin, link: str) -> bytes:
    """An answer as a workbook of three sheets: its rows, the places behind them, the question.

    Args:
        answered: The answer; its language is that of the workbook.
        origin: What gave it.
        link: Where it can be asked again.

    Returns:
        The file.

    Raises:
        BudgetExceeded: It has more rows than a sheet can hold.
    """
    return write_all([answered], origin, link)


def write_all(some: Sequence[Answered], origin: Origin, link: str) -> bytes:
    """Answers as one workbook: a sheet of rows for each, the places behind all, what was asked.

    Args:
        some: The answers, at least one, in one language and with the same parameters.
        origin: What gave them.
        link: Where they can be asked again.

    Returns:
        The file.

    Raises:
        BudgetExceeded: One has more rows than a sheet can hold.
    """
    language = some[0].language
    sources: dict[str, tuple[Source, ...]] = {}
    for one in some:
        sources.update(one.sources)
    places = [source for found in sources.values() for source in found]
    if max(len(places), *(len(one.rows) for one in some)) >= ROWS:
        raise BudgetExceeded(
            f"A sheet cannot hold more than {ROWS - 1} rows.", hint="Ask for CSV or JSON."
        )

    def word(key: str) -> str:
        return _WORDS[key][language]

    buffer = io.BytesIO()
    options = {f"strings_to_{kind}": False for kind in ("formulas", "urls", "numbers")}
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as book:
        book.set_properties({"title": pick(some[0].question.title, "zh"), "created": _MADE})
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }

        def sheet(name: str, head: Sequence[str]) -> _Sheet:
            made = _Sheet(book.add_worksheet(name), formats, {})
            if head:
                made.write(head, "head")
                made.page.freeze_panes(1, 0)
            return made

        names = [word("answer")] if len(some) == 1 else _titles(some)
        made = [_rows(sheet, name, one, word) for name, one in zip(names, some, strict=True)]
        columns = ("fact", "document", "locator", "page", "characters", "retrieved", "doi")
        more = ("upstream", "document_iri", "place_iri")
        cited = sheet(word("sources"), [word(key) for key in (*columns, *more)])
        for source in places:
            cited.write(_source_row(source, language))
        asked = sheet(word("question"), [])
        for one in some:
            for entry in _question_rows(one, origin, link, word):
                asked.write(entry)
        for page in (*made, cited, asked):
            page.finish()
    return buffer.getvalue()


def _titles(some: Sequence[Answered]) -> list[str]:
    """Names of sheets: number and as much of the title as a sheet can be called."""
    titles = (pick(one.question.title, one.language) or "" for one in some)
    plain = (re.sub(r"[\[\]:*?/\\']", " ", title) for title in titles)
    return [f"{number} {title}"[:31].strip() for number, title in enumerate(plain, start=1)]


def _rows(
    sheet: Callable[[str, Sequence[str]], _Sheet],
    name: str,
    answered: Answered,
    word: Callable[[str], str],
) -> _Sheet:
    """The sheet with the rows of an answer."""
    names: list[str] = []
    for column in answered.columns:
        if column.role != "evidence":
            label = column.label[answered.language]
            names += [label, f"{label} (IRI)"] if column.role in NAMED else [label]
    made = sheet(name, [*names, word("source"), word("facts")])
    for row in _answer_rows(answered):
        made.write(row)
    if answered.rows:
        made.page.autofilter(0, 0, len(answered.rows), len(names) + 1)
    return made

"""The catalogue of competency questions: one `.rq` file each in `kg/questions`.

    #+ title: {zh: …, en: …}            the question
    #+ rationale: {zh: …, en: …}        why it is asked
    #+ theme: {zh: …, en: …}            where it stands in the catalogue
    #+ keywords: {zh: […], en: […]}     optional; words by which it is looked for
    #+ picture: {zh: …, en: …}          optional; its name among the pictures, and that it is one
    #+ parameters:                      optional; each stands in a block VALUES ?name { default }
    #+   country: {type: thing, class: Country, label: {zh: …, en: …}, default: country/CHN}
    #+   mode: {type: concept, scheme: cooperation-mode, label: {zh: …, en: …}}
    #+   peer: {type: thing, class: Country, label: {zh: …, en: …}, empty: {zh: 不选, en: none}}
    #+   least: {type: number, label: {zh: …, en: …}, min: 0, default: 100}
    #+   measure: {type: choice, values: {works: {zh: …, en: …}, …}, label: {zh: …, en: …}}
    #+   years: {type: range, of: year, label: {zh: …, en: …}, default: "2014..2021"}
    #+ columns:                         in the order of the answer
    #+   country: {role: thing, label: {zh: …, en: …}}
    #+   papers: {role: value, label: {zh: 论文数, en: Papers}}
    #+   least: {role: low, label: {zh: 至少, en: At least}}
    #+   most: {role: high, label: {zh: 至多, en: At most}}
    #+   position: {role: rank, label: {zh: 位次, en: Position}}
    #+   evidence: {role: evidence, label: {zh: 出处, en: Source}}
    #+ view: table                      one of VIEWS
    #+ expect: {min: 5, rows: [{country: country/SGP}]}

A range is of years or of numbers and stands in a block of two variables, of which either may be
open: `VALUES (?years_from ?years_to) { (2014 UNDEF) }`. A block `VALUES ?lang { "zh" }` is bound to
the reader's language. Where none is chosen all are meant, unless `empty` says something else. The
class of a thing is one of the ontology; `owl:Class` and `owl:ObjectProperty` stand for the terms of
the ontology themselves.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from kg import entries, resources, rq
from kg.entries import (
    NUMBERS,
    PARAMETER_TYPES,
    RANGES,
    ROLES,
    VIEWS,
    Bilingual,
    Column,
    Parameter,
    Words,
)
from kg.errors import InvalidInput, NotFound

_HEADER = [
    "title",
    "rationale",
    "theme",
    "keywords",
    "picture",
    "parameters",
    "columns",
    "view",
    "expect",
]


@dataclass(frozen=True)
class Question:
    """A competency question.

    Attributes:
        id: Name of its file.
        title: The question.
        rationale: Why it is asked.
        theme: Where it stands in the catalogue.
        parameters: Its typed parameters.
        columns: Columns of the answer, in order.
        view: How it is best shown.
        expect: What the answer holds at least; checked by the tests.
        text: The query, runnable as it stands.
        keywords: Words by which it is looked for, by language.
        picture: Its name among the pictures; empty when it is none.
    """

    id: str
    title: Bilingual
    rationale: Bilingual
    theme: Bilingual
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    view: str
    expect: dict[str, Any]
    text: str
    keywords: Words = field(default_factory=dict)
    picture: Bilingual = field(default_factory=dict)

    @property
    def called(self) -> str:
        """How errors call it."""
        return f"question {self.id}"

    @property
    def evidence(self) -> tuple[str, ...]:
        """Names of the columns that carry the facts behind a row."""
        return tuple(column.name for column in self.columns if column.role == "evidence")


def _bound(parameter: Parameter, text: str, where: str) -> None:
    """Check that the query has the place for a parameter, and shows what may be chosen."""
    names = " ".join(f"?{name}" for name in parameter.variables)
    if parameter.variables not in rq.values_blocks(text):
        block = f"({names}) {{ ( … ) }}" if parameter.type == "range" else f"{names} {{ … }}"
        raise InvalidInput(f"The query has no block VALUES {block}.", where=where)
    if parameter.type in ("thing", "concept") and not _selects(text, parameter.name):
        raise InvalidInput(
            f"The query does not select ?{parameter.name}.",
            where=where,
            hint="Put the variable of each thing or concept after SELECT: the values that occur "
            "are what readers may choose.",
        )


def _selects(text: str, name: str) -> bool:
    return re.search(rf"\bSELECT\b[^{{]*\?{name}\b[^{{]*{{", text) is not None


def _expect(value: Any, columns: tuple[Column, ...], where: str) -> dict[str, Any]:
    where = f"{where}, expect"
    found = entries.mapping(value, ("min", "max", "rows"), where)
    least, most = found.get("min"), found.get("max")
    if not isinstance(least, int) or not isinstance(most, int | None):
        raise InvalidInput("min (and max) must be whole numbers of rows.", where=where)
    if most is not None and most < least:
        raise InvalidInput(f"min {least} is greater than max {most}.", where=where)
    rows = found.get("rows", [])
    if not isinstance(rows, list):
        raise InvalidInput("rows must be a list of {column: cell, …}.", where=where)
    for row in rows:
        entries.mapping(row, [column.name for column in columns], f"{where}, rows")
    return found


def from_file(file: rq.RqFile) -> Question:
    """Read a question and check its header against its query.

    Args:
        file: A file of `kg/questions`.

    Returns:
        The question.

    Raises:
        InvalidInput: The header lacks something, says something unknown, or does not fit the query.
    """
    where = f"{file.name}.rq"
    head = entries.mapping(file.header, _HEADER, where)
    file.require("title", "rationale", "theme", "columns", "view", "expect")
    parameters = entries.parameters(head.get("parameters"), where)
    for parameter in parameters:
        _bound(parameter, file.text, where)
    columns = entries.columns(head["columns"], where)
    for column in columns:
        if not _selects(file.text, column.name):
            raise InvalidInput(
                f"The query does not select ?{column.name}.", where=f"{where}, column {column.name}"
            )
    if not any(column.role == "evidence" for column in columns):
        raise InvalidInput(
            "No column has the role evidence.",
            where=f"{where}, columns",
            hint="Select the facts behind each row, so that every row can be cited.",
        )
    return Question(
        file.name,
        entries.bilingual(head["title"], f"{where}, title"),
        entries.bilingual(head["rationale"], f"{where}, rationale"),
        entries.bilingual(head["theme"], f"{where}, theme"),
        parameters,
        columns,
        entries.one_of(head["view"], VIEWS, f"{where}, view"),
        _expect(head["expect"], columns, where),
        file.text,
        entries.words(head["keywords"], f"{where}, keywords") if "keywords" in head else {},
        entries.bilingual(head["picture"], f"{where}, picture") if "picture" in head else {},
    )


def questions() -> list[Question]:
    """All questions, by id."""
    return [_read(name) for name in _ids()]


def question(question_id: str) -> Question:
    """One question.

    Args:
        question_id: Its id.

    Returns:
        The question.

    Raises:
        NotFound: There is none of this id; near ones are suggested.
    """
    if question_id not in _ids():
        near = difflib.get_close_matches(question_id, _ids(), n=3, cutoff=0.4)
        raise NotFound(
            f"There is no question “{question_id}”.",
            hint=f"Did you mean {', '.join(near)}?"
            if near
            else "All are listed at /questions, and by: istc questions.",
            extra={"suggestions": near},
        )
    return _read(question_id)


@cache
def _ids() -> tuple[str, ...]:
    files = resources.files("kg", "questions", suffix=".rq")
    return tuple(item.name.removesuffix(".rq") for item in files)


@cache
def _read(question_id: str) -> Question:
    return from_file(rq.load("kg", "questions", question_id))


__all__ = [
    "NUMBERS",
    "PARAMETER_TYPES",
    "RANGES",
    "ROLES",
    "VIEWS",
    "Bilingual",
    "Column",
    "Parameter",
    "Question",
    "Words",
    "from_file",
    "question",
    "questions",
]

"""The catalogue of competency questions: one `.rq` file each in `kg/questions`.

    #+ title: {zh: …, en: …}            the question
    #+ rationale: {zh: …, en: …}        why it is asked
    #+ theme: {zh: …, en: …}            where it stands in the catalogue
    #+ parameters:                      optional; each stands in a block VALUES ?name { default }
    #+   country: {type: thing, class: Country, label: {zh: …, en: …}, default: country/CHN}
    #+ columns:                         in the order of the answer
    #+   country: {role: thing, label: {zh: …, en: …}}
    #+   evidence: {role: evidence, label: {zh: 出处, en: Source}}
    #+ view: table                      table, figure, bar, line, map, network, timeline or matrix
    #+ expect: {min: 5, rows: [{country: country/SGP}]}

A block `VALUES ?lang { "zh" }` is bound to the reader's language.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any

from kg import resources, rq
from kg.errors import InvalidInput, NotFound

PARAMETER_TYPES = ("thing", "concept", "year", "number", "text")
ROLES = ("thing", "concept", "text", "value", "count", "unit", "period", "wording", "evidence")
VIEWS = ("table", "figure", "bar", "line", "map", "network", "timeline", "matrix")

#: A text in both languages, {"zh": …, "en": …}.
Bilingual = dict[str, str]


@dataclass(frozen=True)
class Parameter:
    """A typed parameter of a question.

    Attributes:
        name: Variable in the query and key in the URL.
        type: One of PARAMETER_TYPES.
        label: Its name for readers.
        default: The default as written in the header; None means “all”.
        of: Local name of the class (thing) or key of the scheme (concept); else empty.
        minimum: Smallest year or number allowed.
        maximum: Largest year or number allowed.
    """

    name: str
    type: str
    label: Bilingual
    default: str | None
    of: str = ""
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Column:
    """A column of the answer: variable, role (one of ROLES) and label."""

    name: str
    role: str
    label: Bilingual


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

    @property
    def evidence(self) -> tuple[str, ...]:
        """Names of the columns that carry the facts behind a row."""
        return tuple(column.name for column in self.columns if column.role == "evidence")


def _bilingual(value: Any, where: str) -> Bilingual:
    if not isinstance(value, dict) or set(value) != {"zh", "en"} or not all(value.values()):
        raise InvalidInput("A text is needed in zh and in en.", where=where)
    return {language: str(text) for language, text in value.items()}


def _one_of(value: Any, allowed: tuple[str, ...], where: str) -> str:
    if value not in allowed:
        raise InvalidInput(
            f"“{value}” is not allowed.", where=where, hint=f"Use one of: {', '.join(allowed)}."
        )
    return str(value)


def _parameter(name: str, entry: dict[str, Any], where: str) -> Parameter:
    kind = _one_of(entry.get("type"), PARAMETER_TYPES, f"{where}, parameter {name}, type")
    of = str(entry.get("class" if kind == "thing" else "scheme", ""))
    if kind in ("thing", "concept") and not of:
        raise InvalidInput(
            f"A parameter of type {kind} needs its {'class' if kind == 'thing' else 'scheme'}.",
            where=f"{where}, parameter {name}",
        )
    default = entry.get("default")
    return Parameter(
        name,
        kind,
        _bilingual(entry.get("label"), f"{where}, parameter {name}, label"),
        None if default is None else str(default),
        of,
        entry.get("min"),
        entry.get("max"),
    )


def from_file(file: rq.RqFile) -> Question:
    """Read a question and check its header against its query.

    Args:
        file: A file of `kg/questions`.

    Returns:
        The question.

    Raises:
        InvalidInput: The header lacks something, or does not fit the query.
    """
    where = f"{file.name}.rq"
    file.require("title", "rationale", "theme", "columns", "view", "expect")
    head = file.header
    parameters = tuple(
        _parameter(name, entry, where) for name, entry in (head.get("parameters") or {}).items()
    )
    blocks = rq.values_blocks(file.text)
    for parameter in parameters:
        if (parameter.name,) not in blocks:
            raise InvalidInput(
                f"The query has no block VALUES ?{parameter.name} {{ … }}.", where=where
            )
        if not re.search(rf"\bSELECT\b[^{{]*\?{parameter.name}\b[^{{]*{{", file.text):
            raise InvalidInput(
                f"The query does not select ?{parameter.name}.",
                where=where,
                hint="Put the variable of each parameter after SELECT: the values that occur are "
                "what readers may choose.",
            )
    columns = tuple(
        Column(
            name,
            _one_of(entry.get("role"), ROLES, f"{where}, column {name}, role"),
            _bilingual(entry.get("label"), f"{where}, column {name}, label"),
        )
        for name, entry in head["columns"].items()
    )
    return Question(
        file.name,
        _bilingual(head["title"], f"{where}, title"),
        _bilingual(head["rationale"], f"{where}, rationale"),
        _bilingual(head["theme"], f"{where}, theme"),
        parameters,
        columns,
        _one_of(head["view"], VIEWS, f"{where}, view"),
        head["expect"],
        file.text,
    )


def questions() -> list[Question]:
    """All questions, by id."""
    return [from_file(file) for file in rq.read_all("kg", "questions")]


def question(question_id: str) -> Question:
    """One question.

    Args:
        question_id: Its id.

    Returns:
        The question.

    Raises:
        NotFound: There is none of this id; near ones are suggested.
    """
    names = [f.name.removesuffix(".rq") for f in resources.files("kg", "questions", suffix=".rq")]
    if question_id not in names:
        near = difflib.get_close_matches(question_id, names, n=3, cutoff=0.4)
        raise NotFound(
            f"There is no question “{question_id}”.",
            hint=f"Did you mean {', '.join(near)}?" if near else "List them with: istc questions.",
            extra={"suggestions": near},
        )
    return from_file(rq.load("kg", "questions", question_id))

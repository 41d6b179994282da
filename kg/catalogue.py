"""The catalogue of competency questions: one `.rq` file each in `kg/questions`.

    #+ title: {zh: …, en: …}            the question
    #+ rationale: {zh: …, en: …}        why it is asked
    #+ theme: {zh: …, en: …}            where it stands in the catalogue
    #+ keywords: {zh: […], en: […]}     optional; words by which it is looked for
    #+ picture: {zh: …, en: …}          optional; its name among the pictures, and that it is one
    #+ parameters:                      optional; each stands in a block VALUES ?name { default }
    #+   country: {type: thing, class: Country, label: {zh: …, en: …}, default: country/CHN}
    #+   mode: {type: concept, scheme: cooperation-mode, label: {zh: …, en: …}}
    #+   least: {type: number, label: {zh: …, en: …}, min: 0, default: 100}
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
the reader's language. The class of a thing is one of the ontology; `owl:Class` and
`owl:ObjectProperty` stand for the terms of the ontology themselves.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Any

from kg import resources, rq
from kg.errors import InvalidInput, NotFound
from kg.namespaces import ISTC, OWL, VOCAB

PARAMETER_TYPES = ("thing", "concept", "year", "range", "number", "text")
RANGES = ("year", "number")
#: Roles of columns of numbers: a figure, a number of things, a position of which 1 is the best, and
#: the bounds of the figure.
NUMBERS = ("value", "count", "rank", "low", "high")
ROLES = ("thing", "concept", "text", *NUMBERS, "unit", "period", "wording", "evidence")
VIEWS = ("table", "figure", "bar", "line", "map", "network", "timeline", "matrix", "tree")

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
#: Names that mean something else in an address.
_RESERVED = ("lang", "clang", "page", "format", "bom")
_LIMITED = ("year", "range", "number")
#: What a parameter of each type says besides its type, label and default.
_OF = {"thing": "class", "concept": "scheme", "range": "of"}

#: A text in both languages, {"zh": …, "en": …}.
Bilingual = dict[str, str]
#: Words in both languages.
Words = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Parameter:
    """A typed parameter of a question.

    Attributes:
        name: Variable in the query and key in the URL.
        type: One of PARAMETER_TYPES.
        label: Its name for readers.
        default: The default as written in the header; None means “all”.
        of: Local name or prefixed name of the class (thing), key of the scheme (concept), `year`
            or `number` (range); else empty.
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

    @property
    def variables(self) -> tuple[str, ...]:
        """Its variables in the query: two for a range, else one."""
        if self.type == "range":
            return (f"{self.name}_from", f"{self.name}_to")
        return (self.name,)

    @property
    def kind(self) -> str | None:
        """IRI of the class or scheme that the values belong to; None for other types."""
        if self.type == "thing":
            prefix, _, name = self.of.rpartition(":")
            return (OWL if prefix == "owl" else ISTC) + name
        return VOCAB + self.of if self.type == "concept" else None


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


def _mapping(value: Any, allowed: Collection[str] | None, where: str) -> dict[str, Any]:
    """A mapping of the header, with none but the allowed keys."""
    if not isinstance(value, dict):
        raise InvalidInput(
            "A mapping is needed here.", where=where, hint="Write {key: value, …} or key: value."
        )
    for key in value:
        if allowed is not None and key not in allowed:
            near = difflib.get_close_matches(str(key), allowed, n=1)
            raise InvalidInput(
                f"The key “{key}” is unknown.",
                where=where,
                hint=f"Did you mean {near[0]}?" if near else f"The keys are {', '.join(allowed)}.",
            )
    return value


def _words(value: Any, where: str) -> Words:
    found = _mapping(value, ("zh", "en"), where)
    if set(found) != {"zh", "en"}:
        raise InvalidInput("Keywords are needed in zh and in en.", where=where)
    for words in found.values():
        if not isinstance(words, list) or not all(isinstance(w, str) and w for w in words):
            raise InvalidInput("Keywords are a list of words.", where=where, hint="[…, …]")
    return {language: tuple(words) for language, words in found.items()}


def _limit(entry: Mapping[str, Any], key: str, where: str) -> float | None:
    value = entry.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InvalidInput(f"{key} must be a number.", where=where)
    return value


def _parameter(name: str, entry: Any, where: str) -> Parameter:
    where = f"{where}, parameter {name}"
    if name in _RESERVED:
        raise InvalidInput(f"A parameter cannot be called {name}.", where=where)
    keys = ("type", "label", "default", "min", "max", *dict.fromkeys(_OF.values()))
    _mapping(entry, keys, where)
    kind = _one_of(entry.get("type"), PARAMETER_TYPES, f"{where}, type")
    named = _OF.get(kind)
    foreign = [key for key in _OF.values() if key in entry and key != named]
    if kind not in _LIMITED:
        foreign += [key for key in ("min", "max") if key in entry]
    if foreign:
        raise InvalidInput(
            f"A parameter of type {kind} has no {foreign[0]}.",
            where=where,
            hint=f"Remove it, or write {named} instead." if named else "Remove it.",
        )
    of = str(entry.get(named, "year" if kind == "range" else "")) if named else ""
    if named and not of:
        raise InvalidInput(f"A parameter of type {kind} needs its {named}.", where=where)
    if kind == "range":
        _one_of(of, RANGES, f"{where}, of")
    low, high = (_limit(entry, key, where) for key in ("min", "max"))
    if low is not None and high is not None and low > high:
        raise InvalidInput(f"min {low} is greater than max {high}.", where=where)
    default = entry.get("default")
    label = _bilingual(entry.get("label"), f"{where}, label")
    return Parameter(name, kind, label, None if default is None else str(default), of, low, high)


def _default(parameter: Parameter, where: str) -> None:
    """Check a default that can be checked without the graph."""
    value = parameter.default
    if value is None or parameter.type not in _LIMITED:
        return
    kind = parameter.of or parameter.type
    pattern = r"\d{4}" if kind == "year" else r"-?\d+(?:\.\d+)?"
    if parameter.type == "range":
        found = re.fullmatch(rf"({pattern})?\.\.({pattern})?", value, re.ASCII)
        hint = "Write 2014..2021, 2014.. or ..2021, in quotation marks."
    else:
        found = re.fullmatch(rf"({pattern})", value, re.ASCII)
        hint = "Write a year such as 2020." if kind == "year" else "Write a number."
    if found is None:
        raise InvalidInput(f"The default “{value}” is no {parameter.type}.", where=where, hint=hint)
    ends = [float(part) for part in found.groups() if part]
    if ends != sorted(ends):
        raise InvalidInput(f"The default “{value}” ends before it begins.", where=where)
    low, high = parameter.minimum, parameter.maximum
    if any((low is not None and e < low) or (high is not None and e > high) for e in ends):
        raise InvalidInput(f"The default “{value}” is outside min and max.", where=where)


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


def _column(name: str, entry: Any, text: str, where: str) -> Column:
    where = f"{where}, column {name}"
    _mapping(entry, ("role", "label"), where)
    if not _selects(text, name):
        raise InvalidInput(f"The query does not select ?{name}.", where=where)
    role = _one_of(entry.get("role"), ROLES, f"{where}, role")
    return Column(name, role, _bilingual(entry.get("label"), f"{where}, label"))


def _expect(value: Any, columns: tuple[Column, ...], where: str) -> dict[str, Any]:
    where = f"{where}, expect"
    found = _mapping(value, ("min", "max", "rows"), where)
    least, most = found.get("min"), found.get("max")
    if not isinstance(least, int) or not isinstance(most, int | None):
        raise InvalidInput("min (and max) must be whole numbers of rows.", where=where)
    if most is not None and most < least:
        raise InvalidInput(f"min {least} is greater than max {most}.", where=where)
    rows = found.get("rows", [])
    if not isinstance(rows, list):
        raise InvalidInput("rows must be a list of {column: cell, …}.", where=where)
    for row in rows:
        _mapping(row, [column.name for column in columns], f"{where}, rows")
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
    head = _mapping(file.header, _HEADER, where)
    file.require("title", "rationale", "theme", "columns", "view", "expect")
    listed = _mapping(head.get("parameters") or {}, None, f"{where}, parameters")
    parameters = tuple(_parameter(name, entry, where) for name, entry in listed.items())
    for parameter in parameters:
        _default(parameter, f"{where}, parameter {parameter.name}, default")
        _bound(parameter, file.text, where)
    named = _mapping(head["columns"], None, f"{where}, columns")
    columns = tuple(_column(name, entry, file.text, where) for name, entry in named.items())
    bounds = [column.role for column in columns if column.role in ("low", "high")]
    if bounds != ["low", "high"] * (len(bounds) // 2):
        raise InvalidInput(
            "A column with the role low is followed by its column with the role high.",
            where=f"{where}, columns",
        )
    if not any(column.role == "evidence" for column in columns):
        raise InvalidInput(
            "No column has the role evidence.",
            where=f"{where}, columns",
            hint="Select the facts behind each row, so that every row can be cited.",
        )
    return Question(
        file.name,
        _bilingual(head["title"], f"{where}, title"),
        _bilingual(head["rationale"], f"{where}, rationale"),
        _bilingual(head["theme"], f"{where}, theme"),
        parameters,
        columns,
        _one_of(head["view"], VIEWS, f"{where}, view"),
        _expect(head["expect"], columns, where),
        file.text,
        _words(head["keywords"], f"{where}, keywords") if "keywords" in head else {},
        _bilingual(head["picture"], f"{where}, picture") if "picture" in head else {},
    )


def questions() -> list[Question]:
    """All questions, by id."""
    return [_read(item) for item in resources.files("kg", "questions", suffix=".rq")]


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
    return _read(resources.root("kg", "questions", f"{question_id}.rq"))


def _read(item: Traversable) -> Question:
    return _parsed(item.name, item.read_text(encoding="utf-8"))


@lru_cache(maxsize=2048)
def _parsed(name: str, text: str) -> Question:
    """A question by the text of its file, read once for each text."""
    return from_file(rq.parse(name, text))

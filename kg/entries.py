"""What the catalogues of questions and of analyses are written in: texts, parameters, columns.

Both are headers in YAML; `kg.catalogue` says what a header holds. What is read here is checked, and
an error says where it stands.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg.errors import InvalidInput
from kg.namespaces import ISTC, OWL, VOCAB

PARAMETER_TYPES = ("thing", "concept", "year", "range", "number", "text", "choice")
RANGES = ("year", "number")
#: Roles of columns of numbers: a figure, a number of things, a position of which 1 is the best, and
#: the bounds of the figure.
NUMBERS = ("value", "count", "rank", "low", "high")
ROLES = ("thing", "concept", "text", *NUMBERS, "unit", "period", "wording", "evidence")
VIEWS = ("table", "figure", "bar", "line", "map", "network", "timeline", "matrix", "tree")

#: Names that mean something else in an address.
_RESERVED = ("lang", "clang", "page", "format", "bom")
_LIMITED = ("year", "range", "number")
#: What a parameter of each type says besides its type, label and default.
_OF = {"thing": "class", "concept": "scheme", "range": "of", "choice": "values"}

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
        values: What may be chosen, with its names (choice).
        empty: What it means when none is chosen; empty where that is “all”.
    """

    name: str
    type: str
    label: Bilingual
    default: str | None
    of: str = ""
    minimum: float | None = None
    maximum: float | None = None
    values: dict[str, Bilingual] = field(default_factory=dict)
    empty: Bilingual = field(default_factory=dict)

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


def bilingual(value: Any, where: str) -> Bilingual:
    """A text in both languages.

    Raises:
        InvalidInput: One of them is missing; `where` says of what.
    """
    if not isinstance(value, dict) or set(value) != {"zh", "en"} or not all(value.values()):
        raise InvalidInput("A text is needed in zh and in en.", where=where)
    return {language: str(text) for language, text in value.items()}


def one_of(value: Any, allowed: tuple[str, ...], where: str) -> str:
    """A value that is one of the allowed ones.

    Raises:
        InvalidInput: It is another one.
    """
    if value not in allowed:
        raise InvalidInput(
            f"“{value}” is not allowed.", where=where, hint=f"Use one of: {', '.join(allowed)}."
        )
    return str(value)


def mapping(value: Any, allowed: Collection[str] | None, where: str) -> dict[str, Any]:
    """A mapping with none but the allowed keys; None allows all.

    Raises:
        InvalidInput: It is no mapping, or has another key; near ones are suggested.
    """
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


def words(value: Any, where: str) -> Words:
    """Lists of words in both languages.

    Raises:
        InvalidInput: They are something else.
    """
    found = mapping(value, ("zh", "en"), where)
    if set(found) != {"zh", "en"}:
        raise InvalidInput("Keywords are needed in zh and in en.", where=where)
    for some in found.values():
        if not isinstance(some, list) or not all(isinstance(w, str) and w for w in some):
            raise InvalidInput("Keywords are a list of words.", where=where, hint="[…, …]")
    return {language: tuple(some) for language, some in found.items()}


def parameters(value: Any, where: str) -> tuple[Parameter, ...]:
    """The parameters of a header, with their defaults checked as far as the graph is not needed.

    Args:
        value: A mapping from names to what is said of them, or None.
        where: The header, for errors.

    Returns:
        The parameters in their order.

    Raises:
        InvalidInput: One is not well-formed.
    """
    listed = mapping(value or {}, None, f"{where}, parameters")
    found = tuple(_parameter(name, entry, where) for name, entry in listed.items())
    for parameter in found:
        _default(parameter, f"{where}, parameter {parameter.name}, default")
    return found


def columns(value: Any, where: str) -> tuple[Column, ...]:
    """The columns of a header.

    Args:
        value: A mapping from names to role and label.
        where: The header, for errors.

    Returns:
        The columns in their order.

    Raises:
        InvalidInput: One is not well-formed, or a lower bound has no upper one after it.
    """
    named = mapping(value, None, f"{where}, columns")
    found = tuple(_column(name, entry, where) for name, entry in named.items())
    bounds = [column.role for column in found if column.role in ("low", "high")]
    if bounds != ["low", "high"] * (len(bounds) // 2):
        raise InvalidInput(
            "A column with the role low is followed by its column with the role high.",
            where=f"{where}, columns",
        )
    return found


def _column(name: str, entry: Any, where: str) -> Column:
    where = f"{where}, column {name}"
    mapping(entry, ("role", "label"), where)
    role = one_of(entry.get("role"), ROLES, f"{where}, role")
    return Column(name, role, bilingual(entry.get("label"), f"{where}, label"))


def _limit(entry: Mapping[str, Any], key: str, where: str) -> float | None:
    value = entry.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InvalidInput(f"{key} must be a number.", where=where)
    return value


def _parameter(name: str, entry: Any, where: str) -> Parameter:
    where = f"{where}, parameter {name}"
    if name in _RESERVED:
        raise InvalidInput(f"A parameter cannot be called {name}.", where=where)
    keys = ("type", "label", "default", "empty", "min", "max", *dict.fromkeys(_OF.values()))
    mapping(entry, keys, where)
    kind = one_of(entry.get("type"), PARAMETER_TYPES, f"{where}, type")
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
    values = _values(entry, where) if kind == "choice" else {}
    of = str(entry.get(named, "year" if kind == "range" else "")) if named and not values else ""
    if named and not (of or values):
        raise InvalidInput(f"A parameter of type {kind} needs its {named}.", where=where)
    if kind == "range":
        one_of(of, RANGES, f"{where}, of")
    low, high = (_limit(entry, key, where) for key in ("min", "max"))
    if low is not None and high is not None and low > high:
        raise InvalidInput(f"min {low} is greater than max {high}.", where=where)
    default = entry.get("default")
    label = bilingual(entry.get("label"), f"{where}, label")
    text = None if default is None else str(default)
    empty = bilingual(entry["empty"], f"{where}, empty") if "empty" in entry else {}
    return Parameter(name, kind, label, text, of, low, high, values, empty)


def _values(entry: Mapping[str, Any], where: str) -> dict[str, Bilingual]:
    """What may be chosen of a parameter of type choice; the default is one of it."""
    listed = mapping(entry.get("values"), None, f"{where}, values")
    found = {str(key): bilingual(name, f"{where}, value {key}") for key, name in listed.items()}
    if entry.get("default") is not None:
        one_of(str(entry["default"]), tuple(found), f"{where}, default")
    return found


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

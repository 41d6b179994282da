"""The catalogue of analyses, which readers know as tools: one `.yaml` file each in `kg/analysis`.

    title: {zh: …, en: …}
    rationale: {zh: …, en: …}
    theme: {zh: …, en: …}             where it stands in the list
    keywords: {zh: […], en: […]}      optional
    note: {zh: …, en: …}              optional; method and limits of the whole
    needs: [key, …]                   optional; data sets without which its tables are mostly empty
    offered: {document: stated-in}    optional; the query of kg/queries/analysis that gives the
                                      values (?thing, ?number) of a parameter that have rows
    parameters: …                     as those of a question, see kg.catalogue
    tables:                           in the order of the page
      partners:
        title: {zh: …, en: …}
        note: {zh: …, en: …}          optional; method and limits of this table
        onward: {partner: country-profile/country}
                                      optional; the tool and its parameter to which a thing leads
        columns: …                    as those of a question
        view: bar                     one of VIEWS

The rows come from `kg/analysis/computing/<name>.py`, with `_` for each `-` of the name.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any, cast

import yaml

from kg import entries, resources
from kg.analysis.rows import Compute
from kg.catalogue import Question
from kg.entries import Bilingual, Parameter, Words
from kg.errors import InvalidInput, NotFound

_KEYS = (
    "title", "rationale", "theme", "keywords", "note", "needs", "offered", "parameters", "tables",
)  # fmt: skip
_TABLE = ("title", "note", "onward", "columns", "view")


@dataclass(frozen=True)
class TableOf:
    """A table of an analysis.

    Attributes:
        name: Its name in addresses.
        question: The question that it answers: its id is `<analysis>/<table>`, its columns and its
            view say how it is shown.
        note: Method and limits, empty when there is nothing to say.
        onward: Name of a column of things → the id of the tool that tells more of one of them, and
            the parameter that takes it.
    """

    name: str
    question: Question
    note: Bilingual = field(default_factory=dict)
    onward: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """An analysis.

    Attributes:
        id: Name of its file.
        title: Its title.
        rationale: What it is for.
        theme: Where it stands in the list.
        parameters: Its typed parameters, shared by all tables.
        tables: Its tables, in the order of the page.
        note: Method and limits of the whole, empty when there is nothing to say.
        keywords: Words by which it is looked for, by language.
        text: The text of its file.
        needs: Keys of the data sets without which its tables are mostly empty.
        offered: Name of a parameter → the query that gives its values that have rows.
    """

    id: str
    title: Bilingual
    rationale: Bilingual
    theme: Bilingual
    parameters: tuple[Parameter, ...]
    tables: tuple[TableOf, ...]
    note: Bilingual
    keywords: Words
    text: str
    needs: tuple[str, ...] = ()
    offered: Mapping[str, str] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """How errors call it."""
        return f"tool {self.id}"

    def table(self, name: str) -> TableOf:
        """One of its tables.

        Raises:
            NotFound: It has none of this name.
        """
        names = [table.name for table in self.tables]
        if name not in names:
            near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names
            raise NotFound(
                f"The tool {self.id} has no table “{name}”.",
                hint=f"Its tables are {', '.join(names)}.",
                extra={"suggestions": [f"/tools/{self.id}/{one}.csv" for one in near]},
            )
        return self.tables[names.index(name)]

    def compute(self) -> Compute:
        """Its computation."""
        module = import_module(f"kg.analysis.computing.{self.id.replace('-', '_')}")
        return cast(Compute, module.compute)


def analyses() -> list[Analysis]:
    """All analyses, by id."""
    return [
        _parsed(item.name, item.read_text(encoding="utf-8"))
        for item in resources.files("kg", "analysis", suffix=".yaml")
    ]


def analysis(name: str) -> Analysis:
    """One analysis.

    Args:
        name: Its id.

    Raises:
        NotFound: There is none of this id; near ones are suggested.
    """
    known = {one.id: one for one in analyses()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        raise NotFound(
            f"There is no tool “{name}”.",
            hint=f"Did you mean {', '.join(near)}?"
            if near
            else "All are listed at /tools, and by: istc analyse.",
            extra={"suggestions": [f"/tools/{one}" for one in near]},
        )
    return known[name]


@lru_cache(maxsize=64)
def _parsed(name: str, text: str) -> Analysis:
    return parse(name, text)


def parse(name: str, text: str) -> Analysis:
    """Read an analysis and check it.

    Args:
        name: Name of its file.
        text: Its text.

    Returns:
        The analysis.

    Raises:
        InvalidInput: It is not well-formed.
    """
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidInput("Not valid YAML.", where=name, hint=" ".join(str(error).split())) from (
            error
        )
    head = entries.mapping(read, _KEYS, name)
    missing = [k for k in ("title", "rationale", "theme", "tables") if k not in head]
    if missing:
        raise InvalidInput(f"The file lacks {', '.join(missing)}.", where=name)
    identifier = name.removesuffix(".yaml")
    title, rationale, theme = (
        entries.bilingual(head[key], f"{name}, {key}") for key in ("title", "rationale", "theme")
    )
    parameters = entries.parameters(head.get("parameters"), name)
    listed = entries.mapping(head["tables"], None, f"{name}, tables")

    def table(key: str, entry: Any) -> TableOf:
        where = f"{name}, table {key}"
        said = entries.mapping(entry, _TABLE, where)
        note = entries.bilingual(said["note"], f"{where}, note") if "note" in said else {}
        question = Question(
            f"{identifier}/{key}",
            entries.bilingual(said.get("title"), f"{where}, title"),
            note or rationale,
            theme,
            parameters,
            entries.columns(said.get("columns"), where),
            entries.one_of(said.get("view"), entries.VIEWS, f"{where}, view"),
            {},
            "",
        )
        return TableOf(key, question, note, _onward(said.get("onward"), question, where))

    return Analysis(
        identifier,
        title,
        rationale,
        theme,
        parameters,
        tuple(table(key, entry) for key, entry in listed.items()),
        entries.bilingual(head["note"], f"{name}, note") if "note" in head else {},
        entries.words(head["keywords"], f"{name}, keywords") if "keywords" in head else {},
        text,
        _needs(head.get("needs"), f"{name}, needs"),
        entries.mapping(
            head.get("offered") or {}, [one.name for one in parameters], f"{name}, offered"
        ),
    )


def _needs(value: Any, where: str) -> tuple[str, ...]:
    """Keys of data sets."""
    if not value:
        return ()
    if not isinstance(value, list):
        raise InvalidInput("Data sets are a list of keys.", where=where, hint="[…, …]")
    files = resources.files("kg", "importing", "sets", suffix=".yaml")
    known = tuple(item.name.removesuffix(".yaml") for item in files)
    return tuple(entries.one_of(key, known, where) for key in value)


def _onward(value: Any, question: Question, where: str) -> dict[str, tuple[str, str]]:
    """Where the things of some columns lead."""
    things = [column.name for column in question.columns if column.role == "thing"]
    found: dict[str, tuple[str, str]] = {}
    for name, to in entries.mapping(value or {}, things, f"{where}, onward").items():
        tool, slash, parameter = str(to).partition("/")
        if not (tool and slash and parameter):
            raise InvalidInput(
                f"“{to}” is no tool with its parameter.",
                where=f"{where}, onward",
                hint="Write column: tool/parameter.",
            )
        found[name] = (tool, parameter)
    return found


__all__ = ["Analysis", "TableOf", "analyses", "analysis", "parse"]

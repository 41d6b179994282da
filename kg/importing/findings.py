"""All that is wrong with an import: in Chinese and English words, as CSV, JSON and SHACL RDF."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import chain, repeat
from pathlib import Path
from typing import IO, Any, TextIO, cast

from pyoxigraph import RdfFormat

from kg import messages
from kg.errors import InvalidInput, IstcError, NonConforming
from kg.namespaces import SH, SHAPES
from kg.report import SEVERITIES, Result, Severity, write_shacl

#: Beginning of a rule of `kg/messages.csv` → constraint of SHACL that says the same.
_CONSTRAINTS = {
    "not-": "Datatype",
    "empty": "MinCount",
    "unknown-": "Class",
    "key-twice": "MaxCount",
}
#: Rules that a file breaks as a whole: it cannot be read.
_UNREADABLE = frozenset(
    {
        "rdf-syntax", "encoding", "not-xlsx", "old-xls", "not-gzip", "not-json", "not-records",
        "not-csv", "unknown-format", "empty-table", "unpacked-size", "document-type", "long-line",
        "no-rows",
    }
)  # fmt: skip
#: Findings that are held in memory.
HELD = 10_000
_RDF = {"ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD}
#: Beginnings of cells that spreadsheet programs run, and what is none all the same.
_FORMULA, _NUMBER = tuple("=+-@\t\r"), re.compile(r"[-+]?[\d.,%]+")
_HEADER = (
    "severity", "file", "sheet", "row", "column", "line", "value", "message_zh", "message_en",
    "rule", "focus", "path",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or doubtful, with its place.

    Attributes:
        severity: `violation`, `warning` or `info`.
        messages: What is wrong, what is expected and how to mend it, by language.
        rule: Name of the rule.
        place: Members `file`, `sheet`, `row`, `column`, `line`, those that are known.
        value: The value that is wrong.
        focus: IRI of the thing that it is about, if there is one.
        result: The result of validation that it comes from.
    """

    severity: Severity
    messages: Mapping[str, str]
    rule: str
    place: Mapping[str, Any] = field(default_factory=dict)
    value: str | None = None
    focus: str | None = None
    result: Result | None = None

    def where(self, language: str) -> str:
        """Its place in words."""
        words = _PLACES[language]
        return words["join"].join(
            words[name].format(self.place[name])
            for name in ("file", "sheet", "line", "row", "column")
            if self.place.get(name)
        ) or (self.focus or "")

    def stored(self) -> dict[str, Any]:
        """All of it as plain values; `parse` reads them."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return values | {"result": self.result and self.result.record()}

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Finding:
        """The finding of what was stored."""
        result = values["result"]
        return cls(**{**values, "result": None if result is None else Result.parse(result)})

    def record(self) -> dict[str, Any]:
        """The finding as others read it."""
        return {
            "severity": self.severity,
            **{name: self.place.get(name) for name in ("file", "sheet", "row", "column", "line")},
            "value": self.value,
            "messages": dict(self.messages),
            "rule": self.rule,
            "focus": self.focus,
            "path": self.result.path if self.result else None,
        }


_PLACES = {
    "zh": {
        "join": "，",
        "file": "{}",
        "sheet": "工作表“{}”",
        "row": "第{}行",
        "column": "列“{}”",
        "line": "第{}行",
    },
    "en": {
        "join": ", ",
        "file": "{}",
        "sheet": "sheet “{}”",
        "row": "row {}",
        "column": "column “{}”",
        "line": "line {}",
    },
}


def from_error(error: InvalidInput) -> Finding:
    """The finding of an error in what was read."""
    extra = error.extra
    told = extra.get("messages")
    if told is None:
        why = error.what.removeprefix("The RDF cannot be read: ")
        told = {
            language: (" " if language == "en" else "").join(
                messages.said("rdf-syntax", language, why=why)
            )
            for language in messages.LANGUAGES
        }
    place = dict(extra.get("place") or {})
    if not place:
        file = (error.where or "").partition(",")[0]
        place = {"file": file, "line": extra.get("line"), "column": extra.get("column")}
    return Finding(
        "violation", told, str(extra.get("rule", "rdf-syntax")), place, extra.get("value")
    )


#: Says where a node and its property are written.
Locate = Callable[[str, str | None], Mapping[str, Any]]


def from_result(result: Result, locate: Locate) -> Finding:
    """The finding of a result of validation."""
    place = locate(result.focus, result.path)
    return Finding(
        result.severity, result.messages, result.name, place, result.value, result.focus, result
    )


class Gathered:
    """Findings as they come: the first in memory, any more in a file.

    Args:
        folder: Where the file is, should it be needed.

    Attributes:
        counts: How many of each severity.
        unreadable: Whether a file cannot be read at all.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "findings.jsonl"
        self._held: list[Finding] = []
        self.counts: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
        self.unreadable = False

    def add(self, finding: Finding) -> None:
        """Take up a finding."""
        self.counts[finding.severity] += 1
        self.unreadable = self.unreadable or finding.rule in _UNREADABLE
        if len(self._held) < HELD:
            self._held.append(finding)
            return
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(finding.stored(), ensure_ascii=False) + "\n")

    @property
    def violated(self) -> bool:
        """Whether one is a violation."""
        return self.counts["violation"] > 0

    def whole(self) -> Findings:
        """All of them; the file must stay as long as they are used."""
        held = tuple(sorted(self._held, key=_order))
        more = sum(self.counts.values()) > len(held)
        return Findings(held, self._path if more else None, dict(self.counts), self.unreadable)


@dataclass(frozen=True)
class Findings:
    """All findings of an import; iterate over them, there may be a million.

    Attributes:
        found: The findings, gravest first, then by place; the first of them where there are many.
        more: The file of the others, in the order of the rows.
        counts: How many of each severity.
        unreadable: Whether a file cannot be read at all.
        least: The least severity that is shown.
    """

    found: tuple[Finding, ...] = ()
    more: Path | None = None
    counts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))
    unreadable: bool = False
    least: Severity = SEVERITIES[-1]

    def __iter__(self) -> Iterator[Finding]:
        """The findings that are shown."""
        shown = SEVERITIES[: SEVERITIES.index(self.least) + 1]
        yield from (finding for finding in self.found if finding.severity in shown)
        if self.more is not None:
            with self.more.open(encoding="utf-8") as file:
                others = (Finding.parse(json.loads(line)) for line in file)
                yield from (finding for finding in others if finding.severity in shown)

    def down_to(self, severity: Severity) -> Findings:
        """The same, of which only those of this severity and graver ones are shown."""
        return replace(self, least=severity)

    @property
    def conforms(self) -> bool:
        """Whether nothing is a violation."""
        return not self.counts["violation"]

    def lines(self, language: str) -> Iterator[str]:
        """A line a finding: severity, place, sentence."""
        severities = {"violation": "错误", "warning": "警告", "info": "提示"}
        for finding in self:
            said = finding.messages.get(language) or next(iter(finding.messages.values()), "")
            shown = severities[finding.severity] if language == "zh" else finding.severity
            yield "\t".join((shown, finding.where(language), said))

    def records(self) -> Iterator[dict[str, Any]]:
        """The findings as plain values."""
        return (finding.record() for finding in self)

    def write(self, file: IO[bytes], form: str, source: str, language: str = "en") -> None:
        """Write the report, one finding after the other.

        Args:
            file: Where to write.
            form: `text`, `csv` (RFC 4180, with line feeds), `json` (a list), `ttl` or `jsonld`
                (a `sh:ValidationReport`).
            source: IRI of the document that is imported, the focus of what is wrong in its cells.
            language: Language of a report in words.
        """
        if form in _RDF:
            results = (_as_result(finding, source) for finding in self)
            write_shacl(results, self.conforms, file, _RDF[form])
            return
        text = io.TextIOWrapper(file, "utf-8", newline="")
        match form:
            case "csv":
                self._csv(text)
            case "json":
                for start, record in zip(chain("[", repeat(",\n")), self.records(), strict=False):
                    text.write(start + json.dumps(record, ensure_ascii=False, indent=1))
                text.write("]\n" if any(self.counts.values()) else "[]\n")
            case _:
                text.writelines(f"{line}\n" for line in self.lines(language))
        text.detach()

    def _csv(self, text: TextIO) -> None:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_HEADER)
        for record in self.records():
            said = record.pop("messages")
            record |= {f"message_{language}": said.get(language, "") for language in ("zh", "en")}
            writer.writerow(_harmless(record[name]) for name in _HEADER)

    def text(self, form: str, source: str, language: str = "en") -> str:
        """The report as a text; see `write`."""
        held = io.BytesIO()
        self.write(held, form, source, language)
        return held.getvalue().decode("utf-8")


def _harmless(value: object) -> object:
    """A value of which no spreadsheet program makes a formula."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _order(finding: Finding) -> tuple[Any, ...]:
    place = finding.place
    return (
        SEVERITIES.index(finding.severity), str(place.get("file") or ""),
        str(place.get("sheet") or ""), int(place.get("row") or place.get("line") or 0),
        str(place.get("column") or ""), finding.rule, finding.focus or "",
    )  # fmt: skip


def _as_result(finding: Finding, source: str) -> Result:
    said = {
        language: f"{finding.where(language)}{'：' if language == 'zh' else ': '}{text}"
        for language, text in finding.messages.items()
    }
    if finding.result is not None:
        found = finding.result
        return Result(
            found.severity, found.focus, found.path, found.value, found.shape, found.constraint,
            said, found.term,
        )  # fmt: skip
    kind = next((c for start, c in _CONSTRAINTS.items() if finding.rule.startswith(start)), "Node")
    return Result(
        finding.severity, source, None, finding.value, f"{SHAPES}Cell-{finding.rule}",
        f"{SH}{kind}ConstraintComponent", said,
    )  # fmt: skip


def results(error: IstcError) -> tuple[Result, ...]:
    """The results that an error of validation carries."""
    if not isinstance(error, NonConforming):
        return ()
    told = (*error.extra.get("results", ()), *error.extra.get("warnings", ()))
    return tuple(Result.parse(cast("Mapping[str, Any]", record)) for record in told)


__all__ = ["Finding", "Findings", "Gathered", "Locate", "from_error", "from_result", "results"]

"""All that is wrong with an import: in Chinese and English words, as CSV, JSON and SHACL RDF."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from kg import messages
from kg.errors import InvalidInput, IstcError, NonConforming
from kg.namespaces import SH, SHAPES
from kg.report import SEVERITIES, Report, Result, Severity

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

    def record(self) -> dict[str, Any]:
        """The finding as plain values."""
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
            language: "".join(messages.said("rdf-syntax", language, why=why))
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


@dataclass(frozen=True)
class Findings:
    """All findings of an import.

    Attributes:
        found: The findings, gravest first, then by place.
    """

    found: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, found: Iterable[Finding]) -> Findings:
        """Findings in order."""
        return cls(tuple(sorted(found, key=_order)))

    @property
    def counts(self) -> dict[str, int]:
        """How many of each severity."""
        return {s: sum(f.severity == s for f in self.found) for s in SEVERITIES}

    @property
    def conforms(self) -> bool:
        """Whether nothing is a violation."""
        return not any(f.severity == "violation" for f in self.found)

    @property
    def unreadable(self) -> bool:
        """Whether a file cannot be read at all."""
        return any(finding.rule in _UNREADABLE for finding in self.found)

    def lines(self, language: str) -> Iterator[str]:
        """A line a finding: severity, place, sentence."""
        severities = {"violation": "错误", "warning": "警告", "info": "提示"}
        for finding in self.found:
            said = finding.messages.get(language) or next(iter(finding.messages.values()), "")
            shown = severities[finding.severity] if language == "zh" else finding.severity
            yield "\t".join((shown, finding.where(language), said))

    def csv(self) -> str:
        """All findings as CSV (RFC 4180, with line feeds)."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_HEADER)
        for finding in self.found:
            record = finding.record()
            said = record.pop("messages")
            record |= {f"message_{language}": said.get(language, "") for language in ("zh", "en")}
            writer.writerow("" if record[name] is None else record[name] for name in _HEADER)
        return text.getvalue()

    def records(self) -> list[dict[str, Any]]:
        """All findings as plain values."""
        return [finding.record() for finding in self.found]

    def turtle(self, source: str) -> str:
        """All findings as a `sh:ValidationReport` in Turtle.

        Args:
            source: IRI of the document that is imported, the focus of what is wrong in its cells.
        """
        return Report(tuple(_as_result(finding, source) for finding in self.found)).turtle()


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
    return tuple(Result.parse(cast("Mapping[str, Any]", r)) for r in error.extra.get("results", ()))


__all__ = ["Finding", "Findings", "Locate", "from_error", "from_result", "results"]

"""What a validation found: results and reports, as values, as RDF and as an error."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, Any, Literal, TypeAlias

import pyoxigraph
from pyoxigraph import RdfFormat

from kg.errors import NonConforming
from kg.namespaces import ID, ISTC, PREFIXES, SH, SHAPES, VOCAB

Severity: TypeAlias = Literal["violation", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")
#: Lines of a report that are written at a time.
_LINES = 1000
_REPORT_PREFIXES = {"sh": SH, "s": SHAPES, "istc": ISTC, "id": ID, "v": VOCAB}


@dataclass(frozen=True)
class Result:
    """One thing that is wrong, doubtful or incomplete.

    Attributes:
        severity: `violation` refuses the data, `warning` is shown, `info` counts completeness.
        focus: IRI of the thing that it is about.
        path: IRI of the property (or a SPARQL property path), None when it is about the whole.
        value: The value that is wrong, as plain text or IRI; None when something is missing.
        shape: IRI of the shape, or of the check: `…/shapes#Name`.
        constraint: IRI of the SHACL constraint component.
        messages: What is wrong and what to do, by language (`zh`, `en`).
        term: The value in N-Triples syntax, for reports in RDF.
    """

    severity: Severity
    focus: str
    path: str | None
    value: str | None
    shape: str
    constraint: str
    messages: dict[str, str] = field(compare=False)
    term: str | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Local name of the shape or check."""
        return self.shape.rpartition("#")[2]

    def sort_key(self) -> tuple[Any, ...]:
        """Gravest first, then by rule, thing, property and value."""
        return (
            SEVERITIES.index(self.severity), self.shape, self.focus,
            self.path or "", self.value or "", self.constraint,
        )  # fmt: skip

    def moved(self, old: str, new: str) -> Result:
        """The result under another base IRI."""
        if old == new:
            return self
        texts = {name: getattr(self, name) for name in ("focus", "path", "value", "term")}
        changed: dict[str, Any] = {k: v and v.replace(old, new) for k, v in texts.items()}
        return replace(self, **changed)

    def record(self, where: str | None = None) -> dict[str, Any]:
        """The result as plain values.

        Args:
            where: Where it is written: file, row and column, or the like.
        """
        return {
            "severity": self.severity,
            "where": where,
            "focus": self.focus,
            "path": self.path,
            "value": self.value,
            "rule": self.shape,
            "constraint": self.constraint,
            "messages": self.messages,
            "term": self.term,
        }

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Result:
        """The result of a record."""
        names = ("severity", "focus", "path", "value", "rule", "constraint", "messages", "term")
        return cls(*(record[name] for name in names))

    def _ntriples(self, node: str) -> Iterator[str]:
        yield f"{node} <{PREFIXES['rdf']}type> <{SH}ValidationResult> ."
        yield f"{node} <{SH}resultSeverity> <{SH}{self.severity.capitalize()}> ."
        yield f"{node} <{SH}focusNode> {_resource(self.focus)} ."
        yield f"{node} <{SH}sourceShape> {_resource(self.shape)} ."
        yield f"{node} <{SH}sourceConstraintComponent> <{self.constraint}> ."
        if self.path is not None and not set(self.path) & set("<>^| "):
            yield f"{node} <{SH}resultPath> <{self.path}> ."
        if self.term is not None:
            yield f"{node} <{SH}value> {self.term} ."
        for language, text in self.messages.items():
            literal = pyoxigraph.Literal(text, language=language)
            yield f"{node} <{SH}resultMessage> {literal} ."


@dataclass(frozen=True)
class Report:
    """What a validation found.

    Attributes:
        results: All results, gravest first.
    """

    results: tuple[Result, ...] = ()

    @property
    def conforms(self) -> bool:
        """True when there is no violation; warnings and infos do not refuse anything."""
        return not any(result.severity == "violation" for result in self.results)

    def at_least(self, severity: Severity) -> tuple[Result, ...]:
        """The results of this severity and graver ones."""
        most = SEVERITIES.index(severity)
        return tuple(r for r in self.results if SEVERITIES.index(r.severity) <= most)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many results of each severity."""
        return {
            severity: sum(result.severity == severity for result in self.results)
            for severity in SEVERITIES
        }

    def turtle(self) -> str:
        """The results as a `sh:ValidationReport` (SHACL, section 3.6) in Turtle."""
        found = io.BytesIO()
        write_shacl(self.results, self.conforms, found, RdfFormat.TURTLE)
        return found.getvalue().decode("utf-8")


def write_shacl(
    results: Iterable[Result], conforms: bool, file: IO[bytes], rdf_format: RdfFormat
) -> None:
    """Write results as a `sh:ValidationReport` (SHACL, section 3.6), one after the other.

    Args:
        results: The results.
        conforms: Whether none of them is a violation.
        file: Where to write.
        rdf_format: The syntax.
    """
    boolean = f'"{str(conforms).lower()}"^^<{PREFIXES["xsd"]}boolean>'

    def lines() -> Iterator[str]:
        yield f"_:report <{PREFIXES['rdf']}type> <{SH}ValidationReport> ."
        yield f"_:report <{SH}conforms> {boolean} ."
        for number, result in enumerate(results, start=1):
            yield f"_:report <{SH}result> _:r{number} ."
            yield from result._ntriples(f"_:r{number}")

    triples = (
        triple
        for some in _batched(lines(), _LINES)
        for triple in pyoxigraph.parse(input="\n".join(some), format=RdfFormat.N_TRIPLES)
    )
    pyoxigraph.serialize(triples, file, format=rdf_format, prefixes=_REPORT_PREFIXES)


def _batched(items: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    """Items in groups, the last of which may be smaller."""
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some


def refusal(
    results: Sequence[Result],
    where: Callable[[str, str | None], str | None] = lambda *_: None,
    warnings: Sequence[Result] = (),
) -> NonConforming:
    """The error for data that break rules, carrying every result.

    Args:
        results: What refuses them, gravest first; at least one.
        where: Says where a node and its property are written, given their IRIs.
        warnings: What else should be known.

    Returns:
        The error; `Result.parse` reads the members of its `extra["results"]`, and of
        `extra["warnings"]` where there are any.
    """
    extra = {"results": [r.record(where(r.focus, r.path)) for r in results]}
    if warnings:
        extra["warnings"] = [r.record(where(r.focus, r.path)) for r in warnings]
    first = results[0]
    more = f" ({len(results) - 1} more results)" if len(results) > 1 else ""
    return NonConforming(
        f"{first.messages.get('en', first.shape)}{more}",
        where=f"{where(first.focus, first.path) or first.focus}, rule {first.name}",
        hint=first.messages.get("zh"),
        extra=extra,
    )


def _resource(iri: str) -> str:
    return iri if iri.startswith("_:") else f"<{iri}>"

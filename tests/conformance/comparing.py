"""Whether an answer is the expected one.

Rows are a multiset, or a list where the suite numbers them; blank nodes may have any label; two
literals of one numeric, boolean or time datatype are equal when their values are (RDF 1.1 Concepts,
section 3.3), however they are written; numbers in CSV, which has no datatypes, likewise.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeAlias, cast

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
)

from tests.conformance.manifests import iri

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
_FLOATS = frozenset({XSD + "float", XSD + "double"})
_BOOLEANS = {"1": "true", "0": "false"}
_DATES = frozenset({XSD + "date", XSD + "dateTime", XSD + "time"})
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_UTC = re.compile(r"[+-]00:00\Z")
_EXACT = frozenset(
    XSD + name
    for name in (
        *("decimal", "integer", "nonPositiveInteger", "negativeInteger", "nonNegativeInteger"),
        *("positiveInteger", "long", "int", "short", "byte"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Row: TypeAlias = dict[str, Term]


@dataclass(frozen=True)
class Table:
    """Rows of a SELECT; `ordered` when their order is part of the answer."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    ordered: bool = False


Result: TypeAlias = Table | bool | frozenset[Quad]


# --- reading --------------------------------------------------------------------------------------


def rows(body: bytes, media_type: str) -> Table | bool:
    """Read the answer to a SELECT or ASK.

    Args:
        body: The answer.
        media_type: Its media type.

    Returns:
        The rows, or the truth value.
    """
    if media_type.startswith("text/csv"):
        return _csv(body.decode("utf-8"))
    form = QueryResultsFormat.from_media_type(media_type)
    assert form is not None, f"{media_type} is no format of results"
    found = pyoxigraph.parse_query_results(body, format=form)
    if isinstance(found, QueryBoolean):
        return bool(found)
    names = tuple(variable.value for variable in cast(QuerySolutions, found).variables)
    read = ({name: row[name] for name in names if row[name] is not None} for row in found)
    return Table(names, tuple(cast(Row, row) for row in read))


def quads(body: bytes, media_type: str, base: str) -> frozenset[Quad]:
    """Read RDF.

    Args:
        body: The document.
        media_type: Its media type.
        base: IRI against which relative ones are read.

    Returns:
        Its quads.
    """
    form = RdfFormat.from_media_type(media_type)
    assert form is not None, f"{media_type} is no format of RDF"
    return frozenset(pyoxigraph.parse(body, format=form, base_iri=base))


def load(path: Path) -> frozenset[Quad]:
    """Read an RDF file of the suites; its IRI is the base, its blank nodes are its own."""
    form = RdfFormat.from_extension(path.suffix[1:])
    assert form is not None, path.name
    return frozenset(
        pyoxigraph.parse(path=str(path), format=form, base_iri=iri(path), rename_blank_nodes=True)
    )


def expected(path: Path) -> Result:
    """Read a file of expected results: rows, a truth value, or a graph."""
    form = QueryResultsFormat.from_extension(path.suffix[1:])
    if form is not None:
        return rows(path.read_bytes(), form.media_type)
    found = load(path)
    if not any(quad.object == NamedNode(RS + "ResultSet") for quad in found):
        return found
    truth = next((q.object.value for q in found if q.predicate.value == RS + "boolean"), None)
    return _result_set(found) if truth is None else truth == "true"


def _result_set(found: Iterable[Quad]) -> Table:
    """Rows in the vocabulary of DAWG result sets; read without a change of literals."""
    facts: dict[tuple[Term, str], list[Term]] = {}
    for quad in found:
        local = quad.predicate.value.removeprefix(RS)
        facts.setdefault((quad.subject, local), []).append(quad.object)
    names = sorted(
        {
            cast(Literal, n).value
            for (_, p), ns in facts.items()
            if p == "resultVariable"
            for n in ns
        }
    )
    listed: list[tuple[int, Row]] = []
    numbered = True
    for (_, predicate), solutions in facts.items():
        for solution in solutions if predicate == "solution" else ():
            row: Row = {}
            for binding in facts.get((solution, "binding"), []):
                (name,) = facts[binding, "variable"]
                (row[cast(Literal, name).value],) = facts[binding, "value"]
            index = facts.get((solution, "index"))
            numbered = numbered and index is not None
            listed.append((int(cast(Literal, index[0]).value) if index else 0, row))
    listed.sort(key=lambda item: item[0])
    return Table(tuple(names), tuple(row for _, row in listed), numbered and bool(listed))


def _csv(text: str) -> Table:
    """Rows of CSV, in which a term is its text; only blank nodes can be told."""
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    return Table(
        tuple(header),
        tuple(
            {name: _cell(cell) for name, cell in zip(header, line, strict=True) if cell}
            for line in lines
        ),
    )


def _cell(text: str) -> Term:
    if text.startswith("_:"):
        return BlankNode(text[2:])
    return (
        Literal(text, datatype=NamedNode(XSD + "double"))
        if _NUMBER.fullmatch(text)
        else Literal(text)
    )


# --- comparing ------------------------------------------------------------------------------------


def difference(wanted: Result, got: Result, *, lax: bool = False) -> str | None:
    """How an answer differs from the expected one.

    Args:
        wanted: What is expected.
        got: What came.
        lax: Whether equal rows may come fewer times (REDUCED).

    Returns:
        A description, None when they are equal.
    """
    if isinstance(wanted, frozenset) and isinstance(got, frozenset):
        same = _canonical(wanted) == _canonical(got)
    elif isinstance(wanted, Table) and isinstance(got, Table):
        if set(wanted.names) != set(got.names):
            return f"variables: expected {sorted(wanted.names)}, got {sorted(got.names)}"
        same = _same_rows(wanted, got, lax)
    else:
        same = wanted is got
    return None if same else f"expected {_shown(wanted)}\n     got {_shown(got)}"


def _shown(result: Result) -> str:
    if isinstance(result, Table):
        lines = [
            json.dumps({n: str(t) for n, t in row.items()}, ensure_ascii=False)
            for row in result.rows
        ]
        return f"{len(lines)} rows: " + ", ".join(lines if result.ordered else sorted(lines))
    if isinstance(result, frozenset):
        return f"{len(result)} triples: " + " . ".join(sorted(map(str, result)))
    return str(result)


def _value(term: Term) -> Term:
    """A literal in the one way in which its value is written here."""
    if not isinstance(term, Literal) or term.language:
        return term
    kind, text = term.datatype.value, term.value.strip()
    try:
        if kind in _EXACT:
            text = f"{Decimal(text).normalize():f}"
        elif kind in _FLOATS:
            text = repr(float(text))
        elif kind == XSD + "boolean":
            text = _BOOLEANS.get(text, text)
        elif kind in _DATES:
            text = _UTC.sub("Z", text)
        else:
            return term
    except (ValueError, InvalidOperation):
        return term
    return Literal(text, datatype=term.datatype)


def _canonical(found: Iterable[Quad]) -> Dataset:
    dataset = Dataset(
        Quad(q.subject, q.predicate, cast(Term, _value(q.object)), q.graph_name) for q in found
    )
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _same_rows(wanted: Table, got: Table, lax: bool) -> bool:
    left, right = (
        [{n: _value(t) for n, t in row.items()} for row in table.rows] for table in (wanted, got)
    )
    if lax:
        # Each solution at least once, none more often than without REDUCED.
        allowed, found = (Counter(frozenset(row.items()) for row in side) for side in (left, right))
        return allowed.keys() == found.keys() and found <= allowed
    if len(left) != len(right):
        return False
    if wanted.ordered:
        return _pair(left, right)
    if Counter(map(_shape, left)) != Counter(map(_shape, right)):
        return False
    return _match(
        [row for row in left if _has_blank(row)], [row for row in right if _has_blank(row)], {}
    )


def _has_blank(row: Row) -> bool:
    return any(isinstance(term, BlankNode) for term in row.values())


def _shape(row: Row) -> frozenset[tuple[str, Term | None]]:
    """A row without the labels of its blank nodes."""
    return frozenset((n, None if isinstance(t, BlankNode) else t) for n, t in row.items())


def _pair(left: Iterable[Row], right: Iterable[Row]) -> bool:
    """Whether rows are equal one by one under one renaming of blank nodes."""
    names: dict[Term, Term] | None = {}
    for row, other in zip(left, right, strict=True):
        names = None if names is None else _renamed(row, other, names)
    return names is not None


def _renamed(row: Row, other: Row, names: dict[Term, Term]) -> dict[Term, Term] | None:
    """The renaming of blank nodes, extended so that one row is the other; None when it cannot."""
    if _shape(row) != _shape(other):
        return None
    names = dict(names)
    for name, term in row.items():
        if isinstance(term, BlankNode) and names.setdefault(term, other[name]) != other[name]:
            return None
    return names if len(set(names.values())) == len(names) else None


def _match(left: list[Row], right: list[Row], names: dict[Term, Term]) -> bool:
    """Whether there is a renaming of blank nodes under which two multisets of rows are equal."""
    if not left:
        return True
    for at, other in enumerate(right):
        renamed = _renamed(left[0], other, names)
        if renamed is not None and _match(left[1:], right[:at] + right[at + 1 :], renamed):
            return True
    return False

"""Quality rules: SHACL shapes for a thing and its neighbours, SPARQL checks for rules across facts.

`shapes/*.ttl` say what must hold of a thing (SHACL 1.0 Core and SHACL-SPARQL); `kg/checks/*.rq` are
SELECT queries that must return nothing. Which SHACL engine runs is hidden behind `validate`: the
Rust package `shacl` for daily use, pySHACL as the reference. Both give the same results, in the
same order; the tests compare them on every example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, QuerySolutions, RdfFormat, Store

from kg import rq
from kg.errors import InvalidInput, InvalidRdf
from kg.namespaces import BASE, ID, ISTC, PREFIXES, SH, SHAPES, VOCAB
from kg.report import SEVERITIES, Report, Result, Severity
from kg.rq import Term
from kg.shapes import Shape, shapes, shapes_text

ENGINES = ("shacl", "pyshacl")

_SPARQL = SH + "SPARQLConstraintComponent"
_MESSAGE = NamedNode(SH + "message")
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
_SHORTENED = (ID, ISTC, VOCAB, BASE)


def _plain(term: Term | None) -> str:
    """A term as people read it: `org/cas` for a thing, the bare text of a literal."""
    if term is None:
        return "–"
    if isinstance(term, pyoxigraph.Literal):
        return term.value
    return _short(term.value) if isinstance(term, NamedNode) else str(term)


def _short(text: str) -> str:
    for base in _SHORTENED:
        if text.startswith(base):
            return text.removeprefix(base)
    return text


def _filled(messages: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    """Put values into the placeholders `{?name}` of the messages."""
    return {
        language: _PLACEHOLDER.sub(lambda m: values.get(m.group(1), m.group(0)), text)
        for language, text in messages.items()
    }


# --- the engines ----------------------------------------------------------------------------------


def validate(data: bytes, *, engine: str = "shacl", ontology: bytes | None = None) -> Report:
    """Validate a graph against all shapes.

    Args:
        data: The flattened union graph as N-Triples, with the types of superclasses and everything
            else that follows from the ontology already in it.
        engine: `shacl` (Rust) or `pyshacl` (the reference, about ten times slower).
        ontology: Further N-Triples to validate in context, e.g. ontology and vocabularies when
            `data` comes without them.

    Returns:
        The results in a fixed order, the same from both engines.

    Raises:
        InvalidRdf: The data do not parse; `where` says the line.
        InvalidInput: There is no such engine.
    """
    run = _ENGINES.get(engine)
    if run is None:
        raise InvalidInput(
            f"There is no SHACL engine “{engine}”.", hint=f"Use {' or '.join(ENGINES)}."
        )
    text = _checked(data, "data")
    if ontology is not None:
        text = f"{text}\n{_checked(ontology, 'ontology')}"
    return Report(tuple(sorted(set(run(text)), key=Result.sort_key)))


def validate_file(path: Path) -> Report:
    """Validate a graph in a file against all shapes, however large it is.

    Args:
        path: As the data of `validate`, in a file of N-Triples that parse, with the ending `.nt`.

    Returns:
        The same results as `validate` with the engine `shacl`.
    """
    report = _compiled().validate_file(str(path))
    return Report(tuple(sorted(set(_results(report)), key=Result.sort_key)))


def _checked(data: bytes, what: str) -> str:
    """The text of N-Triples that parse."""
    try:
        text = data.decode("utf-8")
        for _ in pyoxigraph.parse(input=data, format=RdfFormat.N_TRIPLES):
            pass
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidRdf(
            f"The {what} is not UTF-8.", where=f"line {line}", hint="Save it as UTF-8."
        ) from error
    except SyntaxError as error:
        raise InvalidRdf(
            f"The {what} is not valid N-Triples: {error.msg}",
            where=None if error.lineno is None else f"line {error.lineno}",
            hint="Write one triple a line, each with a full stop at its end.",
        ) from error
    return text


def _result(shape: str, severity: str, focus: str, path: str | None, value: Term | None,
            constraint: str) -> Result:  # fmt: skip
    known = shapes().get(shape, Shape(None, {}))
    path = known.path or path
    plain = None if value is None else str(value) if isinstance(value, BlankNode) else value.value  # type: ignore[union-attr]
    shown = {"this": _short(focus), "value": _short(plain or "–"), "path": _short(path or "–")}
    return Result(
        cast(Severity, severity.lower()),
        focus,
        path,
        plain,
        shape,
        constraint,
        _filled(known.messages, shown),
        None if value is None else str(value),
    )


@cache
def _compiled() -> Any:
    import shacl

    return shacl.Shapes.from_turtle(shapes_text())


def _term(text: str | None) -> Term | None:
    """A term from its N-Triples form."""
    if text is None:
        return None
    line = f"<x:s> <x:p> {text} ."
    triple = next(iter(pyoxigraph.parse(input=line, format=RdfFormat.N_TRIPLES)))
    return cast(Term, triple.object)


def _text(term: Term | None) -> str:
    """An IRI or the label of a blank node."""
    return term.value if isinstance(term, NamedNode) else str(term)


def _run_shacl(text: str) -> Iterator[Result]:
    return _results(_compiled().validate_text(text, format="ntriples"))


def _results(report: Any) -> Iterator[Result]:
    for found in report.results:
        path = found.path
        yield _result(
            _text(_term(found.source_shape)),
            found.severity,
            _text(_term(found.focus_node)),
            path[1:-1] if path and re.fullmatch(r"<[^<>]*>", path) else None,
            _term(found.value),
            found.component_iri.strip("<>"),
        )


def _run_pyshacl(text: str) -> Iterator[Result]:
    # Imported only here: rdflib takes longer to load than a small change to check.
    from kg import pyshacl_engine

    for shape, severity, focus, path, value, constraint in pyshacl_engine.run(text):
        yield _result(shape, severity, _text(focus), path, value, constraint)


_ENGINES: dict[str, Callable[[str], Iterable[Result]]] = {
    "shacl": _run_shacl,
    "pyshacl": _run_pyshacl,
}


# --- the checks -----------------------------------------------------------------------------------


def check(store: Store, *, union: bool = False) -> list[Result]:
    """Run the checks across facts: `kg/checks/*.rq`.

    Args:
        store: The graph, everything materialised.
        union: Whether the checks look at all its graphs; else at its default graph, which is the
            union of the named ones (`kg.store.union`). They find the same.

    Returns:
        One result for each row of each check, in a fixed order.

    Raises:
        InvalidInput: A check's header lacks something.
    """
    rules = rq.read_all("kg", "checks")
    found = [result for rule in rules for result in run_check(store, rule, union=union)]
    return sorted(set(found), key=Result.sort_key)


def run_check(store: Store, rule: rq.RqFile, *, union: bool = False) -> Iterator[Result]:
    """Run one check.

    Args:
        store: As for `check`.
        union: As for `check`.
        rule: The check; its header names severity, message {zh, en}, the variable of the focus,
            and optionally the property (`path`) and the variable of the value (`value`).

    Yields:
        A result a row.
    """
    rule.require("title", "severity", "message", "focus")
    header = rule.header
    rows = cast(QuerySolutions, store.query(rule.text, use_default_graph_as_union=union))
    names = [variable.value for variable in rows.variables]
    for row in rows:
        terms = cast("dict[str, Term | None]", {name: row[name] for name in names})
        value = terms.get(header.get("value", ""))
        plain = None if value is None else getattr(value, "value", str(value))
        focus = terms[header["focus"]]
        yield Result(
            header["severity"],
            str(focus) if not isinstance(focus, NamedNode) else focus.value,
            _expanded(header.get("path")),
            plain,
            SHAPES + rule.name,
            _SPARQL,
            _filled(header["message"], {name: _plain(term) for name, term in terms.items()}),
            None if value is None else str(value),
        )


def _expanded(name: str | None) -> str | None:
    """The IRI of a prefixed name in a header."""
    if name is None:
        return None
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


__all__ = [
    "ENGINES",
    "SEVERITIES",
    "Report",
    "Result",
    "Severity",
    "check",
    "run_check",
    "validate",
    "validate_file",
]

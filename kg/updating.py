"""SPARQL 1.1 Update on a copy of the graph: read it, refuse what reaches out, run it.

An update runs operation by operation on a store of its own (`kg.changing` gives it one, in a
process that can be killed); what it added and removed is found by comparing. Under the dataset
`union` the WHERE parts see the union of all graphs as the default graph, so every change must name
its graph; under `plain` everything is as the standard says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store

from kg import sparql
from kg.errors import InvalidInput
from kg.store import union

_PROLOGUE = ("PREFIX", "BASE", "VERSION")


@dataclass(frozen=True)
class Operation:
    """One operation of a request.

    Attributes:
        prologue: All declarations before it.
        text: Its text, without the semicolon.
        at: Where it begins in the request.
        words: Its keywords outside braces, in capitals, each with its place in the text.
        inside: All its keywords in capitals.
    """

    prologue: str
    text: str
    at: int
    words: tuple[tuple[str, int], ...]
    inside: frozenset[str]

    @property
    def patterned(self) -> bool:
        """Whether it has a WHERE part: DELETE, INSERT or both, not of given data."""
        names = [word for word, _ in self.words]
        return names[0] in ("WITH", "DELETE", "INSERT") and "DATA" not in names


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Keywords, other tokens and single characters, with their places."""
    at = 0
    for match in sparql.TOKEN.finditer(text):
        for offset, sign in enumerate(text[at : match.start()], start=at):
            yield "sign", sign, offset
        yield match.lastgroup or "", match.group(), match.start()
        at = match.end()
    for offset, sign in enumerate(text[at:], start=at):
        yield "sign", sign, offset


def operations(text: str) -> list[Operation]:
    """Take a request apart.

    Args:
        text: The request; it parses.

    Returns:
        Its operations, in their order; none when it is empty, which the grammar allows.
    """
    found: list[Operation] = []
    prologue, begin, start, depth = "", 0, None, 0
    words: list[tuple[str, int]] = []
    inside: set[str] = set()

    def end(at: int) -> None:
        nonlocal prologue, start
        if start is None:
            prologue += text[begin:at]
        else:
            part = text[start:at]
            placed = tuple((word, offset - start) for word, offset in words)
            found.append(Operation(prologue, part, start, placed, frozenset(inside)))
        start = None
        words.clear()
        inside.clear()

    for kind, piece, at in _tokens(text):
        if kind == "sign":
            depth += {"{": 1, "}": -1}.get(piece, 0)
            if piece == ";" and depth == 0:
                end(at)
                begin = at + 1
        elif kind == "word":
            word = piece.upper()
            if start is None and word not in _PROLOGUE:
                prologue, start = prologue + text[begin:at], at
            inside.add(word)
            if start is not None and depth == 0:
                words.append((word, at))
    end(len(text))
    return found


def with_dataset(operation: Operation, default: tuple[str, ...], named: tuple[str, ...]) -> str:
    """An operation whose WHERE part sees the graphs of the request.

    SPARQL 1.1 Protocol, section 2.2.3: `using-graph-uri` and `using-named-graph-uri`.

    Args:
        operation: The operation.
        default: IRIs of the graphs that make up the default graph.
        named: IRIs of the named graphs.

    Returns:
        Its text with prologue and with USING clauses.

    Raises:
        InvalidInput: It names its graphs itself, by USING or WITH.
    """
    if not (default or named) or not operation.patterned:
        return f"{operation.prologue}\n{operation.text}"
    for word, _ in operation.words:
        if word in ("USING", "WITH"):
            raise InvalidInput(
                f"The graphs are given in the request and by {word} in the update.",
                where="using-graph-uri",
                hint="Give them in one place.",
                extra={"parameter": "using-graph-uri"},
            )
    clauses = [f"USING <{iri}>" for iri in default] + [f"USING NAMED <{iri}>" for iri in named]
    using = " ".join(clauses)
    text = operation.text
    where = next((at for word, at in operation.words if word == "WHERE"), len(text))
    names = [word for word, _ in operation.words]
    if names[:2] == ["DELETE", "WHERE"]:
        body = text[where + len("WHERE") :]
        return f"{operation.prologue}\nDELETE {body}\n{using} WHERE {body}"
    return f"{operation.prologue}\n{text[:where]}\n{using} {text[where:]}"


def check(text: str, base_iri: str) -> None:
    """Make sure that an update parses; to be called where it may take long.

    Raises:
        InvalidQuery: It does not; with line, column and a hint.
    """
    try:
        Store().update(text, base_iri=base_iri)
    except SyntaxError as error:
        raise sparql.syntax_error(text, str(error)) from error
    except (RuntimeError, OSError, ValueError):
        # An empty store lacks the graphs that it drops or copies; that shows on the real one.
        return


def run(
    store: Store,
    text: str,
    *,
    base_iri: str,
    default: tuple[str, ...] = (),
    named: tuple[str, ...] = (),
    unite: bool = True,
) -> None:
    """Run an update.

    Args:
        store: A copy of the graph, which is changed; its default graph is left empty when the
            dataset is the union.
        text: The update.
        base_iri: For relative IRIs.
        default: Graphs of the request that make up the default graph.
        named: Named graphs of the request.
        unite: Whether the default graph is the union of all graphs.

    Raises:
        InvalidQuery: It does not parse.
        InvalidInput: It cannot be done, or changes no graph by name under the union.
        OutsideAccess: It would reach another machine.
    """
    sparql.refuse_outside(text)
    check(text, base_iri)
    parts = operations(text)
    if unite:
        for operation in parts:
            _names_its_graph(text, operation)
    try:
        for operation in parts:
            if unite:
                union.fill(store)
            before = _default(store) if unite else set()
            store.update(with_dataset(operation, default, named), base_iri=base_iri)
            if unite:
                if _default(store) != before:
                    raise _nameless(text, operation)
                store.clear_graph(DefaultGraph())
    except SyntaxError as error:
        raise InvalidInput(f"The update cannot be read in parts: {error}") from error
    except (RuntimeError, ValueError) as error:
        raise InvalidInput(f"The update cannot be done: {error}", where="update") from error


def only_data(text: str) -> bool:
    """Whether an update has no other operations than INSERT DATA and DELETE DATA."""
    return all(
        [word for word, _ in operation.words][:2] in (["INSERT", "DATA"], ["DELETE", "DATA"])
        for operation in operations(text)
    )


def given(text: str, *, base_iri: str) -> list[tuple[bool, set[Quad]]] | None:
    """What an update of given data adds and removes, without a look at the graph.

    Args:
        text: The update.
        base_iri: For relative IRIs.

    Returns:
        Operation by operation, whether quads are added, and which; None when an operation is of
        another kind than INSERT DATA and DELETE DATA.

    Raises:
        InvalidQuery, InvalidInput, OutsideAccess: As for `run` under the union.
    """
    sparql.refuse_outside(text)
    check(text, base_iri)
    if not only_data(text):
        return None
    found = []
    for operation in operations(text):
        names = [word for word, _ in operation.words]
        _names_its_graph(text, operation)
        held = Store()
        # What is to be deleted is read by inserting it elsewhere.
        body = operation.text[len(names[0]) :]
        held.update(f"{operation.prologue}\nINSERT{body}", base_iri=base_iri)
        quads = set(held)
        if any(quad.graph_name == DefaultGraph() for quad in quads):
            raise _nameless(text, operation)
        found.append((names[0] == "INSERT", quads))
    return found


def _default(store: Store) -> set[bytes]:
    dump = store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b""
    return set(dump.split(b"\n"))


def _names_its_graph(text: str, operation: Operation) -> None:
    words = [word for word, _ in operation.words]
    unnamed = words[0] in ("INSERT", "DELETE") and "GRAPH" not in operation.inside
    if unnamed or words[-1] == "DEFAULT":
        raise _nameless(text, operation)


def _nameless(text: str, operation: Operation) -> InvalidInput:
    line, column = sparql.place(text, operation.at)
    return InvalidInput(
        "The update changes the default graph, which is the union of all graphs.",
        where=f"line {line}, column {column}",
        hint="Name the graph: INSERT DATA { GRAPH <…> { … } }, or WITH <…> before DELETE and "
        "INSERT.",
        extra={"line": line, "column": column, "excerpt": sparql.excerpt(text, line, column)},
    )

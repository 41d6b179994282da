"""What a query says before it runs: its form, its dataset clause, and what it must not contain.

The text is read as tokens of the SPARQL 1.1 grammar (section 19.8), so that keywords inside IRIs,
strings, comments and names are not mistaken for keywords. Whether the query parses is left to the
engine; its message is turned into line, column, excerpt and hint here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from kg.errors import (
    Internal,
    InvalidQuery,
    IstcError,
    OutsideAccess,
    UnknownFunction,
    UpdateRefused,
)
from kg.namespaces import PREFIXES

FORMS = ("select", "ask", "construct", "describe")
_UPDATES = frozenset(("INSERT", "DELETE", "WITH", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"))
#: Tokens of the grammar; what is between them are signs and blanks.
_VOLATILE = frozenset(("NOW", "RAND", "UUID", "STRUUID"))
_BOOLEAN = frozenset(("TRUE", "FALSE"))
TOKEN = re.compile(
    r"""
      (?P<skip> \#[^\n\r]* | @[A-Za-z][A-Za-z0-9-]* | [?$]\w+ )
    | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*> )
    | (?P<string> \"{3}(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<name> (?:[^\W\d_][\w.-]*)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)* )
    | (?P<word> [^\W\d]\w* )
    """,
    re.VERBOSE | re.DOTALL,
)
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_UNDECLARED = re.compile(r"([^\W\d_][\w.-]*)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*\Z")
_SLASHED = re.compile(r"(?<![\w<:])([A-Za-z][\w-]*):([\w.-]+/[\w./-]+)")
_CLASSES = re.compile(r"\[.*?\](?=,|$)", re.DOTALL)
_FUNCTION = re.compile(r"custom function <([^>]*)> is not supported")
_SHOWN = 8


Located = TypeVar("Located", bound=IstcError)


@dataclass(frozen=True)
class Outline:
    """What can be told of a query without running it.

    Attributes:
        form: `select`, `ask`, `construct` or `describe`.
        dataset: Whether it has a dataset clause (FROM, FROM NAMED).
        text: The query as the engine reads it, each token at its place: `true` and `false`, which
            have to be in lower case there (oxigraph/oxigraph#1720) and here like all keywords not.
        volatile: Whether its answer changes from call to call (NOW, RAND, UUID).
    """

    form: str
    dataset: bool
    text: str
    volatile: bool


@lru_cache(maxsize=256)
def outline(text: str) -> Outline:
    """Read the form of a query, and refuse what is no query.

    Args:
        text: The query.

    Returns:
        Its outline.

    Raises:
        InvalidQuery: It has no query form.
        UpdateRefused: It is an update.
        OutsideAccess: It has a SERVICE pattern, or is a LOAD.
    """
    words = list(_words(text))
    main = next((word for word in words if word[0] not in ("PREFIX", "BASE", "VERSION")), None)
    if main is None or main[0].lower() not in FORMS:
        raise _no_query(text, main)
    for word, at in words:
        if word == "SERVICE":
            raise _outside(text, word, at)
    named = {word for word, _ in words}
    read = text if named.isdisjoint(_BOOLEAN) else TOKEN.sub(_lowered, text)
    volatile = not named.isdisjoint(_VOLATILE)
    return Outline(main[0].lower(), "FROM" in named, read, volatile)


def _lowered(token: re.Match[str]) -> str:
    boolean = token.lastgroup == "word" and token.group().upper() in _BOOLEAN
    return token.group().lower() if boolean else token.group()


def _words(text: str) -> Iterator[tuple[str, int]]:
    """The keywords and function names in capitals, with their places."""
    for match in TOKEN.finditer(text):
        if match.lastgroup == "word":
            yield match.group().upper(), match.start()


def refuse_outside(text: str) -> None:
    """Refuse an update that would reach another machine.

    Args:
        text: The update.

    Raises:
        OutsideAccess: It has LOAD or SERVICE; with its place.
    """
    for word, at in _words(text):
        if word in ("LOAD", "SERVICE"):
            raise _outside(text, word, at)


def _no_query(
    text: str, main: tuple[str, int] | None
) -> InvalidQuery | UpdateRefused | OutsideAccess:
    if main is None:
        return InvalidQuery(
            "The query is empty.",
            where="line 1, column 1",
            hint="Begin with SELECT, ASK, CONSTRUCT or DESCRIBE.",
            extra={"line": 1, "column": 1},
        )
    word, at = main
    if word == "LOAD":
        return _outside(text, word, at)
    if word in _UPDATES:
        return UpdateRefused(
            f"{word} is an update; the endpoint answers queries only.",
            where=_where(*place(text, at)),
            hint="Change the graph with an import.",
        )
    return invalid(text, *place(text, at), f"“{word}” is not a query form.",
                   "Begin with SELECT, ASK, CONSTRUCT or DESCRIBE.")  # fmt: skip


def _outside(text: str, word: str, at: int) -> OutsideAccess:
    return _located(
        OutsideAccess,
        text,
        *place(text, at),
        f"{word} would reach another machine and is not offered.",
        "Query the other endpoint by itself and join the answers.",
    )


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset."""
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _where(line: int, column: int) -> str:
    return f"line {line}, column {column}"


def excerpt(text: str, line: int, column: int) -> str:
    """The line of an error with a mark under the column."""
    lines = text.split("\n")
    shown = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    start = max(0, column - 60)
    part = shown[start : start + 120]
    return f"{part}\n{' ' * (column - 1 - start)}^"


def invalid(text: str, line: int, column: int, what: str, hint: str | None = None) -> InvalidQuery:
    """The error for a query that is wrong at a place."""
    return _located(InvalidQuery, text, line, column, what, hint)


def _located(
    kind: type[Located], text: str, line: int, column: int, what: str, hint: str | None
) -> Located:
    return kind(
        what,
        where=_where(line, column),
        hint=hint,
        extra={"line": line, "column": column, "excerpt": excerpt(text, line, column)},
    )


def syntax_error(text: str, message: str) -> InvalidQuery:
    """Turn the engine's message into an error with its place and a remedy.

    Args:
        text: The query.
        message: What the engine says, e.g. `error at 1:24: expected one of …`.

    Returns:
        The error, to be raised.
    """
    found = _PLACE.match(message)
    if found is None:
        return InvalidQuery(f"The query is not valid SPARQL: {message}")
    line, column, said = int(found[1]), int(found[2]), found[3]
    if "Prefix not found" in said:
        name = _UNDECLARED.search(_before(text, line, column))
        if name is not None:
            return _undeclared(text, line, column - len(name.group()), name[1] or "")
    for phrase, what in (
        ("IRI parsing failed", "The IRI is not valid, or is relative."),
        ("a variable that is unbound", "A variable is selected that is not in GROUP BY."),
    ):
        if phrase in said:
            return invalid(text, line, column, what)
    slashed = _slashed(text, line, column)
    if slashed is not None:
        return invalid(
            text,
            line,
            slashed.start() + 1,
            "The local part of a prefixed name holds a slash.",
            f"Write the whole IRI, <{PREFIXES[slashed[1]]}{slashed[2]}>, or a backslash before it.",
        )
    return invalid(text, line, column, f"The query is not valid SPARQL: {_readable(said)}")


def failure(text: str, message: str) -> UnknownFunction | Internal:
    """Turn what the engine says of a query that it has read, but cannot run, into an error.

    Args:
        text: The query.
        message: What the engine says, e.g. `The custom function <…> is not supported`.

    Returns:
        The error, to be raised; ours, unless the query asks for what is not offered.
    """
    found = _FUNCTION.search(message)
    if found is None:
        return Internal(f"The engine failed: {message}")
    return _located(
        UnknownFunction,
        text,
        *place(text, _call_of(text, found[1])),
        f"There is no function <{found[1]}>.",
        "Use the functions of SPARQL 1.1, the casts of XSD, or those of GeoSPARQL.",
    )


def _call_of(text: str, iri: str) -> int:
    """Where a function is called, by its IRI or by a prefixed name; 0 when it is not found."""
    tokens = [match for match in TOKEN.finditer(text) if match.lastgroup in ("iri", "name")]
    declared = {
        one.group()[:-1]: other.group()[1:-1]
        for one, other in pairwise(tokens)
        if one.group().endswith(":") and other.lastgroup == "iri"
    }
    for token in tokens:
        prefix, _, local = token.group().partition(":")
        names = (
            token.group()[1:-1] if token.lastgroup == "iri" else declared.get(prefix, "") + local
        )
        if names == iri and text[token.end() :].lstrip().startswith("("):
            return token.start()
    return 0


def _slashed(text: str, line: int, column: int) -> re.Match[str] | None:
    """A prefixed name with a bare slash around or right before a place."""
    lines = text.split("\n")
    for found in _SLASHED.finditer(lines[line - 1] if line <= len(lines) else ""):
        if found[1] in PREFIXES and found.start() < column <= found.end() + 2:
            return found
    return None


def _before(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    return lines[line - 1][: column - 1] if line <= len(lines) else ""


def _undeclared(text: str, line: int, column: int, prefix: str) -> InvalidQuery:
    known = PREFIXES.get(prefix)
    hint = (
        f"Add this line at the top: PREFIX {prefix}: <{known}>"
        if known
        else f"Declare it at the top: PREFIX {prefix}: <…>"
    )
    return invalid(text, line, column, f"The prefix {prefix}: is not declared.", hint)


def _readable(said: str) -> str:
    """What was expected, without the character classes of the grammar."""
    wanted = _CLASSES.sub("", said.removeprefix("expected one of ").removeprefix("expected "))
    parts = [p.strip() for p in wanted.replace("\n", " ").split(", ")]
    parts = list(dict.fromkeys(p.strip(" ,") for p in parts if p.strip(" ,") and "\\u{" not in p))
    if not parts:
        return "something is missing or does not belong here."
    more = ", …" if len(parts) > _SHOWN else ""
    return f"expected {' or '.join(parts[:_SHOWN])}{more}."

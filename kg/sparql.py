"""What a query says before it runs: its form, its dataset clause, and what it must not contain.

The text is read as tokens of the SPARQL 1.1 grammar (section 19.8), so that keywords inside IRIs,
strings, comments and names are not mistaken for keywords. Whether the query parses is left to the
engine; its message is turned into line, column, excerpt and hint here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.errors import InvalidQuery, OutsideAccess, UpdateRefused
from kg.namespaces import PREFIXES

FORMS = ("select", "ask", "construct", "describe")
_UPDATES = frozenset(("INSERT", "DELETE", "WITH", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"))
_TOKEN = re.compile(
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
_SHOWN = 8


@dataclass(frozen=True)
class Outline:
    """What can be told of a query without running it.

    Attributes:
        form: `select`, `ask`, `construct` or `describe`.
        dataset: Whether it has a dataset clause (FROM, FROM NAMED).
    """

    form: str
    dataset: bool


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
    words = [
        (match.group().upper(), match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup == "word"
    ]
    main = next((word for word in words if word[0] not in ("PREFIX", "BASE", "VERSION")), None)
    if main is None or main[0].lower() not in FORMS:
        raise _no_query(text, main)
    for word, at in words:
        if word == "SERVICE":
            raise _outside(text, word, at)
    return Outline(main[0].lower(), any(word == "FROM" for word, _ in words))


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
    line, column = place(text, at)
    return OutsideAccess(
        f"{word} would reach another machine and is not offered.",
        where=_where(line, column),
        hint="Query the other endpoint by itself and join the answers.",
        extra={"line": line, "column": column, "excerpt": excerpt(text, line, column)},
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
    return InvalidQuery(
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

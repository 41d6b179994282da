"""Read our `.rq` files: a `#+` YAML header, then plain SPARQL 1.1 that runs as it stands.

Questions, table mappings, rules and checks all have this form (the convention of grlc). Values
are bound by replacing the content of a `VALUES` block, with terms serialised by the RDF library;
nothing is ever pasted into query text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources.abc import Traversable
from typing import Any, TypeAlias

import yaml
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

from kg import resources
from kg.errors import InvalidInput
from kg.namespaces import BASE

Term: TypeAlias = NamedNode | Literal | BlankNode | Triple

#: The same loader in C, where it has been built: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLOCK = re.compile(r"\bVALUES\s*(\(\s*(?:\?\w+\s*)*\)|\?\w+)\s*\{", re.IGNORECASE)
_CUT = re.compile(r"\bLIMIT \d+ OFFSET \d+\b")
_INSIDE = re.compile(r"""<[^<>\s]*>|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*|\}""")


@dataclass(frozen=True)
class RqFile:
    """One `.rq` file.

    Attributes:
        name: File name without the ending; the id of a question, the name of a rule.
        header: The YAML header.
        text: The whole file, a query that runs as it stands.
    """

    name: str
    header: dict[str, Any]
    text: str

    def require(self, *keys: str) -> None:
        """Raise InvalidInput naming the header keys that are missing."""
        missing = [key for key in keys if key not in self.header]
        if missing:
            raise InvalidInput(
                f"The header lacks {', '.join(missing)}.",
                where=f"{self.name}.rq",
                hint="Add the key to the #+ lines at the top of the file.",
            )


def read(item: Traversable) -> RqFile:
    """Read one `.rq` file.

    Args:
        item: The file, from `kg.resources`.

    Returns:
        Name, header and text.

    Raises:
        InvalidInput: The header is missing or is not a YAML mapping.
    """
    return parse(item.name, item.read_text(encoding="utf-8"))


@lru_cache(maxsize=2048)
def parse(name: str, text: str) -> RqFile:
    """Read the text of an `.rq` file; the same text is read once.

    Args:
        name: Name of the file.
        text: Its text.

    Returns, Raises: As for `read`. Leave the header as it is: others hold it too.
    """
    lines = [line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("#+")]
    try:
        header = yaml.load("\n".join(lines), Loader=_LOADER) or {}  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise InvalidInput(
            "The header is not valid YAML.", where=name, hint=str(error).replace("\n", " ")
        ) from error
    if not isinstance(header, dict):
        raise InvalidInput("The header must be a YAML mapping.", where=name)
    return RqFile(name.removesuffix(".rq"), header, text)


def read_all(*parts: str) -> Iterator[RqFile]:
    """All `.rq` files of a folder, sorted by name."""
    for item in resources.files(*parts, suffix=".rq"):
        yield read(item)


@cache
def load(*parts: str) -> RqFile:
    """One `.rq` file of the package, e.g. `load("kg", "queries", "ask", "sources")`."""
    return read(resources.root(*parts[:-1], parts[-1] + ".rq"))


@dataclass(frozen=True)
class _Block:
    names: tuple[str, ...]
    bracketed: bool
    start: int
    end: int


def _blocks(text: str) -> Iterator[_Block]:
    """Variables and the span between the braces of every VALUES block."""
    for match in _BLOCK.finditer(text):
        names = tuple(re.findall(r"\?(\w+)", match.group(1)))
        for inner in _INSIDE.finditer(text, match.end()):
            if inner.group() == "}":
                yield _Block(names, match.group(1).startswith("("), match.end(), inner.start())
                break


def values_blocks(text: str) -> list[tuple[str, ...]]:
    """The variables of each VALUES block, in the order of the text."""
    return [block.names for block in _blocks(text)]


def _serialised(term: Term | None) -> str:
    return "UNDEF" if term is None else str(term)


def bind(text: str, variables: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> str:
    """Put rows of terms into the VALUES block of these variables.

    Args:
        text: A query with a block `VALUES (?a ?b) { … }` or `VALUES ?a { … }`.
        variables: Names without question mark, in the order of the block.
        rows: One sequence of terms a row; None stands for UNDEF.

    Returns:
        The query with the new rows in every block of exactly these variables.

    Raises:
        InvalidInput: The query has no such block.
    """
    wanted = tuple(variables)
    blocks = [block for block in _blocks(text) if block.names == wanted]
    if not blocks:
        raise InvalidInput(
            f"The query has no VALUES block for {' '.join('?' + name for name in wanted)}.",
            hint="Write VALUES (?a ?b) { } in the query and name the variables in that order.",
        )
    bodies = [" ".join(_serialised(term) for term in row) for row in rows]
    for block in reversed(blocks):
        body = "\n".join(f"({row})" if block.bracketed else row for row in bodies)
        text = f"{text[: block.start]}\n{body}\n{text[block.end :]}"
    return text


def cut(text: str, limit: int, offset: int = 0) -> str:
    """A query with other numbers in its first `LIMIT … OFFSET …`.

    Args:
        text: A query with such a clause.
        limit: Solutions at most.
        offset: Solutions left out before them.

    Returns:
        The query.

    Raises:
        InvalidInput: It has no such clause.
    """
    changed, number = _CUT.subn(f"LIMIT {int(limit)} OFFSET {int(offset)}", text, count=1)
    if not number:
        raise InvalidInput("The query has no LIMIT with OFFSET.", hint="Write LIMIT 50 OFFSET 0.")
    return changed


def rebase(text: str, base_iri: str) -> str:
    """The same text under another base IRI (private deployments); a no-op for ours."""
    return text if base_iri == BASE else text.replace(BASE, base_iri)


def solutions(found: QuerySolutions) -> Iterator[dict[str, Term]]:
    """Solutions as dicts, name of the variable → term; unbound variables are left out."""
    names = [variable.value for variable in found.variables]
    for row in found:
        yield {name: term for name, term in zip(names, row, strict=True) if term is not None}

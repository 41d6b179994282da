"""Whether a query parses, told before it is sent, with line and column.

Our own parser is stricter than those of some stores, which take more than SPARQL. It has no way to
parse without running; so a sign that no query can hold is put behind the text. The parser stops
either there, and then the text before it was a query, or earlier.
"""

from __future__ import annotations

from pyoxigraph import Store

from kg import sparql

_STOP = "\n\x01"
#: How the parser says that it wanted the end, or any character, where the sign stands.
_END = "[_]"


def check(text: str, base_iri: str | None = None) -> None:
    """Refuse what does not parse.

    Args:
        text: The query.
        base_iri: For its relative IRIs.

    Raises:
        InvalidQuery: With line, column and excerpt.
    """
    empty = Store()
    try:
        empty.query(text + _STOP, base_iri=base_iri)
    except SyntaxError as error:
        last = text.count("\n") + 2
        said = str(error)
        if said.startswith(f"error at {last}:") and said.endswith(_END):
            return
    try:
        empty.query(text, base_iri=base_iri)
    except SyntaxError as error:
        raise sparql.syntax_error(text, str(error)) from error

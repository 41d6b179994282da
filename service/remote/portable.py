"""A query with what stores read differently written so that they all read it alike."""

from __future__ import annotations

import re

_UNIT = re.compile(
    r"""
      (?P<other> \#[^\n\r]* | <[^<>"{}|^`\\\x00-\x20]*>
        | \"{3}(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | \bVALUES \s* (?: (?P<one> [?$]\w+ ) \s* \{ \s* UNDEF \s* \}
        | \( (?P<many> (?: \s* [?$]\w+ )+ ) \s* \) \s* \{ \s* \( (?: \s* UNDEF )+ \s* \) \s* \} )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def portable(query: str) -> str:
    """Leave out the blocks of VALUES that bind nothing, e.g. `VALUES ?year { UNDEF }`.

    One solution without bindings changes nothing it is joined with (SPARQL 1.1, section 18.5). Yet
    Virtuoso joins on the missing value, and Jena evaluates filters as if it were there.

    Args:
        query: A query that parses.

    Returns:
        The query; lines stay where they are.
    """

    def less(found: re.Match[str]) -> str:
        if found["other"] is not None:
            return found[0]
        names = (found["one"] or found["many"]).split()
        # The only mention of a variable makes a column of SELECT *.
        if all(len(re.findall(rf"[?$]{name[1:]}\b", query)) > 1 for name in names):
            return "\n" * found[0].count("\n")
        return found[0]

    return _UNIT.sub(less, query)

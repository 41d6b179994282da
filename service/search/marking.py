"""A name cut into what fits what was typed and what does not."""

from __future__ import annotations

from collections.abc import Iterator

from kg.searching import Match


def marked(match: Match) -> Iterator[tuple[str, bool]]:
    """The parts of a name in their order.

    Args:
        match: The name, and where it fits.

    Yields:
        A part, and whether it fits.
    """
    at = 0
    for start, end in match.spans:
        if start > at:
            yield match.text[at:start], False
        yield match.text[start:end], True
        at = end
    if at < len(match.text):
        yield match.text[at:], False


__all__ = ["marked"]

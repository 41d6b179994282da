"""Does an answer hold what a reader of the papers expects of it? (`expect` in the header)"""

from __future__ import annotations

from kg import asking
from kg.asking import Answered, Cell


def _is(cell: Cell, wanted: object) -> bool:
    given = {cell.text, *cell.label.values()}
    if cell.iri is not None:
        given |= {cell.iri, asking.key_of(cell.iri)}
    return str(wanted) in given


def misses(answered: Answered) -> list[str]:
    """What is missing or too much; empty when the answer is as expected.

    Args:
        answered: The answer to a question with its default parameters.

    Returns:
        One sentence for each expectation that is not met.
    """
    expect, found = answered.question.expect, len(answered.rows)
    said = []
    if found < expect["min"]:
        said.append(f"{found} rows, at least {expect['min']} were expected")
    if found > expect.get("max", found):
        said.append(f"{found} rows, at most {expect['max']} were expected")
    for wanted in expect.get("rows", []):
        if not any(all(_is(row[name], v) for name, v in wanted.items()) for row in answered.rows):
            said.append(f"no row with {wanted}")
    return said

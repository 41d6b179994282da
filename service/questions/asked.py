"""From the parameters of a request to an answer, with its entity tag."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import request

from kg import asking
from kg.asking import Answered, Choice
from kg.catalogue import Question
from kg.errors import InvalidParameter
from service import caching, language
from service.state import engine, state, version

#: Parameters of the page and not of the question.
RESERVED = frozenset({"lang", "clang", "page", "format", "bom"})
PAGE = 50


@dataclass(frozen=True)
class Page:
    """Which rows of an answer a page shows."""

    number: int
    last: int
    start: int
    stop: int


def parameters() -> dict[str, str]:
    """The parameters of the question.

    Raises:
        InvalidParameter: One is given more than once.
    """
    given = {k: v for k, v in request.args.to_dict(flat=False).items() if k not in RESERVED}
    twice = [name for name, values in given.items() if len(values) > 1]
    if twice:
        raise InvalidParameter(
            f"Parameters given more than once: {', '.join(twice)}.",
            hint="Give each parameter once.",
            extra={
                "errors": [
                    {"parameter": n, "value": given[n], "expected": "one value", "allowed": []}
                    for n in twice
                ]
            },
        )
    return {name: values[0] for name, values in given.items()}


def answer(question_id: str) -> Answered:
    """The answer to a question with the parameters of this request."""
    return asking.ask(engine(), question_id, parameters(), language.content())


def choices(found: Question) -> dict[str, list[Choice]]:
    """The values of each parameter that the question has an answer for, kept per data version."""
    compute = partial(asking.answerable, engine(), found)
    return state().kept.get(version().digest, ("choices", found.id), compute)


def etag(question_id: str, kind: str) -> str:
    """Entity tag of an answer in a representation."""
    values = sorted(request.args.items(multi=True))
    return caching.tag(
        version().digest,
        "question",
        question_id,
        repr(values),
        kind,
        language.interface(),
        language.content(),
    )


def page(total: int) -> Page:
    """The rows to show, from `page=`.

    Args:
        total: Number of rows.

    Returns:
        The page.

    Raises:
        InvalidParameter: There is no such page.
    """
    last = max(1, -(-total // PAGE))
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not 1 <= number <= last:
        raise InvalidParameter(
            f"There is no page {text}.",
            where="page",
            hint=f"The pages are 1 to {last}.",
            extra={
                "errors": [
                    {
                        "parameter": "page",
                        "value": text,
                        "expected": f"a number from 1 to {last}",
                        "allowed": [],
                    }
                ]
            },
        )
    start = (number - 1) * PAGE
    return Page(number, last, start, min(start + PAGE, total))

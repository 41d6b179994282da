"""From the parameters of a request to an answer, with its entity tag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from flask import request

from kg import asking, catalogue
from kg.asking import Answered, Choice, Origin
from kg.catalogue import Parameter, Question
from kg.choosing import Asked
from kg.errors import InvalidParameter
from kg.resources import tool_version
from service import addresses, caching, formatting, language
from service.state import engine, state, version

#: Parameters of the page and not of the question.
RESERVED = frozenset({"lang", "clang", "page", "format", "bom"})
#: Representations that hold absolute addresses of this service.
WITH_ADDRESSES = frozenset({"html", "embed", "xlsx"})
PAGE = 50
#: Lists of more values than this are searched by typing.
SEARCHED_FROM = 15
#: Values that a list in a form holds; of more, the most used are suggested to who types.
LISTED = 400
#: In a graph held in memory lists of up to so many values are whole.
_ALL_LISTED = 1000


@dataclass(frozen=True)
class Page:
    """Which rows of an answer a page shows."""

    number: int
    last: int
    start: int
    stop: int

    def neighbours(self) -> Iterator[tuple[str, int]]:
        """The pages before and after it, by the relation of a link to them (RFC 8288)."""
        for relation, number in (("prev", self.number - 1), ("next", self.number + 1)):
            if 1 <= number <= self.last:
                yield relation, number


def path(question: Question) -> str:
    """The path of the page of a question, or of a table of a tool."""
    root = "tools" if "/" in question.id else "questions"
    return f"/{root}/{question.id}"


def parameters(question: Asked) -> dict[str, str]:
    """The parameters of a question or tool, from the address or, with POST, from a form.

    The two ends of a range may come apart, as fields of a form: `years_from` and `years_to`.

    Args:
        question: The question or tool.

    Returns:
        Values by name.

    Raises:
        InvalidParameter: One is given more than once.
    """
    given = {k: v for k, v in request.values.to_dict(flat=False).items() if k not in RESERVED}
    for parameter in question.parameters:
        if parameter.type == "range" and any(name in given for name in parameter.variables):
            ends = [given.pop(name, [""]) for name in parameter.variables]
            given.setdefault(parameter.name, []).extend(
                "..".join(pair) for pair in zip_longest(*ends, fillvalue="")
            )
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


def answer(question_id: str, *, cited: bool = True) -> Answered:
    """The answer to a question with the parameters of this request; see `asking.ask`."""
    given = parameters(catalogue.question(question_id))
    return asking.ask(engine(), question_id, given, language.content(), cited=cited)


def shown(question_id: str) -> tuple[Answered, Page]:
    """The answer, with the places behind the rows of the page of this request only; that page."""
    answered = answer(question_id, cited=False)
    part = page(len(answered.rows))
    rows = answered.rows[part.start : part.stop]
    return asking.cite(engine(), answered, rows, formatting.EVIDENCE), part


def answer_and_origin(question_id: str) -> tuple[Answered, Origin]:
    """The answer to a question with the parameters of this request, and what gave it."""
    given = parameters(catalogue.question(question_id))
    return asking.ask_one_version(engine(), tool_version(), question_id, given, language.content())


def query(question_id: str) -> str:
    """The query of a question with the parameters of this request."""
    given = parameters(catalogue.question(question_id))
    return asking.query_of(engine(), question_id, given, language.content())


def permanent(answered: Answered) -> str:
    """The parameters of an address that gives this answer again, all values spelt out."""
    values = [(p.name, answered.parameters.get(p.name) or "") for p in answered.question.parameters]
    return urlencode([*values, ("lang", answered.language)], safe="/:")


def worded(answered: Answered) -> list[str]:
    """The values of the parameters in words; those that mean all are left out."""
    values = ((p, asking.value_text(answered, p)) for p in answered.question.parameters)
    return [f"{language.label(p.label).text}: {value}" for p, value in values if value]


def choices(answered: Answered) -> dict[str, list[Choice]]:
    """The values of each parameter that the question has an answer for, kept per data version.

    For a large graph it would take too long to see that: all values that there are.
    """
    if state().large:
        return all_choices(answered.question)
    question, terms = answered.question, answered.terms
    found: dict[str, list[Choice]] = {}
    for parameter in question.parameters:
        if parameter.type in ("thing", "concept"):
            others = tuple((n, str(t)) for n, t in terms.items() if n != parameter.name)
            found[parameter.name] = state().kept.get(
                version().digest,
                ("choices", question.id, parameter.name, others),
                partial(asking.answerable, engine(), question, terms, parameter),
            )
    return found


def form(answered: Answered) -> dict[str, Any]:
    """What `questions/_form.html` needs beside the answer; see `choices`."""
    options = choices(answered)
    longest = max(map(len, options.values()), default=0)
    return {
        "options": options,
        "searched_from": SEARCHED_FROM,
        "listed": LISTED if state().large or longest > _ALL_LISTED else None,
    }


def all_choices(asked: Asked) -> dict[str, list[Choice]]:
    """All values that the parameters of a question or an analysis may have, most used first."""
    digest = version().digest
    return {
        parameter.name: state().kept.get(
            digest,
            ("all choices", parameter.kind),
            partial(asking.choices, engine(), parameter),
        )
        for parameter in asked.parameters
        if parameter.kind is not None
    }


def occurring(question: Question, parameter: Parameter) -> Counter[str]:
    """The values of a parameter for which a question has rows, kept per data version.

    Args:
        question: The question; its other parameters have their defaults.
        parameter: The parameter, of type thing or concept.

    Returns:
        IRI of a value → number of rows.
    """

    def compute() -> Counter[str]:
        terms = asking.check(engine(), question, {})[1]
        return asking.occurring(engine(), question, terms, parameter)

    key = ("occurring", question.id, parameter.name)
    return state().kept.get(version().digest, key, compute)


def etag(question_id: str, kind: str) -> str:
    """Entity tag of an answer in a representation."""
    values = sorted(request.args.items(multi=True))
    return caching.tag(
        version(),
        "question",
        question_id,
        repr(values),
        kind,
        addresses.site() if kind in WITH_ADDRESSES else "",
        language.interface(),
        language.content(),
    )


def page(total: int, size: int = PAGE) -> Page:
    """The rows to show, from `page=`.

    Args:
        total: Number of rows.
        size: Rows on a page.

    Returns:
        The page.

    Raises:
        InvalidParameter: There is no such page.
    """
    last = max(1, -(-total // size))
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
    start = (number - 1) * size
    return Page(number, last, start, min(start + size, total))

"""The chart of an answer on its page: described for one reader, with words of the interface."""

from __future__ import annotations

from functools import partial

from kg.asking import Answered
from service import addresses, formatting
from service.language import translate
from service.questions import charts
from service.questions.charts import Chart
from service.state import engine, state, version


def chart_of(answered: Answered, address: str | None = None) -> Chart | None:
    """The chart of an answer for the page of this request.

    Args:
        answered: The answer.
        address: Where the answer is given; by default the page of its question.

    Returns:
        As `charts.describe`, and in `words` what the script says in the reader's language.
    """
    codes: dict[str, str] = {}
    if answered.question.view == "map":
        compute = partial(charts.country_codes, engine())
        codes = state().kept.get(version().digest, "country-codes", compute)
    chart = charts.describe(
        answered, codes, period=formatting.period, href=lambda iri: addresses.href(iri) or ""
    )
    return chart and {**chart, "words": _words(), "credit": _credit(address or _page(answered))}


def _words() -> dict[str, str]:
    """What the script says; `{name}` stands where it puts a value."""
    return {
        "first": translate(
            "The first %(shown)s of %(total)s are drawn; the table has them all.",
            shown="{shown}",
            total="{total}",
        ),
        "undated": translate(
            "%(number)s rows without a definite time are only in the table.", number="{number}"
        ),
        "missing": translate("Not on the map: %(names)s.", names="{names}"),
        "borders": translate(
            "Map: Natural Earth, public domain. Borders are indicative and express no opinion on "
            "the status of any territory."
        ),
        "inexact": translate("Pale: the source does not give the number exactly."),
        "bounds": translate("Thin lines: from the lower to the upper bound."),
        "rows": translate("number of rows"),
        "sources": translate("Source"),
        "flows": translate("lines from China"),
        "shown": translate("Show"),
    }


def _page(answered: Answered) -> str:
    return f"{addresses.site()}/questions/{answered.question.id}"


def _credit(address: str) -> str:
    """The line below a chart that is saved."""
    number = translate("data version %(number)s", number=version().number)
    return f"{translate('ISTC evidence graph')} · {number} · CC BY 4.0 · {address}"

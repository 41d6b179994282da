"""The chart of an answer on its page: described for one reader, with words of the interface."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from kg import asking
from kg.asking import Answered
from kg.citing import text_of
from service import addresses, formatting
from service.language import translate
from service.questions import asked, charts
from service.questions.charts import Chart
from service.questions.ties import FOCUS
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
        answered,
        codes,
        period=formatting.period,
        href=lambda iri: addresses.href(iri) or "",
        cite=partial(asking.cite, engine(), most=formatting.EVIDENCE),
    )
    if chart is None:
        return None
    return {
        **chart,
        **_walk(answered, chart),
        "words": words(),
        "credit": credit(address or _page(answered)),
    }


def _walk(answered: Answered, chart: Chart) -> Chart:
    """Where the script finds the ties of another thing, for a network that can be walked."""
    focus = answered.terms.get(FOCUS)
    if focus is None or chart["view"] != "network":
        return {}
    values = [
        (p.name, answered.parameters[p.name] or "")
        for p in answered.question.parameters
        if p.name != FOCUS
    ]
    query = urlencode([*values, ("lang", answered.language)], safe="/:")
    path = f"/pictures/{answered.question.id}"
    return {
        "walk": {
            "focus": text_of(focus),
            "base": f"{state().settings.base_iri}id/",
            "data": f"{addresses.local(path)}.json?{query}",
            "page": addresses.page(f"{path}?{query}"),
        }
    }


def words() -> dict[str, str]:
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
        "open": translate("Show its ties"),
        "close": translate("Hide its ties"),
        "closed": translate("closed"),
        "back": translate("Back one step"),
        "page": translate("Open its page"),
        "start": translate("Start here"),
        "ties": translate("%(number)s neighbours", number="{number}"),
        "others": translate("other kinds"),
        "failed": translate("The ties could not be loaded."),
    }


def _page(answered: Answered) -> str:
    return f"{addresses.site()}{asked.path(answered.question)}"


def credit(address: str) -> str:
    """The line below a chart that is saved."""
    number = translate("data version %(number)s", number=version().number)
    return f"{translate('ISTC evidence graph')} · {number} · CC BY 4.0 · {address}"

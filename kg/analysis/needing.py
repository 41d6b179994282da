"""What an analysis needs of a graph: its data sets, and the values of parameters that have rows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import yaml
from pyoxigraph import NamedNode

from kg import entries, resources, rq
from kg.analysis.catalogue import Analysis
from kg.choosing import Choice
from kg.citing import Selecting, text_of
from kg.entries import Bilingual
from kg.namespaces import ID


@cache
def wordings() -> dict[str, Bilingual]:
    """The words of `needs.csv` by key."""
    return {
        row["key"]: {"zh": row["zh"], "en": row["en"]}
        for row in resources.rows("kg", "analysis", "needs.csv")
    }


@cache
def _title(key: str) -> Bilingual:
    """The title of a data set."""
    text = resources.text("kg", "importing", "sets", f"{key}.yaml")
    return entries.bilingual(yaml.safe_load(text)["title"], f"{key}.yaml, title")


def missing(engine: Selecting, asked: Analysis) -> dict[str, Bilingual]:
    """The data sets that an analysis needs and the graph does not hold.

    Args:
        engine: Where to ask.
        asked: The analysis.

    Returns:
        Key → title.
    """
    if not asked.needs:
        return {}
    query = rq.load("kg", "queries", "analysis", "documents-held").text
    wanted = [[NamedNode(f"{ID}doc/{key}")] for key in asked.needs]
    rows = engine.select(rq.bind(query, ["document"], wanted))
    held = {text_of(row["document"]) for row in rows}
    return {key: _title(key) for key in asked.needs if f"{ID}doc/{key}" not in held}


def offered(engine: Selecting, query: str, choices: list[Choice]) -> list[Choice]:
    """The choices that have rows, those with most first.

    Args:
        engine: Where to ask.
        query: Name of the query of `kg/queries/analysis` that counts their rows.
        choices: All choices.
    """
    rows = engine.select(rq.load("kg", "queries", "analysis", query).text)
    counts = {text_of(row["thing"]): int(text_of(row["number"])) for row in rows}
    found = [replace(one, count=counts[one.iri]) for one in choices if one.iri in counts]
    return sorted(found, key=lambda one: (-one.count, one.key))


__all__ = ["missing", "offered", "wordings"]

"""One expert: affiliations over time, outputs, roles, partners, identifiers, with sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl
from pyoxigraph import NamedNode

from kg.analysis.people import People, period
from kg.analysis.rows import Data, Row, Tables, Values, text
from kg.citing import text_of


def compute(data: Data, values: Values) -> Tables:
    """See `kg.analysis.rows.Compute`."""
    who = text(values, "person")
    if who is None:
        return {}
    people = People(data)
    return {
        "affiliations": list(_affiliations(people, who)),
        "outputs": list(_outputs(people, who)),
        "roles": list(_roles(people, who)),
        "partners": list(_partners(people, who)),
        "identifiers": [
            {
                "scheme": text_of(row["scheme"]),
                "value": text_of(row["value"]),
                "evidence": [text_of(row["fact"])],
            }
            for row in data.select("identifiers", thing=NamedNode(who))
        ],
    }


def _span(begin: date | None, end: date | None) -> str | None:
    return period(begin.year if begin else None, end.year if end else None)


def _affiliations(people: People, who: str) -> Iterator[Row]:
    """Each organization with the years for which some record puts the person there."""
    found = (
        people.affiliations.filter(pl.col("person") == who)
        .group_by("organization")
        .agg(
            country=pl.col("country").drop_nulls().sort().first(),
            begin=pl.col("begin").min(),
            end=pl.col("end").max(),
            records=pl.col("fact").n_unique(),
            evidence=pl.col("fact").unique().sort(),
        )
        .sort(["begin", "organization"], nulls_last=True)
    )
    for row in found.iter_rows(named=True):
        yield {
            "organization": row["organization"],
            "country": row["country"],
            "period": _span(row["begin"], row["end"]),
            "records": row["records"],
            "evidence": row["evidence"],
        }


def _outputs(people: People, who: str) -> Iterator[Row]:
    fields = (
        people.fields.filter(pl.col("person") == who)
        .group_by("work")
        .agg(field=pl.col("field").sort().first())
    )
    found = (
        people.outputs.filter(pl.col("person") == who)
        .group_by("work")
        .agg(year=pl.col("year").min(), evidence=pl.col("fact").drop_nulls().unique().sort())
        .join(fields, on="work", how="left")
        .sort(["year", "work"], descending=[True, False], nulls_last=True)
    )
    for row in found.iter_rows(named=True):
        yield {
            "work": row["work"],
            "year": period(row["year"], row["year"]),
            "field": row["field"],
            "evidence": row["evidence"],
        }


def _roles(people: People, who: str) -> Iterator[Row]:
    found = people.roles.filter(pl.col("person") == who).sort(
        ["begin", "thing", "fact"], nulls_last=True
    )
    for row in found.iter_rows(named=True):
        yield {
            "thing": row["thing"],
            "role": row["role"],
            "period": _span(row["begin"], row["end"]),
            "evidence": [row["fact"]],
        }


def _partners(people: People, who: str) -> Iterator[Row]:
    """Who signed the same works, where they worked last, and whether that is abroad."""
    abroad = set(people.abroad.filter(pl.col("person") == who)["partner"])
    employers = (
        people.affiliations.sort(
            ["end", "organization", "country"], descending=[True, False, False], nulls_last=True
        )
        .group_by("person", maintain_order=True)
        .first()
        .select(partner="person", organization="organization", country="country")
    )
    facts = people.outputs.select("work", partner="person", fact="fact")
    found = (
        people.partners.filter(pl.col("person") == who)
        .select("partner", "work")
        .unique()
        .join(facts, on=["work", "partner"], how="left")
        .group_by("partner")
        .agg(works=pl.col("work").n_unique(), evidence=pl.col("fact").drop_nulls().unique().sort())
        .join(employers, on="partner", how="left")
        .sort(["works", "partner"], descending=[True, False])
    )
    for row in found.iter_rows(named=True):
        yield {
            "partner": row["partner"],
            "organization": row["organization"],
            "country": row["country"],
            "abroad": {"zh": "是", "en": "yes"} if row["partner"] in abroad else None,
            "works": row["works"],
            "evidence": row["evidence"],
        }

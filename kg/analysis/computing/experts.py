"""Experts: who works on what, where, with whom abroad, and in which roles."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from kg.analysis.people import People, period, within
from kg.analysis.rows import Data, Row, Tables, Values, number, text, years


def compute(data: Data, values: Values) -> Tables:
    """See `kg.analysis.rows.Compute`."""
    people = People(data)
    chosen = _chosen(people, values)
    kept = people.affiliations.join(chosen, on="person", how="semi", maintain_order="left")
    fields = people.fields.join(chosen, on="person", how="semi", maintain_order="left")
    return {
        "experts": list(_experts(people, chosen, int(number(values, "most", 200)))),
        "countries": _counted(kept, "country"),
        "organizations": _counted(kept, "organization")[:50],
        "fields": _fields(fields),
    }


def _chosen(people: People, values: Values) -> pl.DataFrame:
    """The people whom the values leave; column person."""
    found = people.names
    name = text(values, "name")
    if name:
        words = name.casefold().split()
        for word in words:
            hit = pl.lit(False)
            for column in ("name_zh", "name_en"):
                hit |= (
                    pl.col(column).fill_null("").str.to_lowercase().str.contains(word, literal=True)
                )
            found = found.filter(hit)
    begin, end = years(values)
    for column in ("country", "organization"):
        wanted = text(values, column)
        if wanted:
            held = people.affiliations.filter(pl.col(column) == wanted)
            if begin is not None:
                held = held.filter(pl.col("end").is_null() | (pl.col("end").dt.year() >= begin))
            if end is not None:
                held = held.filter(pl.col("begin").is_null() | (pl.col("begin").dt.year() <= end))
            found = found.join(held, on="person", how="semi")
    field = text(values, "field")
    if field:
        found = found.join(people.fields.filter(within("field", field)), on="person", how="semi")
    language = text(values, "language")
    if language:
        spoken = people.languages.filter(pl.col("language") == language.lower())
        found = found.join(spoken, on="person", how="semi")
    if begin is not None or end is not None:
        active = pl.concat(
            [
                people.outputs.select("person", first="year", last="year"),
                people.roles.select(
                    "person",
                    first=pl.col("begin").dt.year().cast(pl.Int64),
                    last=pl.col("end").dt.year().cast(pl.Int64),
                ),
                people.affiliations.select(
                    "person",
                    first=pl.col("begin").dt.year().cast(pl.Int64),
                    last=pl.col("end").dt.year().cast(pl.Int64),
                ),
            ]
        ).filter(pl.col("first").is_not_null())
        active = active.filter(
            (pl.col("last").fill_null(9999) >= (begin or 0)) & (pl.col("first") <= (end or 9999))
        )
        found = found.join(active, on="person", how="semi")
    return found.select("person").unique().sort("person")


def _experts(people: People, chosen: pl.DataFrame, most: int) -> Iterator[Row]:
    """The people with most works first, then those with most roles."""

    def counted(frame: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
        return frame.group_by("person").agg(pl.col(column).n_unique().alias(name))

    spans = people.outputs.group_by("person").agg(
        first=pl.col("year").min(), last=pl.col("year").max()
    )
    frame = chosen
    for more in (
        counted(people.outputs, "work", "works"),
        spans,
        counted(people.roles, "thing", "roles"),
        counted(people.partners, "partner", "partners"),
        counted(people.abroad, "partner", "abroad"),
    ):
        frame = frame.join(more, on="person", how="left")
    counts = ["works", "roles", "partners", "abroad"]
    frame = frame.with_columns(pl.col(counts).fill_null(0)).sort(
        ["works", "roles", "partners", "person"], descending=[True, True, True, False]
    )
    shown = frame.head(most)
    latest = (
        people.affiliations.join(shown, on="person", how="semi")
        .sort(["end", "organization", "country"], descending=[True, False, False], nulls_last=True)
        .group_by("person", maintain_order=True)
        .first()
    )
    employers = {row["person"]: row for row in latest.iter_rows(named=True)}
    main = (
        people.fields.join(shown, on="person", how="semi")
        .group_by("person", "field")
        .agg(times=pl.len())
        .sort(["times", "field"], descending=[True, False])
        .group_by("person", maintain_order=True)
        .first()
    )
    fields = dict(main.select("person", "field").iter_rows())
    spoken = people.languages.join(shown, on="person", how="semi").sort("language")
    languages = dict(spoken.group_by("person").agg(pl.col("language").str.join(", ")).iter_rows())
    behind = _evidence(people, shown)
    for row in shown.iter_rows(named=True):
        who = row["person"]
        employer = employers.get(who, {})
        yield {
            "person": who,
            "organization": employer.get("organization"),
            "country": employer.get("country"),
            "field": fields.get(who),
            "works": row["works"],
            "years": period(row["first"], row["last"]),
            "roles": row["roles"],
            "partners": row["partners"],
            "abroad": row["abroad"],
            "languages": languages.get(who),
            "evidence": behind.get(who, []),
        }


def _evidence(people: People, shown: pl.DataFrame) -> dict[str, list[str]]:
    frames = (people.affiliations, people.outputs, people.roles)
    facts = pl.concat([frame.select("person", "fact") for frame in frames]).drop_nulls()
    gathered = (
        facts.join(shown, on="person", how="semi", maintain_order="left")
        .unique(maintain_order=True)
        .group_by("person", maintain_order=True)
        .agg("fact")
    )
    return dict(gathered.iter_rows())


def _counted(affiliations: pl.DataFrame, column: str) -> list[Row]:
    """People by country or organization."""
    found = (
        affiliations.drop_nulls(column)
        .group_by(column)
        .agg(people=pl.col("person").n_unique(), evidence=pl.col("fact").unique().sort())
        .sort(["people", column], descending=[True, False])
    )
    return found.to_dicts()


def _fields(fields: pl.DataFrame) -> list[Row]:
    found = (
        fields.group_by("field")
        .agg(people=pl.col("person").n_unique(), works=pl.col("work").n_unique())
        .sort(["people", "field"], descending=[True, False])
    )
    return found.to_dicts()

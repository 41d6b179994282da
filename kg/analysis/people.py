"""People as the analyses of experts read them: outputs, affiliations, roles, fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from kg.analysis.rows import Data
from kg.namespaces import VOCAB

#: The role of who is a member by a plain relation.
MEMBER = f"{VOCAB}role/member"


@dataclass(frozen=True)
class People:
    """The people of a data version.

    Attributes:
        data: What is read.
    """

    data: Data

    @cached_property
    def names(self) -> pl.DataFrame:
        """Columns person, name_zh, name_en."""
        return self.data.table("people")

    @cached_property
    def _persons(self) -> pl.DataFrame:
        return self.names.select("person").unique()

    @cached_property
    def outputs(self) -> pl.DataFrame:
        """Columns person, work, year, fact: works that people produced, documents they wrote."""
        works = self.data.table("works").rename({"agent": "person"})
        written = self.data.table("document-authors").rename({"document": "work"})
        shown = ["person", "work", "year", "fact"]
        found = pl.concat(
            [
                works.join(self._persons, on="person", how="semi").select(shown),
                written.with_columns(fact=pl.lit(None, pl.String)).select(shown),
            ]
        )
        return found.unique(maintain_order=True)

    @cached_property
    def affiliations(self) -> pl.DataFrame:
        """Columns fact, person, organization, begin, end, country; a row for each country."""
        countries = (
            self.data.table("places")
            .filter(pl.col("country"))
            .select(organization="agent", country="place")
            .unique()
        )
        return self.data.table("affiliations").join(
            countries, on="organization", how="left", maintain_order="left"
        )

    @cached_property
    def roles(self) -> pl.DataFrame:
        """Columns fact, person, thing, role, begin, end: takes part in, is a member of."""
        shown = ["fact", "person", "thing", "role", "begin", "end"]
        taking_part = self.data.table("participations").rename({"agent": "person"})
        members = (
            self.data.table("members")
            .rename({"agent": "person", "whole": "thing"})
            .with_columns(role=pl.lit(MEMBER))
        )
        found = pl.concat([taking_part.select(shown), members.select(shown)])
        return found.join(self._persons, on="person", how="semi", maintain_order="left").unique(
            maintain_order=True
        )

    @cached_property
    def fields(self) -> pl.DataFrame:
        """Columns person, field, work: fields of FORD of outputs, and of what one has a role in."""
        topics = (
            self.data.table("topics")
            .filter(pl.col("concept").str.starts_with(f"{VOCAB}ford/"))
            .select(work="thing", field="concept")
            .unique()
        )
        taken = pl.concat(
            [
                self.outputs.select("person", "work"),
                self.roles.select("person", work="thing"),
            ]
        ).unique()
        return taken.join(topics, on="work").select("person", "field", "work")

    @cached_property
    def languages(self) -> pl.DataFrame:
        """Columns person, language: of outputs, where their record tells."""
        found = self.data.table("languages").select("work", "language").unique()
        return self.outputs.join(found, on="work").select("person", "language").unique()

    @cached_property
    def partners(self) -> pl.DataFrame:
        """Columns person, partner, work: who signs the same works."""
        signed = self.outputs.select("person", "work").unique()
        both = signed.join(signed.rename({"person": "partner"}), on="work")
        return both.filter(pl.col("person") != pl.col("partner")).select(
            "person", "partner", "work"
        )

    @cached_property
    def abroad(self) -> pl.DataFrame:
        """Columns person, partner: partners none of whose countries is one of the person's."""
        lands = self.affiliations.select("person", "country").drop_nulls().unique()
        pairs = self.partners.select("person", "partner").unique()
        placed = pairs.join(lands.select("person").unique(), on="person", how="semi").join(
            lands.select(partner="person").unique(), on="partner", how="semi"
        )
        shared = (
            placed.join(lands, on="person")
            .join(lands.rename({"person": "partner"}), on=["partner", "country"])
            .select("person", "partner")
            .unique()
        )
        return placed.join(shared, on=["person", "partner"], how="anti")


def within(column: str, field: str) -> pl.Expr:
    """Whether a concept is a field of FORD or a part of it: `ford/1.2` is a part of `ford/1`."""
    return (pl.col(column) == field) | pl.col(column).str.starts_with(f"{field}.")


def period(begin: int | None, end: int | None) -> str | None:
    """Years as a period in EDTF, e.g. 2018/2021."""
    if begin is None or end is None:
        return None if begin is None and end is None else str(begin or end)
    return str(begin) if begin == end else f"{begin}/{end}"


__all__ = ["MEMBER", "People", "period", "within"]

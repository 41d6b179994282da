"""Rows on people for importers: public professional data alone, and nobody known by name alone.

A person is who has an identifier of a register of researchers or laureates. Names do not tell
whether two records are about one person, so they take no part in finding who is there already. See
docs/privacy.md for what may be said of people.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping

from kg.importing import facts
from kg.importing.data_sets import Candidate
from kg.importing.facts import Things
from kg.importing.rows import Item

_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.IGNORECASE)


def orcid(text: str | None) -> dict[str, str]:
    """An ORCID as the identifiers of a candidate: none where the text is no ORCID.

    Args:
        text: With or without the address of the register.
    """
    found = _ORCID.fullmatch((text or "").strip())
    return {"orcid": found[1].upper()} if found else {}


def person(
    things: Things, own: str, known: Mapping[str, str], name: str, keys: Iterator[str], place: str
) -> Generator[Item, None, str]:
    """The rows that declare a person with identifiers.

    Args:
        things: Gives keys.
        own: The key that the person gets when new.
        known: Notation of an identifier scheme → value, at least one.
        name: Name, as the record has it.
        keys: Numbers of facts.
        place: Key of the record.

    Yields:
        The declaration and the identifiers, the first time.

    Returns:
        Key of the person.
    """
    key, first, new = things(Candidate("person", own, known))
    if new:
        yield (
            "actors",
            {"key": key, "class": "Person", "label_en": name, "named_in": place},
        )
    if first:
        for scheme, value in known.items():
            yield facts.identifier(next(keys), key, scheme, value, name, place)
    return key


def affiliation(
    key: str, who: str, organization: str, period: str, place: str, *, basis: str = "stated"
) -> Item:
    """The row of an affiliation at a time.

    Args:
        key: Number of the fact.
        who: Key of the person.
        organization: Key of the organization.
        period: When, in EDTF.
        place: Key of the record.
        basis: Notation of the scheme time-basis: whether the record states the time.
    """
    return facts.relation(
        key, who, "affiliatedWith", organization, place, period=period, period_basis=basis
    )


__all__ = ["affiliation", "orcid", "person"]

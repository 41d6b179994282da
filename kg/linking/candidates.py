"""What comes in and may be in the graph already, and what finds it there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Candidate:
    """Something that comes in and may be in the graph already.

    Attributes:
        kind: First part of its key: `org`, `country`, `facility`, `person`, `project` …
        identifiers: Notation of an identifier scheme → value, e.g. `ror` → `https://ror.org/…`.
        names: Its names in any language.
        country: Key of its country, e.g. `country/DEU`.
        key: The key it gets when it is new, e.g. `org/ror-02ys41z83`; an IRI where it has one that
            is none of ours.
    """

    kind: str
    key: str
    identifiers: Mapping[str, str]
    names: tuple[str, ...] = ()
    country: str | None = None


class Linking(Protocol):
    """Finds what is in the graph already; see `kg.linking.Linker`."""

    def key(self, candidate: Candidate) -> str:
        """The key of the thing that a candidate is: one that exists, or its own."""
        ...

    def country(self, code_or_name: str) -> str | None:
        """The key of a country by ISO code or by name, as its publisher writes it."""
        ...


__all__ = ["Candidate", "Linking"]

"""The one hierarchy of errors.

Every error says what went wrong, where, and what to do about it. The class carries a *kind*;
the doors (HTTP and command line) translate kinds into status and exit codes with one table each.

    IstcError
    ├── NonConforming            the data break a shape or a check (carries the report)
    ├── InvalidInput
    │   ├── InvalidQuery         SPARQL that does not parse
    │   ├── UnknownFunction      SPARQL with a function that is not offered
    │   ├── InvalidTable         a CSV table or a cell of one
    │   ├── InvalidRdf           RDF that does not parse
    │   ├── InvalidParameter     parameters of a question
    │   └── InvalidSetting       an ISTC_… variable
    ├── NotFound
    │   └── Gone                 it was here, and is no longer kept
    ├── NotAcceptable            no representation fits
    ├── OutsideAccess            SERVICE, LOAD and everything else that reaches out
    ├── UpdateRefused            a write sent to the read-only endpoint
    ├── Unauthorized             no token, or one that is not valid
    ├── NotAllowed               a token without the right that is needed
    ├── BuiltGraph               a write into a graph that a build makes
    ├── Conflict                 the graph has changed in the way of an undo
    ├── WrongState               an import that is not ready for this, or is done already
    ├── Stale                    the graph has changed since the client read it
    ├── LimitReached
    │   ├── TimeLimit
    │   ├── TooManyRequests      more in an hour than allowed
    │   ├── NoRoom               as much is kept as may be kept
    │   └── BudgetExceeded       memory or size of the result
    ├── Cancelled
    ├── StoreUnavailable
    │   ├── NoStore              nothing has been built yet
    │   ├── StoreLocked          another process is writing
    │   ├── Busy                 every worker is in use
    │   └── NoIndex              the index for search is being made
    └── Internal                 our own fault
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class IstcError(Exception):
    """An error that a user can act on.

    Args:
        what: One sentence that says what is wrong.
        where: File, row and column, line, parameter or IRI, where that is known.
        hint: What to do about it.
        extra: Further members for machine-readable answers (RFC 9457 extension members).
    """

    kind = "internal"

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        self.extra: dict[str, Any] = dict(extra or {})

    def __str__(self) -> str:
        """One line for people: what (where). Hint."""
        text = self.what if self.where is None else f"{self.what} ({self.where})"
        return text if self.hint is None else f"{text.rstrip('.')}. {self.hint}"

    def record(self) -> dict[str, Any]:
        """The error as plain values, to be told to another process; see `of_record`."""
        return {
            "class": type(self).__name__,
            "what": self.what,
            "where": self.where,
            "hint": self.hint,
            "extra": self.extra,
        }


class NonConforming(IstcError):
    """The data break a shape or a check; `extra["results"]` lists the first of them."""

    kind = "non-conforming"


class InvalidInput(IstcError):
    """What was given cannot be read."""

    kind = "bad-request"


class InvalidQuery(InvalidInput):
    """SPARQL that does not parse; `extra` holds line, column and excerpt."""

    kind = "sparql-syntax"


class UnknownFunction(InvalidInput):
    """SPARQL that calls a function which is not offered; `extra` as in `InvalidQuery`."""

    kind = "unknown-function"


class InvalidTable(InvalidInput):
    """A table, or a cell of one, that cannot be used."""

    kind = "invalid-table"


class InvalidRdf(InvalidInput):
    """RDF that does not parse."""

    kind = "invalid-rdf"


class InvalidParameter(InvalidInput):
    """Parameters of a question; `extra["errors"]` lists every wrong one."""

    kind = "invalid-parameter"


class InvalidSetting(InvalidInput):
    """An ISTC_… environment variable that is unknown or cannot be read."""

    kind = "invalid-setting"


class NotFound(IstcError):
    """No such thing, question or graph; `extra["suggestions"]` lists near ones."""

    kind = "not-found"


class Gone(NotFound):
    """It was here and is no longer; `extra` says which change took it, or what is left."""

    kind = "gone"


class NotAcceptable(IstcError):
    """None of the offered representations fits; `extra["available"]` lists them."""

    kind = "not-acceptable"


class OutsideAccess(IstcError):
    """SERVICE, LOAD or another feature that would leave this machine."""

    kind = "no-outside-access"


class UpdateRefused(IstcError):
    """A SPARQL Update request sent where only queries are answered."""

    kind = "forbidden"


class Unauthorized(IstcError):
    """There is no token, or it is not valid, has expired, or was revoked."""

    kind = "unauthorized"


class NotAllowed(IstcError):
    """The token lacks a scope; `extra["scopeNeeded"]` names it."""

    kind = "forbidden"


class BuiltGraph(IstcError):
    """A write into a graph that a build makes from tables; `extra["graphs"]` lists them."""

    kind = "built-graph"


class Conflict(IstcError):
    """What is to be undone was changed since; `extra["changed"]` lists the quads."""

    kind = "conflict"


class WrongState(IstcError):
    """An import is not ready for what is asked, or is done already; `extra["state"]` names it."""

    kind = "wrong-state"


class Stale(IstcError):
    """The graph is no longer as the client has read it; `extra["current"]` is its state now."""

    kind = "stale"


class LimitReached(IstcError):
    """A bound on time, memory or size was reached."""

    kind = "too-large"


class TimeLimit(LimitReached):
    """The work was stopped at its time limit."""

    kind = "query-timeout"


class TooManyRequests(LimitReached):
    """More was asked for in a time than is allowed; `extra["retryAfter"]` says how long to wait."""

    kind = "too-many-requests"


class NoRoom(LimitReached):
    """As much is kept as may be kept."""

    kind = "insufficient-storage"


class BudgetExceeded(LimitReached):
    """The query was stopped at its memory or result budget."""

    kind = "query-too-expensive"


class Cancelled(IstcError):
    """Somebody cancelled the query by its id, or the client went away."""

    kind = "query-cancelled"


class StoreUnavailable(IstcError):
    """The store cannot be used now."""

    kind = "store-unavailable"


class NoStore(StoreUnavailable):
    """Nothing has been built under ISTC_HOME yet."""


class StoreLocked(StoreUnavailable):
    """Another process holds the writer's lock."""


class Busy(StoreUnavailable):
    """All query workers are in use."""

    kind = "busy"


class NoIndex(StoreUnavailable):
    """The index for search is being made, and there is no earlier one."""

    kind = "no-index"


class Internal(IstcError):
    """A fault of ours."""


def of_record(told: Mapping[str, Any]) -> IstcError:
    """The error that `IstcError.record` told."""
    kind: type[IstcError] = globals()[told["class"]]
    return kind(told["what"], where=told["where"], hint=told["hint"], extra=told["extra"])

"""What differs between remote stores, in one small class each.

`Standard` holds to SPARQL 1.1 Protocol and Update alone; the others say where their engine has
its addresses, how it is told a time limit, and how its refusals read. `docs/backends.md` shows
what follows from it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from kg import sparql
from kg.backends import Guarantees, Job
from kg.errors import (
    BudgetExceeded,
    Internal,
    InvalidQuery,
    InvalidSetting,
    IstcError,
    OutsideAccess,
    StoreUnavailable,
    TimeLimit,
)
from kg.namespaces import GRAPH
from service.remote.address import VARIABLE, Address
from service.remote.wire import Fields

#: The named graph that stands for the default graph where a store has none of its own.
DEFAULT = GRAPH + "default"
#: A graph that nobody fills: the empty part of a dataset.
NOTHING = GRAPH + "nothing"
_SHOWN = 300


@dataclass(frozen=True)
class Refusal:
    """A response that is no answer.

    Attributes:
        status: Of HTTP.
        headers: Its headers.
        text: The beginning and the end of its body.
    """

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def line(self) -> str:
        """What the store says, in one line."""
        said = next((line.strip() for line in self.text.splitlines() if line.strip()), "")
        return said[:_SHOWN] or f"status {self.status}"


class Standard:
    """Any store with SPARQL 1.1 Protocol and Update.

    Its default graph is the named graph `DEFAULT`, which we fill: each query names it and the
    named graphs by the parameters of the protocol. That gives the RDF merge (SPARQL 1.1,
    section 13.1) on stores whose own default graph is empty, or repeats triples, or holds the
    graphs of others as well.

    Args:
        address: Of the store.
    """

    guarantees: ClassVar[Guarantees] = Guarantees(
        "sparql", union_default_graph=True, snapshot=True, hard_stop=False, memory_bound=False
    )
    #: Whether the store is ours alone and has a default graph that we fill.
    alone: ClassVar[bool] = False
    #: Whether a request is one transaction, and a query sees one state of the data.
    transactions: ClassVar[bool] = False
    #: Characters of one update, roughly; Virtuoso's parser takes some 700 000.
    longest: ClassVar[int] = 200_000
    #: Results and graphs are asked for in these, and written anew in what the client wants.
    rows: ClassVar[str] = "application/sparql-results+json"
    triples: ClassVar[str] = "application/n-triples"

    def __init__(self, address: Address) -> None:
        self.query = address.url
        self.update = address.update or address.url
        self.quads = ""

    @staticmethod
    def prove(address: Address) -> AuthBase | None:
        """How to prove who we are."""
        return HTTPBasicAuth(address.user, address.password) if address.user else None

    def check(self, job: Job) -> None:
        """Refuse a query that this store would let out of its bounds.

        Raises:
            OutsideAccess: It calls what is not SPARQL.
        """

    def limit(self, seconds: float) -> Fields:
        """The parameters that tell the store a time limit."""
        return ()

    def failure(self, refusal: Refusal, job: Job) -> IstcError:
        """Say in our words what a refusal means."""
        if refusal.status in (401, 403):
            return StoreUnavailable(
                "The remote store refuses us access.",
                where=self.query,
                hint=f"{VARIABLE} takes user and password: dialect+http://user:password@host/… .",
            )
        if refusal.status == 400:
            return InvalidQuery(f"The remote store does not accept the query: {refusal.line}")
        if refusal.status in (408, 504):
            return too_slow(job)
        if refusal.status in (300, 301, 302, 303, 307, 308, 404, 405, 502, 503):
            return StoreUnavailable(
                f"The remote store does not answer queries here: {refusal.line}",
                where=self.query,
                hint=f"Check {VARIABLE}.",
            )
        return Internal(f"The remote store failed: {refusal.line}")

    def partial(self, headers: Mapping[str, str], job: Job) -> IstcError | None:
        """Tell an answer that looks whole but is not."""
        return None


class Fuseki(Standard):
    """Apache Jena Fuseki: a dataset of ours, whose default graph we fill.

    It takes a time limit and keeps it; it notices a client that has left only when it writes. Each
    request is a transaction, on TDB2 and in memory.
    """

    guarantees = Guarantees(
        "fuseki", union_default_graph=True, snapshot=True, hard_stop=False, memory_bound=False
    )
    alone = True
    transactions = True

    def __init__(self, address: Address) -> None:
        base = address.url.rstrip("/")
        self.query, self.update, self.quads = f"{base}/query", f"{base}/update", f"{base}/data"

    def limit(self, seconds: float) -> Fields:
        """`timeout` in whole seconds; it can only lower the limit of the server's configuration."""
        return (("timeout", str(math.ceil(seconds))),)

    def failure(self, refusal: Refusal, job: Job) -> IstcError:
        """Its time-out is a 503, its lack of memory a 500."""
        if refusal.status == 503 and "timed out" in refusal.text.lower():
            return too_slow(job)
        if refusal.status == 500 and re.search("heap space|OutOfMemory|GC overhead", refusal.text):
            return too_much(refusal.line)
        return super().failure(refusal, job)


class Virtuoso(Standard):
    """OpenLink Virtuoso, open source, 7.2.

    All graphs are its default graph, its own ones too, and it cuts answers short without an error
    when it runs out of time or rows. A query whose client has left runs on to its limit.
    """

    guarantees = Guarantees(
        "virtuoso", union_default_graph=True, snapshot=True, hard_stop=False, memory_bound=False
    )
    # In JSON it writes booleans as 0 and 1.
    rows = "application/sparql-results+xml"

    def __init__(self, address: Address) -> None:
        base = address.url.rstrip("/").removesuffix("/sparql")
        self.query, self.update, self.quads = f"{base}/sparql", f"{base}/sparql-auth", ""

    @staticmethod
    def prove(address: Address) -> AuthBase | None:
        """It asks for HTTP Digest."""
        return HTTPDigestAuth(address.user, address.password) if address.user else None

    def check(self, job: Job) -> None:
        """Its built-in and stored procedures can be called as functions (`bif:`, `sql:`)."""
        for token in sparql.TOKEN.finditer(job.query):
            if token.lastgroup in ("iri", "name") and re.match(
                r"<?(bif|sql):", token.group(), re.IGNORECASE
            ):
                line, column = sparql.place(job.query, token.start())
                raise OutsideAccess(
                    f"{token.group()} would call a procedure of the store and is not offered.",
                    where=f"line {line}, column {column}",
                    hint="Use the functions of SPARQL 1.1.",
                    extra={
                        "line": line,
                        "column": column,
                        "excerpt": sparql.excerpt(job.query, line, column),
                    },
                )

    def limit(self, seconds: float) -> Fields:
        """`timeout` in milliseconds; less than a second is taken for none."""
        return (("timeout", str(max(1000, math.ceil(seconds * 1000)))),)

    def failure(self, refusal: Refusal, job: Job) -> IstcError:
        """Its SQL states say more than its statuses."""
        text = refusal.text
        if "S1TAT" in text or "S1T00" in text:
            return too_slow(job)
        if re.search(r"estimated execution time|SR35[0-9]|42000 Error TOP|emory", text):
            return too_much(refusal.line)
        if refusal.status >= 500 and " 37000 " in text:
            return InvalidQuery(f"The remote store does not accept the query: {refusal.line}")
        return super().failure(refusal, job)

    def partial(self, headers: Mapping[str, str], job: Job) -> IstcError | None:
        """Status 200, and headers that say that rows are missing."""
        if headers.get("X-SQL-State", "").startswith(("S1TAT", "S1T00")):
            return too_slow(job)
        most = headers.get("X-SPARQL-MaxRows")
        if most is not None:
            return BudgetExceeded(
                f"The remote store gives no more than {most} rows and left out the others.",
                hint="Ask for fewer rows with LIMIT, or raise ResultSetMaxRows in virtuoso.ini.",
                extra={"limitRows": int(most)} if most.isdigit() else None,
            )
        return None


_DIALECTS: dict[str, type[Standard]] = {
    kind.guarantees.name: kind for kind in (Standard, Fuseki, Virtuoso)
}


def of(address: Address) -> Standard:
    """The dialect of a store.

    Raises:
        InvalidSetting: There is no dialect of this name.
    """
    kind = _DIALECTS.get(address.dialect)
    if kind is None:
        raise InvalidSetting(
            f"There is no dialect “{address.dialect}”.",
            where=VARIABLE,
            hint=f"Use one of: {', '.join(_DIALECTS)}.",
        )
    return kind(address)


def too_slow(job: Job) -> TimeLimit:
    """The error for a query that the store stopped at its limit."""
    return TimeLimit(
        f"The query was stopped after {job.seconds:g} seconds.",
        hint="Make it more selective, or ask for fewer rows.",
        extra={"limitSeconds": job.seconds},
    )


def too_much(said: str) -> BudgetExceeded:
    """The error for a query that is more than the store will do."""
    return BudgetExceeded(
        f"The query is too much for the remote store: {said}",
        hint="Join fewer patterns, or ask for fewer rows.",
    )

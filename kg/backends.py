"""What answers queries, behind one small interface: our own readers, or a remote SPARQL store.

`kg.querying.Engine` puts the same limits around each of them; what differs between them is told by
their `Guarantees`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kg.store.versions import Version


@dataclass(frozen=True)
class Job:
    """A query that has been checked and may run.

    Attributes:
        query: Its text.
        form: `select`, `ask`, `construct` or `describe`.
        media_type: Of the answer: a results format for SELECT and ASK, else an RDF format.
        dataset: Whether the query has a dataset clause of its own (FROM, FROM NAMED).
        default_graphs: IRIs of graphs that make up the default graph (SPARQL 1.1 Protocol,
            section 2.1.4); they win over FROM.
        named_graphs: IRIs of the named graphs.
        seconds: Its time limit.
        base_iri: For its relative IRIs.
    """

    query: str
    form: str
    media_type: str
    dataset: bool = False
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    seconds: float = 30.0
    base_iri: str | None = None


class Run(Protocol):
    """A query that runs: its answer comes as bytes, then it succeeds or fails."""

    @property
    def version(self) -> Version:
        """The data version that is asked."""
        ...

    def read(self, seconds: float) -> bytes | None:
        """Wait for more of the answer.

        Args:
            seconds: How long at most.

        Returns:
            The next bytes; None when none came in time; nothing (`b""`) at the end of the answer.

        Raises:
            IstcError: The query failed, also after bytes were read.
        """
        ...

    def demote(self) -> None:
        """Let shorter queries go first from now on."""
        ...

    def close(self) -> None:
        """Stop it if it still runs, and give back what it holds."""
        ...


@dataclass(frozen=True)
class Guarantees:
    """What a backend promises; `docs/backends.md` shows them side by side.

    Attributes:
        name: Of the backend.
        union_default_graph: Whether the default graph is the merge of all named graphs.
        snapshot: Whether a query sees one data version only, also while another is committed.
        hard_stop: Whether a query that is stopped uses no CPU any more.
        memory_bound: Whether the memory of a query is bounded.
    """

    name: str
    union_default_graph: bool
    snapshot: bool
    hard_stop: bool
    memory_bound: bool


class Backend(Protocol):
    """Answers queries on the current data version; safe to use from many threads."""

    guarantees: Guarantees

    def version(self) -> Version:
        """The data version that answers now.

        Raises:
            NoStore: Nothing has been built yet.
            StoreUnavailable: It cannot be asked.
        """
        ...

    def at_once(self) -> int:
        """How many queries may run at the same time on the current version.

        Raises:
            NoStore, StoreUnavailable: As for `version`.
        """
        ...

    def start(self, job: Job) -> Run:
        """Begin a query.

        Raises:
            StoreUnavailable: There is nothing to ask.
        """
        ...

    def close(self) -> None:
        """End all processes and connections."""
        ...

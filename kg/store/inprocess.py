"""Run queries in this process, without limits: for notebooks, tests and processes of our own."""

from __future__ import annotations

from typing import cast

from pyoxigraph import QuerySolutions, Store

from kg.rq import Term, solutions


class InProcess:
    """Answers SELECT queries from a store.

    Args:
        store: The store to ask.
        union: Whether the default graph is that of all graphs, for a version on disk; a triple is
            then there once for each graph that states it.
    """

    def __init__(self, store: Store, *, union: bool = False) -> None:
        self.store = store
        self._union = union

    def solutions(self, text: str) -> QuerySolutions:
        """What a SELECT query finds, as the engine gives it."""
        return cast(QuerySolutions, self.store.query(text, use_default_graph_as_union=self._union))

    def select(self, text: str) -> list[dict[str, Term]]:
        """Rows of a SELECT query; unbound variables are left out."""
        return list(solutions(self.solutions(text)))


__all__ = ["InProcess"]

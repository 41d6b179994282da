"""The graph of international science and technology cooperation, and all one can do with it.

from kg import open_graph
graph = open_graph()
graph.ask("bri-co-papers-by-field")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.graph import Graph as Graph
    from kg.graph import open_graph as open_graph

__all__ = ["Graph", "open_graph"]


def __getattr__(name: str) -> Any:
    """Load the notebook door only when somebody asks for it (PEP 562)."""
    if name in __all__:
        from kg import graph

        return getattr(graph, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""What is reached through what, in the graph of agents and the things they take part in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import igraph

#: A thing and an agent that takes part in it.
Edge = tuple[str, str]


def _graph(edges: Collection[Edge], here: Collection[str]) -> tuple[igraph.Graph, list[str]]:
    """The graph in both directions, with a root, vertex 0, before all agents here."""
    import igraph

    names = list(dict.fromkeys(name for edge in edges for name in edge))
    number = {name: at for at, name in enumerate(names, start=1)}
    arcs = [(number[thing], number[agent]) for thing, agent in edges]
    arcs += [(other, one) for one, other in arcs]
    arcs += [(0, number[agent]) for agent in here if agent in number]
    return igraph.Graph(n=len(names) + 1, edges=arcs, directed=True), names


def reached(edges: Iterable[Edge], here: Collection[str]) -> set[str]:
    """Agents and things to which a path leads from the agents here."""
    graph, names = _graph(list(edges), here)
    return {names[at - 1] for at in graph.subcomponent(0, mode="out") if at}


def cut_off(edges: Iterable[Edge], here: Collection[str]) -> dict[str, set[str]]:
    """What no path would lead to any more, if one thing or agent were gone.

    Args:
        edges: Who takes part in what.
        here: The agents that paths begin at.

    Returns:
        Each thing or agent that is passed on every path to another one → those others, agents
        and things. Computed from the dominator tree (Lengauer and Tarjan 1979), which takes about
        as long as there are edges; the sets may take longer where one hangs on the next.
    """
    graph, names = _graph(list(edges), here)
    above: list[int] = graph.dominator(0, mode="out")
    below: dict[int, list[int]] = defaultdict(list)
    for vertex, one in enumerate(above):
        if vertex and one > 0:
            below[one].append(vertex)
    found: dict[str, set[str]] = {}
    for one in below:
        todo, lost = list(below[one]), set()
        while todo:
            vertex = todo.pop()
            lost.add(names[vertex - 1])
            todo += below.get(vertex, ())
        found[names[one - 1]] = lost
    return found


__all__ = ["cut_off", "reached"]

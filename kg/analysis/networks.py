"""Positions in networks of cooperation, computed with igraph on weighted, undirected ties."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: With more nodes than LARGE betweenness is estimated from the paths that begin at so many of them,
#: chosen by chance (Brandes and Pich 2007), so that its cost grows with the ties alone.
LARGE = 2_000
PIVOTS = 1_000
#: Where Leiden begins, so that the same network has the same communities.
SEED = 20_260_101


@dataclass(frozen=True)
class Position:
    """The position of a node.

    Attributes:
        degree: Partners.
        strength: Sum of the weights of its ties.
        betweenness: Share of the shortest paths between two others that lead through it, 0 to 1;
            a tie is as long as 1 / weight where `weighted`.
        eigenvector: Eigenvector centrality by weights, 1 for the most central (Bonacich 1987), 0
            outside the largest component.
        core: The largest k such that the node is in the k-core (Seidman 1983).
        community: Number of its community, 1 for the strongest; see `Network.positions`.
    """

    degree: int
    strength: float
    betweenness: float
    eigenvector: float
    core: int
    community: int


class Network:
    """An undirected network with weights.

    Args:
        ties: Pairs of names with a weight above 0; weights of one pair add up, a tie of a node with
            itself is left out.
        nodes: Further nodes, which may have no tie.
    """

    def __init__(self, ties: Iterable[tuple[str, str, float]], nodes: Iterable[str] = ()) -> None:
        import igraph

        weights: dict[tuple[str, str], float] = {}
        for one, other, weight in ties:
            if one == other or weight <= 0:
                continue
            pair = (one, other) if one < other else (other, one)
            weights[pair] = weights.get(pair, 0.0) + float(weight)
        ordered = sorted({name for pair in weights for name in pair} | set(nodes))
        names = {name: number for number, name in enumerate(ordered)}
        edges = sorted(weights)
        self.names = ordered
        self.graph: Any = igraph.Graph(
            n=len(ordered), edges=[(names[one], names[other]) for one, other in edges]
        )
        self.graph.es["weight"] = [weights[pair] for pair in edges]
        self.weights: Mapping[tuple[str, str], float] = weights

    @property
    def ties(self) -> int:
        """How many ties it has."""
        return int(self.graph.ecount())

    def positions(self, *, by_weight: bool = True) -> dict[str, Position]:
        """The position of each node.

        Args:
            by_weight: Whether a tie of weight w is 1 / w long for betweenness; else 1.

        Returns:
            Name → position. Communities are those of Leiden's algorithm for modularity by weights
            (Traag, Waltman and van Eck 2019), from one beginning, the strongest first.
        """
        graph, count = self.graph, len(self.names)
        if not count:
            return {}
        strength = graph.strength(weights="weight")
        lengths = [1.0 / w for w in graph.es["weight"]] if by_weight else None
        chance = random.Random(SEED)  # noqa: S311 - no secret
        pivots = chance.sample(range(count), PIVOTS) if count > LARGE else None
        between = graph.betweenness(directed=False, weights=lengths, sources=pivots)
        if pivots is not None:
            between = [through * count / PIVOTS for through in between]
        pairs = (count - 1) * (count - 2) / 2
        eigen = self._eigenvector()
        return {
            name: Position(degree, strong, through / pairs if pairs else 0.0, central, core, group)
            for name, degree, strong, through, central, core, group in zip(
                self.names,
                graph.degree(),
                strength,
                between,
                eigen,
                graph.coreness(),
                self._communities(strength),
                strict=True,
            )
        }

    def _eigenvector(self) -> list[float]:
        """Eigenvector centrality in the largest component; it is not defined across components."""
        found = [0.0] * len(self.names)
        if not self.ties:
            return found
        members = max(self.graph.connected_components(), key=lambda part: (len(part), -part[0]))
        part = self.graph.induced_subgraph(members)
        for node, central in zip(
            members, part.eigenvector_centrality(weights="weight"), strict=True
        ):
            found[node] = round(central, 12)
        return found

    def _communities(self, strength: list[float]) -> list[int]:
        import igraph

        if not self.ties:
            return list(range(1, len(self.names) + 1))
        igraph.set_random_number_generator(random.Random(SEED))  # noqa: S311 - no secret
        found = self.graph.community_leiden(
            objective_function="modularity", weights="weight", n_iterations=-1
        )
        groups = list(found.membership)
        total: dict[int, float] = {}
        for group, strong in zip(groups, strength, strict=True):
            total[group] = total.get(group, 0.0) + strong
        order = sorted(total, key=lambda group: (-total[group], groups.index(group)))
        number = {group: place for place, group in enumerate(order, start=1)}
        return [number[group] for group in groups]

    def modularity(self, communities: Mapping[str, int]) -> float:
        """How much denser ties are within communities than by chance, by weights."""
        members = [communities[name] for name in self.names]
        return float(self.graph.modularity(members, weights="weight")) if self.ties else 0.0

    def components(self) -> list[list[str]]:
        """Nodes that reach one another, the largest component first."""
        found = [[self.names[i] for i in part] for part in self.graph.connected_components()]
        return sorted(found, key=lambda part: (-len(part), part))

    def cut_nodes(self) -> list[str]:
        """Nodes without which their component falls apart (articulation points)."""
        return sorted(self.names[i] for i in self.graph.articulation_points())

    def bridges(self) -> list[tuple[str, str]]:
        """Ties without which their component falls apart."""
        ends = (self.graph.es[i].tuple for i in self.graph.bridges())
        return sorted((self.names[a], self.names[b]) for a, b in ends)


__all__ = ["LARGE", "PIVOTS", "Network", "Position"]

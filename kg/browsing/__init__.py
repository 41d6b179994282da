"""What the graph says of one thing, of a class, of a named graph, and whether it is there at all.

The queries stand in `kg/queries/browse`. Nothing here knows of pages: the same description serves
the HTML page, the terminal and the notebook.
"""

from __future__ import annotations

from kg.browsing.alignments import Alignment, alignments, mappings
from kg.browsing.classes import (
    SORTS,
    Class,
    Counts,
    Filter,
    Member,
    classes,
    counts,
    members,
    properties,
)
from kg.browsing.comparing import series
from kg.browsing.documents import (
    document,
    graph_contents,
    graph_sizes,
    parameters,
    questions,
    terms,
)
from kg.browsing.existing import NEAR, Removal, exists, hidden, near, removal, successor
from kg.browsing.literature import (
    Literature,
    Place,
    Surroundings,
    literature,
    surroundings,
)
from kg.browsing.relations import commits, related
from kg.browsing.things import describe
from kg.description import (
    Comparison,
    Description,
    Fact,
    FactGroup,
    Identifier,
    Moment,
    Related,
    Relation,
    Thing,
    Value,
)

__all__ = [
    "NEAR",
    "SORTS",
    "Alignment",
    "Class",
    "Comparison",
    "Counts",
    "Description",
    "Fact",
    "FactGroup",
    "Filter",
    "Identifier",
    "Literature",
    "Member",
    "Moment",
    "Place",
    "Related",
    "Relation",
    "Removal",
    "Surroundings",
    "Thing",
    "Value",
    "alignments",
    "classes",
    "commits",
    "counts",
    "describe",
    "document",
    "exists",
    "graph_contents",
    "graph_sizes",
    "hidden",
    "literature",
    "mappings",
    "members",
    "near",
    "parameters",
    "properties",
    "questions",
    "related",
    "removal",
    "series",
    "successor",
    "surroundings",
    "terms",
]

"""Search over the things of the graph: names, short forms, identifiers, in Chinese and English.

An index is made from each data version, in a process beside the service, and answers from a file:

    kg.searching.folding     texts in the form in which they are compared
    kg.searching.making      the index from the graph; `keeping` keeps one for each data version
    kg.searching.matching    what was typed as ever wider conditions; `alike` for misspelt words
    kg.searching.finding     the things that meet them, best first
    kg.searching.showing     what is shown of them, facets; `explaining` says why they were found
    kg.searching.index       all of this for one file, from many threads

What is found first: the whole name, its beginning, whole words, beginnings of words, what stands
inside, what is nearly it; between equals what the graph knows most of.
"""

from kg.searching.index import MOST, Index
from kg.searching.keeping import Indexes, opened
from kg.searching.matching import LONGEST
from kg.searching.results import HOW, Facet, Found, Hit, Match
from kg.searching.showing import kind_key

__all__ = [
    "HOW",
    "LONGEST",
    "MOST",
    "Facet",
    "Found",
    "Hit",
    "Index",
    "Indexes",
    "Match",
    "kind_key",
    "opened",
]

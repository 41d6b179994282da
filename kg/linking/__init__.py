"""Linking: what comes in is matched to what is there, with a score that is explained.

names, identifiers, codes of a graph ─► `Linker`
candidate ─► compared with the few things that share something ─► linked, open, or new
open ones ─► graph/links ─► accepted, rejected or left for later by people (`reviewing`)
"""

from kg.linking.candidates import Candidate, Linking
from kg.linking.known import Whole
from kg.linking.linker import Decided, Linker, Match, Outcome, build
from kg.linking.links import on, standing

__all__ = [
    "Candidate",
    "Decided",
    "Linker",
    "Linking",
    "Match",
    "Outcome",
    "Whole",
    "build",
    "on",
    "standing",
]

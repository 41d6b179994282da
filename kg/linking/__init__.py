"""Linking: what comes in is matched to what is there, with a score that is explained.

names, identifiers, codes of a graph ─► `Linker`
candidate ─► compared with the few things that share something ─► linked, open, or new
open ones ─► graph/links ─► accepted, rejected or left for later by people (`decisions`)
"""

from kg.linking.known import Whole
from kg.linking.linker import Decided, Linker, Match, Outcome, build

__all__ = ["Decided", "Linker", "Match", "Outcome", "Whole", "build"]

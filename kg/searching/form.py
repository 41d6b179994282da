"""The form of an index: its number, and what names are."""

from __future__ import annotations

#: Number of the form of the file; an index of another form is made anew.
FORM = 1
#: Names of a thing that are held at most; the number of a name is that of its thing times this.
NAMES = 256
#: What a name is, best first.
LABEL, ALTERNATIVE, IDENTIFIER = range(3)

__all__ = ["ALTERNATIVE", "FORM", "IDENTIFIER", "LABEL", "NAMES"]

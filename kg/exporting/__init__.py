"""Write the graph to files, the same bytes for the same content.

Lines of N-Quads and N-Triples are sorted, as are graphs and triples in the other syntaxes. The
journal is left out unless asked for, since it tells of times and not of the world. Formats without
named graphs get the union of all graphs.

    kg.exporting.forms    formats, and graphs that fit into memory
    kg.exporting.parts    the whole, a named graph, the things of a class
    kg.exporting.flat     the things of a class as a flat table
    kg.exporting.whole    files that are whole or not there
    kg.exporting.files    any of these as a file, as a stream, in bounded memory
"""

from kg.exporting.files import (
    CHECKSUMS,
    CSV,
    ENDINGS,
    File,
    checksums,
    export,
    file_names,
    listed,
    make,
    quads,
    stream,
    write_checksums,
)
from kg.exporting.forms import FORMATS, format_named, serialise
from kg.exporting.parts import WHOLE, Part, graph_name

__all__ = [
    "CHECKSUMS",
    "CSV",
    "ENDINGS",
    "FORMATS",
    "WHOLE",
    "File",
    "Part",
    "checksums",
    "export",
    "file_names",
    "format_named",
    "graph_name",
    "listed",
    "make",
    "quads",
    "serialise",
    "stream",
    "write_checksums",
]

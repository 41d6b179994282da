"""EuroSciVoc: fields of science as concepts of a scheme of their own (SKOS)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat

from kg import resources
from kg.errors import InvalidInput
from kg.importing import rows
from kg.importing.data_sets import DataSet, Linking
from kg.importing.rows import Item
from kg.namespaces import SKOS
from kg.tables import Table

_FILE = "EuroSciVoc.ttl"
_BOM = b"\xef\xbb\xbf"


def tables(about: DataSet, folder: Path, link: Linking) -> Iterator[Table]:
    """See `kg.importing.data_sets.DataSet.read`."""
    return rows.Chunks(about.key).of(_items(about, folder))


def _chinese_names() -> dict[str, str]:
    """Chinese names of the fields of FORD by their notation."""
    text = resources.root("ontology", "vocabularies", "ford.ttl").read_bytes()
    return {
        triple.subject.value.rpartition("/")[2]: triple.object.value
        for triple in pyoxigraph.parse(input=text, format=RdfFormat.TURTLE)
        if triple.predicate == NamedNode(SKOS + "prefLabel")
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, Literal)
        and triple.object.language == "zh"
    }


def _records(path: Path) -> Iterator[dict[str, str]]:
    """What each subject says, in the order of the file: local name of the property → text."""
    try:
        with path.open("rb") as file:
            if file.read(len(_BOM)) != _BOM:
                file.seek(0)
            quads = pyoxigraph.parse(input=file, format=RdfFormat.TURTLE)
            for _, group in itertools.groupby(quads, key=lambda quad: quad.subject):
                yield {
                    quad.predicate.value.replace("#", "/").rpartition("/")[2]: quad.object.value
                    for quad in group
                    if isinstance(quad.object, Literal)
                }
    except (OSError, SyntaxError) as error:
        raise InvalidInput(f"Not a vocabulary in Turtle: {error}.", where=path.name) from error


def _items(about: DataSet, folder: Path) -> Iterator[Item]:
    yield rows.document(about)
    scheme, exact, close = (about.more[part] for part in ("scheme", "exact", "close"))
    yield (
        "schemes",
        {
            "key": about.key,
            "label_zh": scheme["zh"],
            "label_en": scheme["en"],
            "definition_zh": scheme["definition_zh"],
            "definition_en": scheme["definition_en"],
        },
    )
    chinese = _chinese_names()
    for found in _records(folder / _FILE):
        if "notation" not in found:
            continue
        notation = found["notation"]
        field = exact.get(notation, "")
        yield (
            "concepts",
            {
                "key": f"{about.key}/{notation}",
                "label_zh": chinese.get(field, ""),
                "label_en": rows.clean(found["prefLabel"]),
                "exact_match": f"ford/{field}" if field else "",
                "close_match": f"ford/{close[notation]}" if notation in close else "",
                "defined_by": found["isDefinedBy"],
            },
        )

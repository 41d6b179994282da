"""What can be done to the graph, as plain values that travel to the child process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pyoxigraph import Quad

from kg.changing.canonical import canonical


@dataclass(frozen=True)
class Update:
    """A SPARQL Update request.

    Attributes:
        text: The request.
        base_iri: For its relative IRIs.
        default: Graphs that make up the default graph of its WHERE parts (`using-graph-uri`).
        named: Named graphs of its WHERE parts (`using-named-graph-uri`).
    """

    text: str
    base_iri: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A document of RDF in a file.

    Attributes:
        path: The file.
        media_type: Its media type.
        checksum: SHA-256 of its content; names its blank nodes.
        name: What its sender calls it, for messages; may be empty.
    """

    path: str
    media_type: str
    checksum: str
    name: str = ""


@dataclass(frozen=True)
class Load:
    """Documents to be added to a graph, or to replace it.

    Attributes:
        parts: The documents.
        base_iri: For their relative IRIs.
        graph: IRI of the graph; empty for the default graph; None when the documents name their
            graphs themselves.
        replace: Whether what the graph holds is taken away.
    """

    parts: tuple[Part, ...]
    base_iri: str
    graph: str | None
    replace: bool = False


@dataclass(frozen=True)
class Drop:
    """A graph to be removed.

    Attributes:
        graph: Its IRI; empty for the default graph.
    """

    graph: str


@dataclass(frozen=True)
class Quads:
    """Quads to be added and removed, in files of N-Quads.

    Attributes:
        added: The file of those to add; they win over the others.
        removed: The file of those to remove.
        checksum: SHA-256 of what is added; names its blank nodes.
        whole: Whether those to remove are all that their graphs say of the subjects of both files;
            where they no longer are, somebody has changed them since, and the step is refused.
    """

    added: str
    removed: str
    checksum: str = ""
    whole: bool = False


def quads(
    folder: Path, added: Iterable[Quad], removed: Iterable[Quad], *, whole: bool = False
) -> Quads:
    """The step that adds and removes quads.

    Args:
        folder: Where they are written.
        added: Quads without blank nodes; they win over the others.
        removed: Quads to be removed.
        whole: See `Quads`.
    """
    paths = []
    for name, some in (("quads-added.nq", added), ("quads-removed.nq", removed)):
        path = folder / name
        lines = sorted(f"{quad} .\n" for quad in canonical(some))
        path.write_text("".join(lines), encoding="utf-8")
        paths.append(str(path))
    return Quads(paths[0], paths[1], whole=whole)


@dataclass(frozen=True)
class Several:
    """Steps that are one change, done one after the other.

    Attributes:
        steps: The steps.
    """

    steps: tuple[Step, ...]


Step: TypeAlias = "Update | Load | Drop | Quads | Several"
_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Update, Load, Drop, Quads, Several)
}


def single(step: Step) -> tuple[Step, ...]:
    """The steps that a step consists of."""
    if isinstance(step, Several):
        return tuple(one for part in step.steps for one in single(part))
    return (step,)


def record(step: Step) -> dict[str, Any]:
    """A step as plain values."""
    if isinstance(step, Several):
        return {"kind": Several.__name__, "steps": [record(one) for one in step.steps]}
    return {"kind": type(step).__name__, **asdict(step)}


def parse(record_: dict[str, Any]) -> Step:
    """The step of a record."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record_.items()}
    kind = str(values.pop("kind"))
    if kind == Several.__name__:
        return Several(tuple(parse(one) for one in values["steps"]))
    if kind == Load.__name__:
        values["parts"] = tuple(Part(**part) for part in values["parts"])
    step: Step = _KINDS[kind](**values)
    return step

"""Write the pages of docs/ that say what the code says: `python docs/generate.py [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields
from importlib.resources.abc import Traversable
from pathlib import Path

import click
import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from kg import resources
from kg.namespaces import ISTC, OWL, RDF_TYPE, RDFS, SKOS, VOCAB
from kg.settings import FOREIGN, Settings
from service import cli, problems

FOLDER = Path(__file__).parent
_HEAD = "<!-- Written by docs/generate.py; change the code, then run: make docs -->\n\n"


def settings() -> str:
    """All settings, from the dataclass."""
    lines = [
        "# Settings",
        "",
        "Settings are environment variables. An `ISTC_…` variable that is not in this list is an "
        "error, so that a misspelt one is noticed.",
        "",
        "| variable | default | type | meaning |",
        "|---|---|---|---|",
    ]
    for field in fields(Settings):
        default = "" if field.default is MISSING else str(field.default)
        kind = type(field.default).__name__.removeprefix("Posix")
        lines.append(
            f"| `ISTC_{field.name.upper()}` | {f'`{default}`' if default else '(empty)'} "
            f"| {kind} | {field.metadata.get('help', '')} |"
        )
    others = ", ".join(f"`{name}`" for name in sorted(FOREIGN))
    lines += [
        "",
        f"Known and read by the tests only: {others}. "
        "`istc serve` also reads `PORT`, like its option `--port`.",
        "",
    ]
    return "\n".join(lines)


def command_line() -> str:
    """The help texts of all commands, and the exit codes."""
    codes = (cli.__doc__ or "").partition("exit code:\n")[2].strip("\n")
    parts = [
        "# The command line",
        "",
        "Results go to stdout, progress and errors to stderr. An error is one line, "
        "`istc: <what> (<where>). <hint>`, and an exit code:",
        "",
        "```text",
        codes,
        "```",
        "",
        "`istc --debug …` shows the traceback of an error as well.",
    ]
    context = click.Context(
        cli.istc,
        info_name="istc",
        max_content_width=90,
        terminal_width=90,
        **cli.istc.context_settings,
    )
    parts += _help("istc", cli.istc.get_help(context))
    for name in cli.COMMANDS:
        command = cli.istc.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=name, parent=context, terminal_width=90)
            parts += _help(f"istc {name}", command.get_help(inner))
    return "\n".join(parts) + "\n"


def _help(title: str, text: str) -> list[str]:
    lines = [line.rstrip() for line in text.splitlines()]
    return ["", f"## `{title}`", "", "```text", *lines, "```"]


class _Terms:
    """The statements of one Turtle file, by subject."""

    def __init__(self, item: Traversable) -> None:
        self.store = Store()
        self.store.load(input=item.read_bytes(), format=RdfFormat.TURTLE)

    def typed(self, kind: str) -> list[NamedNode]:
        """IRIs of this class, in order."""
        found = self.store.quads_for_pattern(None, RDF_TYPE, NamedNode(kind), None)
        return sorted((q.subject for q in found if isinstance(q.subject, NamedNode)), key=str)

    def values(self, subject: NamedNode, predicate: str) -> list[pyoxigraph.NamedNode | Literal]:
        """IRIs and literals of a property, in order."""
        found = self.store.quads_for_pattern(subject, NamedNode(predicate), None, None)
        return sorted(
            (q.object for q in found if isinstance(q.object, NamedNode | Literal)), key=str
        )

    def text(self, subject: NamedNode, predicate: str, language: str) -> str:
        """A text in a language."""
        for term in self.values(subject, predicate):
            if isinstance(term, Literal) and term.language == language:
                return term.value.replace("|", "\\|")
        return ""


def _short(iris: Iterable[pyoxigraph.NamedNode | Literal]) -> str:
    """Local names as links into the page, other IRIs by their end."""
    parts = []
    for term in iris:
        name = term.value.rpartition("#")[2].rpartition("/")[2]
        ours = term.value.startswith(ISTC)
        parts.append(f"[{name}](#{name.lower()})" if ours else f"`{name}`")
    return ", ".join(parts)


def _remark(terms: _Terms, term: NamedNode) -> str:
    parts = [
        f"{word} {_short(found)}"
        for word, predicate in (
            ("kind of", RDFS + "subClassOf"),
            ("narrows", RDFS + "subPropertyOf"),
            ("from", RDFS + "domain"),
            ("to", RDFS + "range"),
            ("inverse of", OWL + "inverseOf"),
        )
        if (found := terms.values(term, predicate))
    ]
    kinds = {t.value.removeprefix(OWL) for t in terms.values(term, RDF_TYPE.value)}
    marks = ("Functional", "Transitive", "Symmetric")
    parts += [mark.lower() for mark in marks if f"{mark}Property" in kinds]
    return "; ".join(parts)


def ontology() -> str:
    """All classes and properties, module by module."""
    lines = ["# The ontology", "", f"Namespace `istc:` = `{ISTC}`.", ""]
    kinds = (("Class", "Classes"), ("ObjectProperty", "Relations"), ("DatatypeProperty", "Values"))
    for item in resources.files("ontology", suffix=".ttl"):
        terms = _Terms(item)
        for kind, title in kinds:
            found = [t for t in terms.typed(OWL + kind) if t.value.startswith(ISTC)]
            if not found:
                continue
            lines += [f"## {item.name.removesuffix('.ttl')}: {title.lower()}", ""]
            for term in found:
                name = term.value.removeprefix(ISTC)
                labels = [terms.text(term, RDFS + "label", tag) for tag in ("zh", "en")]
                lines += [f"### {name}", "", " · ".join(labels), ""]
                lines += [terms.text(term, SKOS + "definition", tag) + "  " for tag in ("zh", "en")]
                remark = _remark(terms, term)
                lines += [f"*{remark}*", ""] if remark else [""]
    return "\n".join(lines).rstrip() + "\n"


def vocabularies() -> str:
    """All concepts, scheme by scheme."""
    lines = [
        "# The vocabularies",
        "",
        f"A concept is `{VOCAB}<scheme>/<notation>`.",
        "",
    ]
    for item in resources.files("ontology", "vocabularies", suffix=".ttl"):
        terms = _Terms(item)
        for scheme in terms.typed(SKOS + "ConceptScheme"):
            names = [terms.text(scheme, RDFS + "label", tag) for tag in ("zh", "en")]
            lines += [f"## {scheme.value.removeprefix(VOCAB)}", "", " · ".join(names), ""]
            lines += [terms.text(scheme, SKOS + "definition", tag) + "  " for tag in ("zh", "en")]
            lines += ["", "| notation | zh | en | broader |", "|---|---|---|---|"]
            for concept in terms.typed(SKOS + "Concept"):
                notation = concept.value.removeprefix(f"{scheme.value}/")
                broader = [
                    t.value.rpartition("/")[2] for t in terms.values(concept, SKOS + "broader")
                ]
                labels = [terms.text(concept, SKOS + "prefLabel", tag) for tag in ("zh", "en")]
                lines.append(f"| `{notation}` | {' | '.join(labels)} | {', '.join(broader)} |")
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def errors() -> str:
    """The types of problems with their statuses."""
    lines = [
        "# Errors over HTTP",
        "",
        "Errors are problem details (RFC 9457) in JSON, or the same as a page for browsers. "
        "`type` is the address of an explanation, `/problems/<slug>`; `detail`, `where` and `hint` "
        "say what is wrong in this case, where, and what to do.",
        "",
        "| slug | status | meaning | what to do |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{p.slug}` | {p.status} | {p.title} | {p.advice} |" for p in problems.TABLE]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": command_line,
    "errors.md": errors,
    "ontology.md": ontology,
    "settings.md": settings,
    "vocabularies.md": vocabularies,
}


def page(name: str) -> str:
    """The text of a page as it should be."""
    return _HEAD + PAGES[name]()


def main(check: bool) -> int:
    """Write the pages, or compare them with what is there.

    Args:
        check: Compare only.

    Returns:
        0, or 1 when a page differs.
    """
    stale = []
    for name in PAGES:
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != page(name):
            stale.append(name)
            if not check:
                path.write_text(page(name), encoding="utf-8")
    for name in stale:
        print(f"docs/{name} {'is not what the code says; run: make docs' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))

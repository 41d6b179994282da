"""Pages of importing: shells that hold no data of a job; the script loads it with a token."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from kg.importing import templates
from kg.importing.jobs import STATES
from kg.namespaces import PREFIXES
from kg.report import SEVERITIES
from kg.settings import BARS
from service import addresses, language
from service.negotiation import HTML, vary


def _(message: str) -> str:
    """Mark a message for the catalogue; it is translated when it is shown."""
    return message


#: What pages call the states, severities, bars and stages of an import.
_STATES = {
    "queued": _("waiting for its turn"),
    "running": _("being checked"),
    "checked": _("checked, ready to be committed"),
    "refused": _("refused"),
    "failed": _("stopped"),
    "cancelled": _("cancelled"),
    "committing": _("being committed"),
    "committed": _("committed"),
    "reverted": _("taken back"),
}
_SEVERITIES = {
    "violation": _("errors"),
    "warning": _("warnings"),
    "info": _("notes"),
}
_BARS = {
    "violation": _("errors"),
    "warning": _("errors and warnings"),
    "none": _("nothing but what cannot be read"),
}
_STAGES = {
    "read": _("Reading the tables"),
    "map": _("Turning rows into facts"),
    "link": _("Comparing with what is there"),
    "change": _("Trying it on a copy of the graph"),
    "rules": _("Deriving what follows"),
    "validation": _("Checking against the rules"),
    "report": _("Writing the report"),
    "commit": _("Committing"),
}
#: What pages call the graphs that a change touches, by the ends of their IRIs.
_GRAPHS = {
    "derived": _("computed from facts"),
    "inferred": _("follows by the ontology"),
    "links": _("links of records to things"),
    "source": _("what the source says"),
    "truthy": _("relations without their sources"),
}
#: What the scripts say; gaps are filled there.
_WORDS = {
    "add": _("Added"),
    "added": _("added"),
    "again": _("Give the mended file"),
    "ahead": _("{number} imports come first"),
    "all": _("all"),
    "cancel": _("Cancel"),
    "change": _("Change {number}"),
    "chooseOne": _("Choose a file, or paste something."),
    "column": _("column “{column}”"),
    "commit": _("Commit"),
    "committing": _("Being committed …"),
    "doubtful": _("perhaps"),
    "download": _("The whole report:"),
    "dryRun": _("check only"),
    "empty": _("Nothing has been imported with this token yet."),
    "faults": _("errors: {number}"),
    "file": _("File"),
    "findings": _("Findings"),
    "first": _("The first {shown} of {total} triples; the patch has them all."),
    "from": _("{shown} of {total} are shown."),
    "graph": _("Named graph"),
    "inGraph": _("See it in the graph"),
    "line": _("line {line}"),
    "linked": _("is"),
    "links": _("Names found in the graph"),
    "more": _("Show more"),
    "new": _("new things: {number}"),
    "nothing": _("Everything is there already; nothing would change."),
    "none": _("Nothing is wrong."),
    "patch": _("RDF Patch"),
    "pending": _(
        "{number} records may be things that are there already; decide on them after the commit."
    ),
    "ready": _(
        "Nothing has been changed yet. The commit adds {added} triples and removes {removed}."
    ),
    "refused": _("Nothing has been changed. Mend what is listed, then give the file again."),
    "really": _("Really take it back?"),
    "remove": _("Leave out"),
    "removed": _("removed"),
    "revert": _("Take back"),
    "review": _("Review of links"),
    "reverted": _("It has been taken back; the graph is as before."),
    "row": _("row {row}"),
    "rows": _("Rows:"),
    "sending": _("Being sent …"),
    "sheet": _("sheet “{sheet}”"),
    "since": _("Changed since"),
    "take": _("Removed"),
    "text": _("text"),
    "things": _("{number} things touched"),
    "unknown": _("nothing in the graph"),
    "unreachable": _("The service cannot be reached; try again."),
    "value": _("Value"),
    "changes": _("What changes"),
    "what": _("What is wrong, and how to mend it"),
    "where": _("Where"),
    "when": _("When"),
    "who": _("by {who}"),
    "source": _("Key of the source document"),
    "state": _("State of the import"),
    "triples": _("Triples added and removed"),
}


def listing() -> Response:
    """The list of imports."""
    return _page("imports/list.html")


def new() -> Response:
    """The page on which one gives files."""
    titles = [(kind, templates.template(kind).title) for kind in templates.USUAL]
    return _page("imports/new.html", titles=titles, bars=BARS, bar_words=_said(_BARS))


def job(id_: str) -> Response:
    """The page of one import.

    Args:
        id_: Its id; whether there is such an import is said to who has the token only.
    """
    return _page("imports/job.html", id=id_)


def _page(template: str, **values: Any) -> Response:
    body = render_template(template, island=_island(values.get("id")), **values)
    response = Response(body, content_type=HTML.content_type)
    return vary(response)


def _said(words: dict[str, str]) -> dict[str, str]:
    return {name: language.translate(text) for name, text in words.items()}


def _island(id_: str | None) -> dict[str, Any]:
    """What the scripts are told: addresses, and words in the reader's language."""
    return {
        "id": id_,
        "language": language.interface(),
        "addresses": {
            "imports": addresses.local("/imports"),
            "new": addresses.page("/imports/new"),
            "changes": addresses.local("/changes"),
            "review": addresses.page("/review"),
            "graph": addresses.local("/doc/graph/source"),
            "doc": addresses.local("/doc"),
            "reader": addresses.page("/").partition("?")[2],
        },
        "prefixes": PREFIXES,
        "graphs": _said(_GRAPHS),
        "tables": {
            kind: language.label(templates.template(kind).title, kind).text
            for kind in templates.kinds()
        },
        "order": {"states": STATES, "severities": SEVERITIES},
        "states": _said(_STATES),
        "severities": _said(_SEVERITIES),
        "stages": _said(_STAGES),
        "words": _said(_WORDS),
    }


__all__ = ["job", "listing", "new"]

"""Ready-to-paste programs that ask a question again: curl, Python, R; a frame for a web page."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from markupsafe import Markup

from kg.asking import Answered
from service import addresses
from service.questions import asked


@dataclass(frozen=True)
class Snippet:
    """A program: the name of its language or library, and its text."""

    name: str
    text: str


def link(answered: Answered, ending: str = "") -> str:
    """The absolute, permanent address of an answer with all its values.

    Args:
        answered: The answer.
        ending: A format, e.g. `.csv`, or `/embed`.

    Returns:
        The address.
    """
    path = f"{asked.path(answered.question)}{ending}"
    return f"{addresses.site()}{path}?{asked.permanent(answered)}"


def snippets(answered: Answered) -> list[Snippet]:
    """The programs for an answer.

    Args:
        answered: The answer.

    Returns:
        Programs with the address of this service and the values in them.
    """
    name = answered.question.id
    csv, query = json.dumps(link(answered, ".csv")), json.dumps(link(answered, ".rq"))
    endpoint = json.dumps(f"{addresses.site()}/sparql")
    frame = Markup('<iframe src="{}" title="{}" width="100%" height="480"></iframe>').format(
        link(answered, "/embed"), answered.question.title[answered.language]
    )
    return [
        Snippet("curl", f"curl --output {name}.csv {shlex.quote(link(answered, '.csv'))}"),
        Snippet(
            "Python, pandas", f"import pandas\n\nanswer = pandas.read_csv({csv})\nprint(answer)"
        ),
        Snippet(
            "Python, SPARQLWrapper",
            "from urllib.request import urlopen\n\n"
            "from SPARQLWrapper import JSON, SPARQLWrapper\n\n"
            f"with urlopen({query}) as file:\n"
            "    query = file.read().decode()\n\n"
            f"endpoint = SPARQLWrapper({endpoint}, returnFormat=JSON)\n"
            "endpoint.setQuery(query)\n"
            'for row in endpoint.queryAndConvert()["results"]["bindings"]:\n'
            '    print({name: term["value"] for name, term in row.items()})',
        ),
        Snippet(
            "R",
            f'answer <- read.csv({csv}, encoding = "UTF-8", check.names = FALSE)\nhead(answer)',
        ),
        Snippet("HTML", str(frame)),
    ]

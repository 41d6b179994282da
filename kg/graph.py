"""The graph in a notebook: as an rdflib Dataset, a pyoxigraph store, answers, and in owlready2."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import owlready2
import rdflib
from pyoxigraph import RdfFormat, Store

from kg import asking, building, exporting, finding
from kg.analysis import running
from kg.asking import Answered
from kg.settings import Settings
from kg.store import union
from kg.store.inprocess import InProcess
from kg.store.versions import Version, current


class Graph:
    """One data version of the graph.

    Args:
        version: The version.
        settings: The settings it was opened with.
    """

    def __init__(self, version: Version, settings: Settings) -> None:
        self.version = version
        self.settings = settings
        self._store: Store | None = None
        self._finder: finding.Finder | None = None

    def store(self) -> Store:
        """A pyoxigraph store in memory, yours to query and to change.

        Its default graph is the union of all graphs.
        """
        return union.filled(exporting.quads(self.version))

    def dataset(self) -> rdflib.Dataset:
        """An rdflib Dataset whose default graph is the union of all graphs."""
        dataset = rdflib.Dataset(default_union=True)
        buffer = io.BytesIO()
        exporting.serialise(exporting.quads(self.version), buffer, RdfFormat.N_QUADS)
        dataset.parse(data=buffer.getvalue(), format="nquads")
        return dataset

    def ontology(self) -> Any:
        """The ontology as an owlready2 Ontology, in a world of its own."""
        buffer = io.BytesIO()
        exporting.serialise(
            exporting.quads(self.version, "ontology"),
            buffer,
            RdfFormat.RDF_XML,
            self.settings.base_iri,
        )
        buffer.seek(0)
        world = owlready2.World()
        return world.get_ontology(self.settings.base_iri + "ontology").load(fileobj=buffer)

    def _engine(self) -> InProcess:
        if self._store is None:
            self._store = self.store()
        return InProcess(self._store)

    def query(self, text: str) -> list[dict[str, Any]]:
        """Rows of a SELECT query, IRIs and literals as Python strings."""
        rows = self._engine().select(text)
        return [{k: getattr(v, "value", str(v)) for k, v in row.items()} for row in rows]

    def answer(
        self, question: str, parameters: Mapping[str, str] | None = None, language: str = "zh"
    ) -> Answered:
        """The answer to a question with its cells, labels and sources."""
        return asking.ask(self._engine(), question, parameters, language)

    def ask(self, question: str, language: str = "zh", **parameters: str) -> list[dict[str, str]]:
        """The rows of a question's answer as text, each with its sources in the column `source`.

        Args:
            question: Id of the question.
            language: `zh` or `en`.
            **parameters: Values of its parameters, e.g. `country="country/SGP"`.

        Returns:
            One dict a row, ready for `pandas.DataFrame`.
        """
        answered = self.answer(question, parameters, language)
        return asking.records(answered)

    def analyse(
        self, tool: str, table: str, language: str = "zh", **parameters: str
    ) -> list[dict[str, str]]:
        """The rows of a table of a tool as text, each with its sources in the column `source`.

        Args:
            tool: Id of the tool, e.g. `country-profile`.
            table: Name of the table.
            language: `zh` or `en`.
            **parameters: Values of its parameters, e.g. `country="country/SGP"`.

        Returns:
            One dict a row, ready for `pandas.DataFrame`.
        """
        result = running.run(self.settings.home, tool, parameters, version=self.version)
        return asking.records(result.answered(table, language))

    def find(self, text: str, language: str = "zh", limit: int = 5) -> list[dict[str, Any]]:
        """The questions that plain words may mean, best first, with the values that they name.

        Args:
            text: Anything in Chinese or English.
            language: `zh` or `en`, for the titles.
            limit: Number of questions at most.

        Returns:
            One dict a question: its id in `question`, `title`, `parameters` for `ask`, the number
            of `rows` that it has with them, and in `without` those whose values leave none.
        """
        engine = self._engine()
        if self._finder is None:
            self._finder = finding.build(engine)
        found = finding.checked(self._finder.find(text, limit), finding.counting(engine))
        return [
            {
                "question": suggestion.question.id,
                "title": suggestion.question.title[language],
                "parameters": suggestion.parameters,
                "rows": suggestion.rows,
                "without": list(suggestion.without),
            }
            for suggestion in found.suggestions
        ]


def open_graph(home: str | Path | None = None) -> Graph:
    """Open the current version of the graph; build it first when there is none.

    Args:
        home: Folder of the store; by default ISTC_HOME, else `.istc`.

    Returns:
        The graph.
    """
    environ = dict(os.environ)
    if home is not None:
        environ["ISTC_HOME"] = str(home)
    settings = Settings.from_env(environ)
    version = current(settings.home)
    if version is None:
        version = building.build(settings).version
    return Graph(version, settings)

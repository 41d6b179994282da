"""Subjects of a data set as a scheme of concepts of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kg.importing import rows
from kg.importing.rows import Item


class Subjects:
    """Gives subjects their concepts, each declared when it is met first.

    Args:
        scheme: Key of the scheme and its labels `zh` and `en`.
        chinese: Chinese name by subject as printed.
    """

    def __init__(self, scheme: Mapping[str, str], chinese: Mapping[str, str]) -> None:
        self._scheme, self._chinese = scheme, chinese
        self._said: dict[str, None] = {}
        self._new: list[Item] = []

    def scheme(self) -> Item:
        """The row of the scheme."""
        return "schemes", {
            "key": self._scheme["key"],
            "label_zh": self._scheme["zh"],
            "label_en": self._scheme["en"],
        }

    def concept(self, subject: str) -> str:
        """The concept of a subject as the object of a relation.

        Args:
            subject: The subject as printed.
        """
        key = f"{self._scheme['key']}/{rows.slug(subject)}"
        if key not in self._said:
            self._said[key] = None
            cells = {"key": key, "label_zh": self._chinese.get(subject, ""), "label_en": subject}
            self._new.append(("concepts", cells))
        return f"v:{key}"

    def declared(self) -> Iterator[Item]:
        """The rows of concepts that are new since the last time."""
        yield from self._new
        self._new.clear()

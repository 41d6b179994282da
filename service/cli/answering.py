"""Write an answer in the format asked for, to a file or to standard output."""

from __future__ import annotations

import base64
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg import asking
from kg.asking import Answered, Origin
from service.cli.output import csv_text, json_text, note, write_table

if TYPE_CHECKING:
    from kg.freezing import Frozen
    from service.cli.session import Session

#: Formats that cannot be shown on a terminal.
BINARY = ("xlsx",)


def as_json(answered: Answered, origin: Origin) -> str:
    """An answer as JSON, flat: the same columns as CSV."""
    value = plain(answered) | {"parameters": answered.parameters, "version": origin.version}
    return json_text(value)


def plain(answered: Answered) -> dict[str, Any]:
    """An answer as plain values, without what gave it."""
    return {
        "question": answered.question.id,
        "title": answered.question.title[answered.language],
        "rows": asking.records(answered),
    }


def as_table(answered: Answered) -> tuple[list[str], list[list[str]]]:
    """The headings and rows of an answer for people: no IRIs."""
    names = [name for name in asking.field_names(answered) if not name.endswith("_iri")]
    labels = {c.name: c.label[answered.language] for c in answered.columns}
    labels["source"] = "出处" if answered.language == "zh" else "Source"
    rows = [[record.get(name, "") for name in names] for record in asking.records(answered)]
    return [labels.get(name, name) for name in names], rows


def show(answered: Answered, origin: Origin, form: str, output: Path | None, link: str) -> None:
    """Write an answer.

    Args:
        answered: The answer.
        origin: What gave it.
        form: `table`, `csv`, `json`, `xlsx` or `rq`.
        output: The file; None for standard output.
        link: Where it can be asked again, for the workbook.
    """
    if form == "table" and output is None:
        write_table(*as_table(answered))
    elif form == "table":
        raise click.UsageError("A file needs --format csv, json, xlsx, srj or rq.")
    elif form == "csv":
        write(csv_text(asking.field_names(answered), asking.records(answered)), output)
    elif form == "json":
        write(as_json(answered, origin), output)
    elif form == "xlsx":
        from kg import workbook

        write(workbook.write(answered, origin, link), output)
    else:
        write(answered.query, output)


def address(session: Session, frozen: Frozen) -> str:
    """Where a frozen answer is kept; without a service, the name that its hash is (RFC 6920).

    Args:
        session: This run.
        frozen: The answer.

    Returns:
        An absolute address, or a `ni` URI.
    """
    site = session.settings.site_url.rstrip("/")
    if site:
        return f"{site}/answers/{frozen.digest}"
    raw = base64.urlsafe_b64encode(bytes.fromhex(frozen.digest)).decode().rstrip("=")
    return f"ni:///sha-256;{raw}"


def write(content: str | bytes, output: Path | None) -> None:
    """Write a text or a file's content.

    Args:
        content: What to write.
        output: The file; None for standard output.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    if output is not None:
        output.write_bytes(data)
        note(str(output))
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def check_output(form: str, output: Path | None, formats: Sequence[str] = BINARY) -> None:
    """Refuse a format that a terminal cannot show, before anything is asked."""
    if form in formats and output is None and sys.stdout.isatty():
        raise click.UsageError(f"{form} needs --output FILE.")


__all__ = ["address", "as_json", "as_table", "check_output", "show", "write"]

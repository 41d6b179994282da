"""Options that several commands share."""

from __future__ import annotations

import getpass
import locale
import os

import click


def _reader_language() -> str:
    """The language of the terminal: `zh` where it is Chinese, else `en`."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if locale.normalize(value).lower().startswith("zh") else "en"
    return "en"


language = click.option(
    "--lang",
    "language",
    type=click.Choice(["zh", "en"]),
    default=_reader_language,
    show_default="that of the terminal",
    help="Language of labels and texts.",
)


def who(otherwise: str) -> str:
    """Who runs the command, for the journal.

    Args:
        otherwise: What to say where the system does not tell.
    """
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return otherwise


__all__ = ["language", "who"]

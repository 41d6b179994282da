"""Write the pages of docs/ that say what the code says: `python docs/generate.py [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path

import click

from kg.settings import FOREIGN, Settings
from service import cli

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
    context = click.Context(cli.istc, info_name="istc", max_content_width=90, terminal_width=90)
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


PAGES: dict[str, Callable[[], str]] = {"cli.md": command_line, "settings.md": settings}


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

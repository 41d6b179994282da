"""The command line `istc`: every service has its command, one module each.

Results go to stdout, progress and errors to stderr. An error is one line, `istc: <what> (<where>).
<hint>`, and an exit code:

     0  done
     1  the data do not conform; istc diff: they differ
     2  wrong usage
     3  input that cannot be read, or something that does not exist
     4  a limit on time, memory or size was reached
     5  the store cannot be used now, or nothing has been built
     6  not allowed
     7  in conflict with the state of the store
    70  a fault of ours
   130  interrupted
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword

import click

from kg import errors
from kg.errors import IstcError
from kg.resources import tool_version
from service.cli.session import Session

#: The commands; each has a module of its name here. Explicit, because the order is that of a day.
COMMANDS = (
    "build",
    "serve",
    "status",
    "questions",
    "ask",
    "analyse",
    "find",
    "answers",
    "query",
    "validate",
    "export",
    "template",
    "import",
    "imports",
    "collect",
    "review",
    "log",
    "undo",
    "hide",
    "diff",
    "push",
    "token",
)

#: Class of error → exit code; the nearest class counts.
EXIT_CODES: dict[type[IstcError], int] = {
    errors.NonConforming: 1,
    errors.InvalidInput: 3,
    errors.NotFound: 3,
    errors.NotAcceptable: 3,
    errors.LimitReached: 4,
    errors.Cancelled: 4,
    errors.StoreUnavailable: 5,
    errors.OutsideAccess: 6,
    errors.UpdateRefused: 6,
    errors.Unauthorized: 6,
    errors.NotAllowed: 6,
    errors.BuiltGraph: 6,
    errors.Conflict: 7,
    errors.WrongState: 7,
    errors.Stale: 7,
    errors.Internal: 70,
}
INTERNAL = 70
INTERRUPTED = 130


class Commands(click.Group):
    """A group that loads the module of a command when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command = import_module(f"service.cli.{name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a fault of ours, not of a user
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="On an error, show the traceback as well.")
@click.version_option(tool_version(), prog_name="istc")
@click.pass_context
def istc(ctx: click.Context, debug: bool) -> None:
    """Evidence graph of international science and technology cooperation.

    Build the graph from its tables, serve it, ask it. Settings are ISTC_… environment variables
    (docs/settings.md); the graph is kept in the folder ISTC_HOME.

    \b
    Example:
      istc build
      istc ask beijing-breakdowns --lang en
    """
    ctx.obj = Session(os.environ)


def exit_code(error: IstcError) -> int:
    """The exit code of an error."""
    for kind in type(error).__mro__:
        if kind in EXIT_CODES:
            return EXIT_CODES[kind]
    return INTERNAL


def run(arguments: Sequence[str]) -> int:
    """Run a command line.

    Args:
        arguments: The words after `istc`.

    Returns:
        The exit code.
    """
    try:
        result = istc.main(args=list(arguments), prog_name="istc", standalone_mode=False)
        # Where --help ends a command, click returns the code instead of raising.
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Who reads us has seen enough, e.g. `istc query … | head`; Python must not try to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if "--debug" in arguments:
            traceback.print_exc()
        return _tell(error)


def _tell(error: Exception) -> int:
    """Print an error in one line; return its exit code."""
    if isinstance(error, IstcError):
        known = error
    elif isinstance(error, OSError) and error.filename is not None:
        known = errors.InvalidInput(
            f"{error.strerror or 'The file cannot be used'}.".replace("..", "."),
            where=str(error.filename),
        )
    else:
        known = errors.Internal(
            f"Something went wrong here: {type(error).__name__}: {error}",
            hint="Run again with istc --debug … and report what it prints.",
        )
    click.echo(f"istc: {one_line(known)}", err=True)
    return exit_code(known)


def one_line(error: IstcError) -> str:
    """`<what> (<where>). <hint>`, whatever full stops the parts have of their own."""
    what = " ".join(error.what.split()).rstrip(".。")
    where = "" if error.where is None else f" ({' '.join(error.where.split())})"
    hint = "" if error.hint is None else f" {' '.join(error.hint.split())}"
    return f"{what}{where}.{hint}"


def main() -> None:
    """Entry point of the command `istc`."""
    sys.exit(run(sys.argv[1:]))


__all__ = ["COMMANDS", "EXIT_CODES", "exit_code", "istc", "main", "run"]

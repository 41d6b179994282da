"""How long pieces of work tell how far they are."""

from __future__ import annotations

from collections.abc import Callable

#: What a long piece of work calls: stage, steps done, steps in all (None: not known).
Progress = Callable[[str, int | None, int | None], None]


def silent(stage: str, done: int | None, total: int | None) -> None:
    """A Progress that tells nobody."""

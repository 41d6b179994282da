"""What every command needs: the settings, read once, and an engine that is closed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from kg.errors import NoStore
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.querying import Engine
    from kg.store.versions import Version


class Session:
    """One run of the command line.

    Args:
        environ: Where the settings come from.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    @cached_property
    def settings(self) -> Settings:
        """The settings; read when first needed, so that --help works with wrong ones.

        Raises:
            InvalidSetting: A variable is unknown or has a wrong value.
        """
        return Settings.from_env(self._environ)

    def version(self) -> Version:
        """The current data version.

        Raises:
            NoStore: Nothing has been built.
        """
        from kg.store.versions import current

        found = current(self.settings.home)
        if found is None:
            raise NoStore(
                "There is no graph yet.", where=str(self.settings.home), hint="Run: istc build"
            )
        return found

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """An engine on the current version, closed at the end.

        Raises:
            NoStore: Nothing has been built.
        """
        from kg.querying import Engine
        from service import remote

        self.version()
        engine = Engine(self.settings, remote.connect(self.settings))
        try:
            yield engine
        finally:
            engine.close()


__all__ = ["Session"]

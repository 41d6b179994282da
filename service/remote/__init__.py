"""The choice of what answers queries: our own readers, or the store that ISTC_REMOTE names.

The truth stays here, with journal, versions, validation and undo; a remote store is a replica.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.settings import Settings

if TYPE_CHECKING:
    from service.remote.backend import RemoteBackend


def connect(settings: Settings, *, follow: bool = False) -> RemoteBackend | None:
    """The remote store of the settings.

    Args:
        settings: `remote` names it.
        follow: Whether to push each new version, as a running service does.

    Returns:
        It as a backend of `kg.querying.Engine`; None when none is named.

    Raises:
        InvalidSetting: The address cannot be read.
    """
    if not settings.remote:
        return None
    from service.remote import address, dialects
    from service.remote.backend import RemoteBackend
    from service.remote.wire import Wire

    where = address.read(settings.remote)
    dialect = dialects.of(where)
    return RemoteBackend(settings, dialect, Wire(dialect.prove(where)), follow=follow)


__all__ = ["connect"]

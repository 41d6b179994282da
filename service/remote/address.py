"""Where a remote store is: ISTC_REMOTE, `dialect+URL`, as SQLAlchemy and others write it.

    fuseki+http://user:password@host:3030/dataset
    virtuoso+http://dba:password@host:8890
    sparql+https://host/repositories/istc#update=/repositories/istc/statements

User and password stand percent-encoded in the URL (RFC 3986, section 3.2.1). For `sparql`, the
fragment names the address for updates when it differs from that for queries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urljoin, urlsplit, urlunsplit

from kg.errors import InvalidSetting

VARIABLE = "ISTC_REMOTE"
_HINT = "For example fuseki+http://127.0.0.1:3030/istc; docs/backends.md has more."


@dataclass(frozen=True)
class Address:
    """A remote store, as the setting names it.

    Attributes:
        dialect: What kind of store it is.
        url: Its address, without user and password.
        update: The address for updates, where the setting names one.
        user: Who we are there; empty for nobody.
        password: The password; never shown.
    """

    dialect: str
    url: str
    update: str = ""
    user: str = ""
    password: str = field(default="", repr=False)


def read(text: str) -> Address:
    """Read the setting.

    Args:
        text: Its value, `dialect+URL`.

    Returns:
        The address.

    Raises:
        InvalidSetting: It is no such address; the message never repeats a password.
    """
    try:
        parts = urlsplit(text.strip())
        port = f":{parts.port}" if parts.port else ""
        host = parts.hostname or ""
    except ValueError as error:
        raise _wrong("The address of the remote store cannot be read.") from error
    dialect, plus, scheme = parts.scheme.partition("+")
    if not plus or scheme not in ("http", "https") or not host:
        raise _wrong("The address of the remote store is not dialect+http://host/… .")
    known = parse_qs(parts.fragment)
    if set(known) - {"update"}:
        raise _wrong("The fragment of the remote store's address may name “update” only.")
    shown = f"[{host}]" if ":" in host else host
    url = urlunsplit((scheme, f"{shown}{port}", parts.path, parts.query, ""))
    return Address(
        dialect,
        url,
        urljoin(url, known["update"][0]) if "update" in known else "",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def _wrong(what: str) -> InvalidSetting:
    return InvalidSetting(what, where=VARIABLE, hint=_HINT)

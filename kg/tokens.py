"""Tokens that let programs and people change the graph: made once, stored hashed, revoked by name.

A token has 256 random bits; the file holds its SHA-256 only, so whoever reads the file can change
nothing. The file is JSON, readable by its owner alone, and replaced as a whole.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from kg.errors import InvalidInput, NotFound, StoreUnavailable
from kg.settings import Settings

#: What a token may allow; `admin` allows everything.
SCOPES = ("write", "import", "admin")
#: Days until a token expires when nothing else is said.
DAYS = 90
_PREFIX = "istc_"
_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@dataclass(frozen=True)
class Token:
    """What is known of a token.

    Attributes:
        name: Who or what uses it; written in the journal.
        digest: SHA-256 of the token, as hexadecimal digits.
        scopes: What it allows, from SCOPES.
        made: When it was made, in ISO 8601.
        expires: When it ends, in ISO 8601.
    """

    name: str
    digest: str
    scopes: tuple[str, ...]
    made: str
    expires: str

    def expired(self, now: datetime | None = None) -> bool:
        """Whether it has ended."""
        return datetime.fromisoformat(self.expires) <= (now or datetime.now(UTC))

    def allows(self, scope: str) -> bool:
        """Whether it allows something."""
        return scope in self.scopes or "admin" in self.scopes


class Tokens:
    """The tokens of a service.

    Args:
        settings: Home and name of the file.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.home.absolute() / settings.token_file

    def create(self, name: str, scopes: Iterable[str], days: float = DAYS) -> str:
        """Make a token.

        Args:
            name: Who or what will use it; each name once.
            scopes: What it allows.
            days: Days until it expires.

        Returns:
            The token; it is stored nowhere.

        Raises:
            InvalidInput: The name is taken or unfit, a scope unknown, or the time not positive.
        """
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                f"“{name}” is not a name for a token.",
                where="name",
                hint="Use up to 64 letters, digits and . _ @ -, beginning with a letter or digit.",
            )
        wanted = tuple(scope for scope in SCOPES if scope in set(scopes))
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not wanted:
            raise InvalidInput(
                f"“{', '.join(unknown)}” is not a scope.",
                where="scope",
                hint=f"Use one or more of: {', '.join(SCOPES)}.",
            )
        if not 0 < days <= 36500:
            raise InvalidInput("The days must be more than zero.", where="days")
        text = _PREFIX + secrets.token_urlsafe(_BYTES)
        now = datetime.now(UTC).replace(microsecond=0)
        new = Token(name, _digest(text), wanted, _stamp(now), _stamp(now + timedelta(days=days)))
        with self._locked():
            known = self.all()
            if any(token.name == name for token in known):
                raise InvalidInput(
                    f"There is a token with the name {name}.",
                    where="name",
                    hint="Revoke it first, or use another name.",
                )
            self._write([*known, new])
        return text

    def all(self) -> list[Token]:
        """All tokens, also those that have expired, in the order in which they were made.

        Raises:
            StoreUnavailable: The file cannot be read.
        """
        try:
            found: list[dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
            return [Token(**{**item, "scopes": tuple(item["scopes"])}) for item in found]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreUnavailable(
                "The file of the tokens cannot be read.",
                where=str(self._path),
                hint="Move it away and make new tokens: istc token create.",
            ) from error

    def revoke(self, name: str) -> None:
        """Make a token invalid at once.

        Raises:
            NotFound: There is none of this name.
        """
        with self._locked():
            known = self.all()
            left = [token for token in known if token.name != name]
            if len(left) == len(known):
                names = ", ".join(token.name for token in known)
                raise NotFound(
                    f"There is no token with the name {name}.",
                    hint=f"The tokens are: {names}." if names else None,
                )
            self._write(left)

    def find(self, text: str) -> Token | None:
        """The token of a secret, also when it has expired; None when there is none.

        Every digest is compared, each in constant time, so that the time tells nothing.
        """
        wanted = _digest(text)
        found = None
        for token in self.all():
            if hmac.compare_digest(token.digest, wanted):
                found = token
        return found

    def _locked(self) -> FileLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{self._path}.lock")

    def _write(self, tokens: Iterable[Token]) -> None:
        text = json.dumps([asdict(token) for token in tokens], indent=2) + "\n"
        # mkstemp makes files that their owner alone can read.
        handle, partial = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, self._path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

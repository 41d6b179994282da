"""What importers of scholarly works share: titles, DOIs and dates as their records write them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from kg.importing import rows

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_DOI = re.compile(r"10[.][0-9]{4,9}/[^A-Z\s]+")
_RESOLVER = re.compile(r"(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*", re.IGNORECASE)


def title(text: str | None) -> str:
    """A title without markup and entities, on one line."""
    return rows.clean(_TAG.sub("", html.unescape(text or "")))


def doi(text: str | None) -> str | None:
    """A bare DOI in lower case; None when it is none."""
    bare = _RESOLVER.sub("", (text or "").strip(), count=1).lower()
    return bare if _DOI.fullmatch(bare) else None


def day(parts: Sequence[int | None]) -> str:
    """A date in EDTF from year, month and day, as many as are known."""
    known = [part for part in parts if part is not None]
    widths = (4, 2, 2)
    return "-".join(f"{part:0{width}d}" for part, width in zip(known, widths, strict=False))

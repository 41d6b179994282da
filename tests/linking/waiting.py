"""A few links as an import leaves them, for tests of what people do with them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kg import changing
from kg.changing import Quads
from kg.linking.links import Link
from kg.settings import Settings
from kg.store.journal import Entry

#: Two things that one record may be, one of which is likelier; its names hold markup.
BODY = "org/x-cas-institute"
HOSTILE = "<script>alert(1)</script> Academy"
LIKELY = Link(
    BODY, "org/cas", "Chinese Academy of Science", "Chinese Academy of Sciences", 0.87, "open",
    "名称相近：Chinese Academy of Sciences；国家相同：CHN",
    "a like name: Chinese Academy of Sciences; the same country: CHN",
    names=("Chinese Academy of Science", "中科院", HOSTILE), identifiers=("ror https://ror.org/034t30j35",),
    source="doc/zhao-2022", version="0", made="2026-01-01T00:00:00Z",
)  # fmt: skip
LESS = Link(
    BODY, "org/cae", "Chinese Academy of Science", "Chinese Academy of Engineering", 0.71, "open",
    "名称相近：Chinese Academy of Engineering", "a like name: Chinese Academy of Engineering",
    names=LIKELY.names, identifiers=LIKELY.identifiers,
    source="doc/zhao-2022", version="0", made="2026-01-01T00:00:00Z",
)  # fmt: skip
#: A name that is like nothing.
COUNTRY = Link(
    "name/Kygryz Republic", "", "Kygryz Republic", zh="名称不是任何国家（地区）的名称",
    en="no country or region has this name", names=("Kygryz Republic",), source="doc/liu-2023",
    version="0", made="2026-01-01T00:00:00Z",
)  # fmt: skip
#: One that the software was sure of.
LINKED = Link(
    "org/x-pumc", "org/cams", "PUMC", "Chinese Academy of Medical Sciences", 0.99, "linked",
    "标识符相同：ror 02drdmm93", "the same identifier: ror 02drdmm93", names=("PUMC",),
    identifiers=("ror https://ror.org/02drdmm93",), source="doc/liu-2023", version="0",
    made="2026-01-01T00:00:00Z",
)  # fmt: skip
ALL = (LIKELY, LESS, COUNTRY, LINKED)


def put(home: Path) -> None:
    """Put the links into a graph.

    Args:
        home: A home in which something has been built.
    """
    with tempfile.TemporaryDirectory() as folder:
        added, removed = Path(folder, "added.nq"), Path(folder, "removed.nq")
        lines = sorted({f"{quad} .\n" for link in ALL for quad in link.quads()})
        added.write_text("".join(lines), encoding="utf-8")
        removed.touch()
        entry = Entry("desk", "linking")
        changing.change(Settings(home=home), Quads(str(added), str(removed)), entry)


__all__ = ["ALL", "BODY", "COUNTRY", "HOSTILE", "LESS", "LIKELY", "LINKED", "put"]

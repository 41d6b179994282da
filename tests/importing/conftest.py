"""A register as an office keeps it, and a graph to import it into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kg import mapping
from kg.importing import templates
from kg.settings import Settings
from tests import homes

from .desks import Desk

Rows = dict[str, list[dict[str, Any]]]
Register = Callable[[Rows], Path]

#: What an office has to say, in its own ways of writing.
REGISTER: Rows = {
    "documents": [
        {
            "key": "doc/office-register",
            "class": "SourceDataset",
            "label_zh": "合作登记表",
            "label_en": "Cooperation register",
            "publisher": "示例科技厅",
            "retrieved": "2026年1月15日",
        }
    ],
    "actors": [
        {"class": "科研机构", "label_zh": "示例研究所", "label_en": "Example Institute"},
        {"class": "ResearchOrganization", "label_zh": "中国科学院"},
    ],
    "agreements": [
        {
            "key": "agreement/example",
            "class": "谅解备忘录",
            "label_zh": "示例合作备忘录",
            "label_en": "Example memorandum",
        }
    ],
    "relations": [
        {"subject": "示例合作备忘录", "predicate": "缔约方", "object": "中国"},
        {"subject": "agreement/example", "predicate": "hasParty", "object": "Pakistan"},
    ],
    "quantities": [
        {
            "about": "示例研究所",
            "indicator": "indicator/partner-countries",
            "value": "约1.2万",
            "unit": "unit/country",
            "period": "2016-2021",
        },
        {
            "about": "org/cas",
            "indicator": "indicator/partner-countries",
            "value": 1234,
            "unit": "unit/country",
            "period": 2023,
        },
    ],
}


def write_register(rows: Rows, path: Path) -> Path:
    """Write rows into the template workbook."""
    path.write_bytes(templates.as_xlsx())
    book = openpyxl.load_workbook(path)
    for table, some in rows.items():
        columns = list(mapping.mappings()[table].columns)
        for cells in some:
            book[table].append([cells.get(name) for name in columns])
    book.save(path)
    return path


@pytest.fixture
def register(tmp_path: Path) -> Register:
    """`register(rows)` writes rows into the template workbook."""
    return lambda rows: write_register(rows, tmp_path / "office-register.xlsx")


@pytest.fixture
def settings(built_home: Path, tmp_path: Path) -> Settings:
    """Settings with a copy of the built graph."""
    home = tmp_path / "home"
    homes.copy(built_home, home)
    return Settings(home=home)


@pytest.fixture
def desk(settings: Settings) -> Desk:
    """Somebody who imports into that graph."""
    folder = settings.home / "imports" / "mine"
    folder.mkdir(parents=True)
    return Desk(settings, folder)

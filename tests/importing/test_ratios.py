"""A figure with an open bound may be the first or the last of a series."""

from __future__ import annotations

import pytest

from .conftest import REGISTER, Register
from .desks import Desk


@pytest.mark.parametrize(("first", "last"), [("5", "超过3000"), ("超过5", "3000")])
def test_the_ratio_of_open_figures_has_bounds_around_its_value(
    desk: Desk, register: Register, first: str, last: str
) -> None:
    figure = REGISTER["quantities"][1]
    rows = [
        figure | {"value": value, "period": year} for value, year in ((first, 2013), (last, 2023))
    ]
    checked = desk.check(register(REGISTER | {"quantities": rows}))
    assert list(checked.findings.lines("en")) == []
    assert checked.prepared is not None

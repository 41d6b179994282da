"""A printed figure becomes an interval, and a printed time a period."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kg import bounds, periods
from kg.errors import InvalidInput


@pytest.mark.parametrize(
    ("value", "printed", "qualifier", "unit", "lower", "upper"),
    [
        ("1118", "1118项", "exact", "item", "1118", "1118"),
        ("46700", "4.67万篇", "exact", "paper", "46650", "46750"),
        ("2990000000", "29.9亿元", "exact", "CNY", "2985000000", "2995000000"),
        ("18097", "18 097", "exact", "paper", "18097", "18097"),
        ("9.2", "9.2%", "exact", "percent", "9.15", "9.25"),
        ("40", "40%", "exact", "percent", "39.5", "40.5"),
        ("89", "约89个国家", "about", "country", "84.55", "93.45"),
        ("80", "接近80%", "nearly", "percent", "76", "80"),
        ("1000", "1000多项", "more-than", "item", "1001", None),
        ("1100000000", "超过11亿元", "more-than", "CNY", "1100000000", None),
        ("900", "超过900项(不完全统计)", "incomplete", "item", "900", None),
        ("50", "不少于50家", "at-least", "entity", "50", None),
        ("5", "不足5%", "less-than", "percent", "0", "5"),
        ("2", "两成", "exact", "item", "2", "2"),
    ],
)
def test_wording_and_precision_give_the_interval(value, printed, qualifier, unit, lower, upper):
    found = bounds.bounds(Decimal(value), printed, qualifier, unit)
    assert found == (
        Decimal(lower),
        None if upper is None else Decimal(upper),
    )


@pytest.mark.parametrize(
    ("expression", "key", "begin", "end"),
    [
        ("2012", "2012", "2012-01-01", "2012-12-31"),
        ("2016/2021", "2016_2021", "2016-01-01", "2021-12-31"),
        ("../2022-08-21", "open_2022-08-21", None, "2022-08-21"),
        ("2013/..", "2013_open", "2013-01-01", None),
        ("2012~/2019", "2012x_2019", "2012-01-01", "2019-12-31"),
        ("2020-02", "2020-02", "2020-02-01", "2020-02-29"),
    ],
)
def test_edtf_gives_first_and_last_day(expression, key, begin, end):
    assert periods.parse(expression) == periods.Period(key, expression, begin, end)


@pytest.mark.parametrize("wrong", ["last year", "2021/2016", "20-13-40"])
def test_a_wrong_period_says_so(wrong):
    with pytest.raises(InvalidInput):
        periods.parse(wrong)

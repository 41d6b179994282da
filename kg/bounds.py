"""The interval that a printed figure allows, from its wording and its printed precision.

“1118项” is exact, “4.67万” may be anything that rounds to it, “约89” a little more or less,
“超过900” has no upper end. Two figures contradict each other only when their intervals do not meet.
"""

from __future__ import annotations

import re
from decimal import Decimal

#: “about” and “approximately a third” are read as plus or minus this share of the value.
TOLERANCE = Decimal("0.05")

_NUMBER = re.compile(r"\d(?:[\d,，  ]*\d)?(?:\.\d+)?")
_MULTIPLIER = re.compile(r"\s*(万亿|百万|千万|亿|万|千|million|billion|trillion)?")
_FACTORS = {
    "": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12,
    "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip


def rounding(value: Decimal, printed: str, *, percent: bool) -> Decimal:
    """Half of the last printed digit, in the unit of the value.

    Args:
        value: The normalised value, to find the number in the printed text.
        printed: The figure as printed, e.g. `29.9亿元`.
        percent: Percentages are taken as rounded even when printed as whole numbers.

    Returns:
        The half width; 0 for a plain count.
    """
    for match in _NUMBER.finditer(printed):
        digits = re.sub(r"[,，\s]", "", match.group())
        word = _MULTIPLIER.match(printed, match.end())
        factor = _FACTORS[(word.group(1) if word else "") or ""]
        if Decimal(digits) * factor != abs(value):
            continue
        decimals = len(digits.partition(".")[2])
        if factor == 1 and decimals == 0 and not percent:
            return Decimal(0)
        return Decimal(factor).scaleb(-decimals) / 2
    return Decimal("0.5") if percent and value == value.to_integral_value() else Decimal(0)


def bounds(
    value: Decimal, printed: str, qualifier: str, unit: str
) -> tuple[Decimal | None, Decimal | None]:
    """The lowest and the highest value that the wording allows.

    Args:
        value: The normalised value.
        printed: The figure as printed.
        qualifier: Notation of the scheme value-qualifier, e.g. `more-than`.
        unit: Key of the unit, e.g. `percent`.

    Returns:
        Lower and upper bound; None where there is none.
    """
    percent = unit in ("percent", "percentage-point")
    half = rounding(value, printed, percent=percent and unit == "percent")
    share = abs(value) * TOLERANCE
    match qualifier:
        case "exact":
            return value - half, value + half
        case "about":
            width = max(share, half)
            return value - width, value + width
        case "ratio":
            return value - share, value + share
        case "nearly":
            return value - share, value
        case "more-than":
            counted = half == 0 and not percent and value == value.to_integral_value()
            return value + (1 if counted else 0), None
        case "at-least" | "incomplete":
            return value, None
        case "less-than":
            return (Decimal(0) if value >= 0 else None), value
        case _:
            return None, None

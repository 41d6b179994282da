"""Reference periods: EDTF expressions (ISO 8601-2) and the days they can cover."""

from __future__ import annotations

import calendar
import math
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from kg.errors import InvalidInput

_SIGNS = str.maketrans({"/": "_", "~": "x", "?": "q", "%": "qx"})


@dataclass(frozen=True)
class Period:
    """A reference period.

    Attributes:
        key: Last part of its IRI, e.g. `2016_2021`.
        edtf: The expression, e.g. `2016/2021` or `../2022-08-21`.
        begin: First possible day as `YYYY-MM-DD`, None when the begin is open.
        end: Last possible day, None when the end is open.
    """

    key: str
    edtf: str
    begin: str | None
    end: str | None


def _day(moment: Any) -> str | None:
    if isinstance(moment, float) or moment is None:
        return None if moment is None or math.isinf(moment) else str(moment)
    moment = time.struct_time(moment)
    last = calendar.monthrange(moment.tm_year, moment.tm_mon)[1]
    return f"{moment.tm_year:04d}-{moment.tm_mon:02d}-{min(moment.tm_mday, last):02d}"


@cache
def parse(expression: str) -> Period:
    """Read an EDTF expression.

    Args:
        expression: e.g. `2012`, `2016/2021`, `2012~`, `../2022-08-21`, `2021-01/2021-09`.

    Returns:
        The period with its outermost days.

    Raises:
        InvalidInput: It is not EDTF, or it ends before it begins.
    """
    # Its grammar takes a tenth of a second to load, and few processes read periods.
    from edtf import EDTFParseException, parse_edtf

    try:
        parsed = parse_edtf(expression)
        begin, end = _day(parsed.lower_strict()), _day(parsed.upper_strict())
    except (EDTFParseException, ValueError, AttributeError) as error:
        raise InvalidInput(
            f"“{expression}” is not an EDTF date or interval.",
            hint="Write 2012, 2016/2021, 2012~, ../2022-08-21 or 2021-01/2021-09.",
        ) from error
    if begin and end and begin > end:
        raise InvalidInput(
            f"The period {expression} ends before it begins.", hint="Write begin/end."
        )
    key = expression.replace("..", "open").translate(_SIGNS)
    return Period(key, expression, begin, end)

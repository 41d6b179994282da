"""Cells as people write them, in the form that tables are read in.

Dates in Chinese and Western ways, numbers with 万, 亿, separators and full-width digits, and the
words that say how exact a figure is. What is not understood stays as it is, so that the check of
the cell's type can refuse it with its place; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Context, Decimal
from functools import cache

from kg import resources
from kg.tables import LIST_SEPARATOR

#: Chinese and English words after a number, and what they multiply it by.
_FACTORS = {
    "万亿": 10**12, "千亿": 10**11, "百亿": 10**10, "十亿": 10**9, "亿": 10**8, "千万": 10**7,
    "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "百": 10**2,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "bn": 10**9,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<sign>[-−]?)[¥￥$€£]?\s*"
    r"(?P<digits>\d{1,3}(?:[,，]\d{3})+|\d{1,3}(?:[ \u00a0\u2009]\d{3})+|\d+)"
    r"(?P<decimals>\.\d+)?(?P<power>[eE][-+]?\d{1,2})?\s*"
    rf"(?P<factor>{'|'.join(_FACTORS)})?\s*(?P<rest>.*)",
    re.DOTALL,
)
#: Digits that a figure may have; its own are never rounded.
_EXACT = Context(prec=100_200)
#: What may follow a number: a percent sign, or a measure word of the unit that has a column.
_MEASURE = re.compile(r"[%％]?|(?:人民币|美)?元|[\u4e00-\u9fff]{1,2}")
#: Digits of a key of a fact at least.
_FACT = 4
_DASHES = re.compile(r"[-–—―/]{1,3}")
_TRUE = {"true", "yes", "y", "1", "是", "对", "√"}
_FALSE = {"false", "no", "n", "0", "否", "错", "×"}

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_Y, _M, _D = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_Y}-{_M}-{_D}(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?",
        rf"{_Y}\s*年(?:\s*{_M}\s*月(?:\s*{_D}\s*[日号])?)?",
        rf"{_Y}[./]{_M}(?:[./]{_D})?",
        rf"{_Y}-{_M}",
        r"(?P<y>\d{4})(?P<m>0[1-9]|1[0-2])(?P<d>\d\d)",
        _Y,
        rf"{_D}(?:st|nd|rd|th)?\s+(?P<name>[a-z]{{3,9}})\.?,?\s+{_Y}",
        rf"(?P<name>[a-z]{{3,9}})\.?\s+{_D}(?:st|nd|rd|th)?,?\s+{_Y}",
        rf"(?P<name>[a-z]{{3,9}})\.?,?\s+{_Y}",
        r"(?P<a>\d{1,2})[./](?P<b>\d{1,2})[./](?P<y>\d{4})",
    )
)
_RANGE = re.compile(
    r"(?P<from>.+?)\s*(?:/|至|到|[—–―~～]+|--|\s-\s|\bto\b|\buntil\b)\s*(?P<to>.+)", re.IGNORECASE
)
_YEARS = re.compile(r"(\d{4})\s*年?\s*-\s*(\d{4})\s*年?")
_DOTTED = re.compile(r"(\d{4}[年./]\d{1,2}月?(?:[./]?\d{1,2}日?)?)-(\d{4}[年./].+)")
_UNTIL = re.compile(
    r"(?:截至|截止|到|至|until|as of|by)\s*(?P<day>.+?)\s*(?:为止|止|底)?", re.IGNORECASE
)
_SINCE = re.compile(
    r"(?:since\s+|from\s+|自)?(?P<day>.+?)\s*(?:以来|起|至今|-\s*present)", re.IGNORECASE
)
_SINCE_EN = re.compile(r"(?:since|from)\s+(?P<day>.+)", re.IGNORECASE)
_ABOUT = re.compile(r"(?:约|大约|circa|ca\.|c\.)\s*(?P<day>.+)", re.IGNORECASE)
#: `2016-21` is a season in EDTF, and two years to most who write it.
_SEASON = re.compile(r"(\d{4})-(2[1-4]|[3-9]\d)")


def cell(text: str, kind: str) -> str:
    """A cell in the form that its column is read in.

    Args:
        text: As it was written.
        kind: Type of the column, see `kg.tables`.

    Returns:
        The cell; unchanged but for blanks where it is not understood.
    """
    plain = unicodedata.normalize("NFC", text).strip()
    name = kind.partition(":")[0]
    if name in ("text", "string"):
        return " ".join(plain.split())
    if _DASHES.fullmatch(plain):
        return ""
    narrow = unicodedata.normalize("NFKC", plain).strip()
    match name:
        case "decimal" | "integer":
            return figure(narrow)[0]
        case "date":
            return day(narrow)
        case "edtf":
            return period(narrow)
        case "fact":
            # A spreadsheet makes a number of 0042.
            return narrow.zfill(_FACT) if narrow.isascii() and narrow.isdigit() else narrow
        case "boolean":
            low = narrow.lower()
            return "true" if low in _TRUE else "false" if low in _FALSE else narrow
        case _:
            return narrow


def parts(text: str, kind: str) -> list[str]:
    """The values of a cell that may hold a list: separated by `|`, line breaks or semicolons.

    Args:
        text: The cell.
        kind: Type of the column; texts are not parted at semicolons, which they may contain.
    """
    named = kind.partition(":")[0] in ("text", "string")
    found = re.split(r"[|\n]" if named else r"[|\n;；]", text)
    return [value for value in (cell(part, kind) for part in found) if value]


def joined(values: list[str]) -> str:
    """Values as one cell."""
    return LIST_SEPARATOR.join(values)


@cache
def _wordings(position: str) -> tuple[tuple[str, str], ...]:
    found = [
        (row["wording"], row["qualifier"])
        for row in resources.rows("kg", "importing", "wordings.csv")
        if row["position"] == position
    ]
    return tuple(sorted(found, key=lambda entry: -len(entry[0])))


def figure(text: str) -> tuple[str, str | None]:
    """A figure as a plain number, and what its wording says of its exactness.

    Args:
        text: Such as `约1.2万`, `1,234`, `29.9亿元`, `more than 900`.

    Returns:
        The number, e.g. `12000`, and a notation of the scheme value-qualifier, if it is worded;
        the text itself where it is no single figure.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    qualifier = None
    for wording, meant in _wordings("before"):
        if said.lower().startswith(wording):
            said, qualifier = said[len(wording) :].strip(), meant
            break
    match = _NUMBER.fullmatch(said)
    if match is None:
        return text, None
    factor, rest, worded = _following(match)
    qualifier = qualifier or worded
    if not _MEASURE.fullmatch(rest):
        return text, None
    number = Decimal(re.sub(r"[^\d]", "", match["digits"]) + (match["decimals"] or ""))
    if match["power"]:
        number = number.scaleb(int(match["power"][1:]), _EXACT)
    if factor:
        number = _EXACT.multiply(number, _FACTORS[factor])
    plain = format(number, "f")
    if "." in plain and (factor or match["power"]):
        plain = plain.rstrip("0").rstrip(".")
    return ("-" if match["sign"] else "") + plain, qualifier


def _following(match: re.Match[str]) -> tuple[str | None, str, str | None]:
    """What follows a number: what multiplies it, the words after that, and the qualifier."""
    rest, qualifier = match["rest"].strip(), None
    for wording, meant in _wordings("after"):
        if wording in rest:
            rest, qualifier = rest.replace(wording, "", 1).strip(), meant
            break
    factor = match["factor"]
    if factor is None:
        # 10余万: the word stands between the number and what multiplies it.
        factor = next((word for word in _FACTORS if rest.startswith(word)), None)
        rest = rest.removeprefix(factor or "").strip()
    return factor, rest, qualifier


def measure(text: str) -> tuple[str, str]:
    """What stands before and after the last number of a figure as it is printed.

    Args:
        text: Such as `29.9亿元`, `约占总数的12%`, `US$5 million`.

    Returns:
        The words before it, and those after it without what multiplies it or says how exact it
        is; both empty where there is no number.
    """
    said = re.sub(r"\([^()]*\)$", "", unicodedata.normalize("NFKC", text).strip())
    match = None
    while later := _NUMBER.search(said, 0 if match is None else match.start("rest")):
        match = later
    if match is None:
        return "", ""
    sign = said[match.end("sign") : match.start("digits")].strip()
    return (said[: match.start()] + sign).strip(), _following(match)[1]


def _moment(text: str) -> str | None:
    """A day, month or year in ISO 8601; None where it is none, or may be two."""
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        found = match.groupdict()
        month, number = found.get("m"), found.get("d")
        if "name" in found:
            if found["name"].lower() not in _MONTHS:
                return None
            month = str(_MONTHS[found["name"].lower()])
        if "a" in found:
            first, second = int(found["a"]), int(found["b"])
            if first <= 12 and second <= 12 and first != second:
                return None
            number, month = (found["a"], found["b"]) if second <= 12 else (found["b"], found["a"])
        given = [int(part) for part in (found["y"], month, number) if part]
        try:
            date(*([*given, 1, 1])[:3])
        except ValueError:
            return None
        return "-".join([f"{given[0]:04d}", *(f"{part:02d}" for part in given[1:])])
    return None


def day(text: str) -> str:
    """A day as YYYY-MM-DD; the text itself where it is none."""
    found = _moment(text)
    return found if found and len(found) == 10 else text


def period(text: str) -> str:
    """A period in EDTF (ISO 8601-2); the text itself where it is not understood.

    Args:
        text: Such as `2023年5月`, `2016-2021`, `截至2022年8月21日`, `2020年以来`, `2023.05`.
    """
    if _SEASON.fullmatch(text):
        return text.replace("-", "–")
    found = _moment(text)
    if found:
        return found
    for pattern in (_YEARS, _DOTTED, _RANGE):
        match = pattern.fullmatch(text)
        if match:
            first, last = (_moment(part.strip()) for part in match.groups())
            if first and last:
                return f"{first}/{last}"
    for pattern, form in (
        (_SINCE, "{}/.."),
        (_SINCE_EN, "{}/.."),
        (_UNTIL, "../{}"),
        (_ABOUT, "{}~"),
    ):
        match = pattern.fullmatch(text)
        moment = _moment(match["day"].strip()) if match else None
        if moment:
            return form.format(moment)
    return text

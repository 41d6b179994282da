"""The header of a question: what is wrong in it is said, with the place and what to write."""

from __future__ import annotations

import pytest

from kg import catalogue, choosing, rq
from kg.catalogue import Question
from kg.errors import InvalidInput, InvalidParameter
from kg.store import union
from kg.store.inprocess import InProcess

HEADER = """#+ title: {zh: 题目？, en: "Title?"}
#+ rationale: {zh: 缘由, en: Why}
#+ theme: {zh: 证据, en: Evidence}
#+ keywords: {zh: [合作], en: [cooperation, ties]}
#+ parameters:
#+   who: {type: thing, class: Country, label: {zh: 国家, en: Country}, default: country/PAK}
#+   mode: {type: concept, scheme: cooperation-mode, label: {zh: 模式, en: Mode}}
#+   years: {type: range, of: year, label: {zh: 年份, en: Years}, min: 2000, max: 2030,
#+     default: "2014..2021"}
#+   least: {type: number, label: {zh: 至少, en: At least}, min: 0}
#+ columns:
#+   who: {role: thing, label: {zh: 国家, en: Country}}
#+   mode: {role: concept, label: {zh: 模式, en: Mode}}
#+   evidence: {role: evidence, label: {zh: 出处, en: Source}}
#+ view: table
#+ expect: {min: 1, max: 9, rows: [{who: country/PAK}]}
"""
QUERY = """SELECT ?who ?mode ?evidence
WHERE {
  VALUES ?who { UNDEF }
  VALUES ?mode { UNDEF }
  VALUES (?years_from ?years_to) { (UNDEF UNDEF) }
  VALUES ?least { UNDEF }
  VALUES (?who ?mode ?evidence) { (<x:a> <x:b> <x:c>) }
}
"""


def read(old: str = "", new: str = "") -> Question:
    """The question above with one text changed."""
    text = HEADER + QUERY
    assert old in text
    return catalogue.from_file(rq.parse("sample.rq", text.replace(old, new, 1) if old else text))


def test_a_header_is_read_whole() -> None:
    question = read()
    assert question.keywords == {"zh": ("合作",), "en": ("cooperation", "ties")}
    years = question.parameters[2]
    assert (years.type, years.of, years.default) == ("range", "year", "2014..2021")
    assert (years.minimum, years.maximum) == (2000, 2030)
    assert years.variables == ("years_from", "years_to")
    assert question.parameters[0].variables == ("who",)
    assert question.evidence == ("evidence",)


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("#+ keywords:", "#+ keyword:", "sample.rq", "Did you mean keywords?"),
        ("#+ view: table\n", "", "sample.rq", "lacks view"),
        ("#+ view: table", "#+ view: pie", "view", "Use one of: table"),
        ("en: Why", "de: Warum", "rationale", "zh and in en"),
        ("{zh: [合作], en: [cooperation, ties]}", "[合作]", "keywords", "mapping"),
        ("[cooperation, ties]", "cooperation", "keywords", "list of words"),
        ("class: Country, label", "clas: Country, label", "parameter who", "Did you mean class?"),
        ("type: thing", "type: things", "parameter who, type", "Use one of: thing"),
        ("class: Country, ", "", "parameter who", "needs its class"),
        ("class: Country, ", "scheme: country, ", "parameter who", "has no scheme"),
        ("class: Country, ", "class: Country, min: 3, ", "parameter who", "has no min"),
        ("of: year", "of: month", "parameter years, of", "Use one of: year, number"),
        ("min: 2000", "min: early", "parameter years", "min must be a number"),
        ("min: 2000", "min: 2040", "parameter years", "greater than max"),
        ('"2014..2021"', '"2014-2021"', "years, default", "2014..2021, 2014.. or ..2021"),
        ('"2014..2021"', '"2021..2014"', "years, default", "ends before it begins"),
        ('"2014..2021"', '"1914.."', "years, default", "outside min and max"),
        ("min: 0}", "min: 0, default: many}", "least, default", "Write a number"),
        ("#+   least:", "#+   page:", "parameter page", "cannot be called page"),
        (
            "VALUES (?years_from ?years_to)",
            "VALUES (?from ?to)",
            "sample.rq",
            "?years_from ?years_",
        ),
        ("  VALUES ?least { UNDEF }\n", "", "sample.rq", "VALUES ?least"),
        ("SELECT ?who ?mode ?evidence", "SELECT ?who ?evidence", "sample.rq", "select ?mode"),
        ("#+   evidence: {", "#+   proof: {", "column proof", "does not select ?proof"),
        ("role: evidence", "role: text", "columns", "Select the facts"),
        ("role: concept", "rôle: concept", "column mode", "Did you mean role?"),
        ("role: concept", "role: low", "columns", "followed by its column with the role high"),
        ("role: concept", "role: idea", "column mode, role", "Use one of: thing"),
        ("min: 1,", "least: 1,", "expect", "unknown"),
        ("min: 1,", "min: 10,", "expect", "greater than max"),
        ("{who: country/PAK}]", "{whom: country/PAK}]", "expect, rows", "Did you mean who?"),
        ("#+ columns:", "#+ columns: {", "sample.rq", "not valid YAML"),
    ],
)
def test_a_fault_is_said_with_its_place(old: str, new: str, where: str, said: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read(old, new)
    assert where in (raised.value.where or "")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        ("2014..2021", ("2014", "2021")),
        ("2014..", ("2014", None)),
        ("..2021", (None, "2021")),
        ("2016", ("2016", "2016")),
        ("..", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_range_binds_both_ends(value: str, bound: tuple[str | None, str | None]) -> None:
    engine = InProcess(union.filled([]))
    question = read(", default: country/PAK}", "}")
    _, terms = choosing.check(engine, question, {"years": value})
    ends = tuple(getattr(terms[name], "value", None) for name in ("years_from", "years_to"))
    assert ends == bound
    query = choosing.filled(question, terms)
    shown = [f'"{end}"' if end else "UNDEF" for end in bound]
    block = query.partition("(?years_from ?years_to) {")[2].partition("}")[0]
    assert all(text in block for text in shown)


@pytest.mark.parametrize(
    "value", ["x", "2021..2014", "14..21", "1999..2010", "2014..2031", "٢٠١٤.."]
)
def test_a_wrong_range_is_refused_with_what_is_expected(value: str) -> None:
    engine = InProcess(union.filled([]))
    with pytest.raises(InvalidParameter) as raised:
        choosing.check(engine, read(", default: country/PAK}", "}"), {"years": value})
    (error,) = raised.value.extra["errors"]
    assert error["parameter"] == "years"
    assert "range" in error["expected"]


def test_every_question_of_the_catalogue_is_read() -> None:
    assert len(catalogue.questions()) >= 70

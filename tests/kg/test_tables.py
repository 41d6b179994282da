"""A table that is wrong is refused with the row, the column and a remedy."""

from __future__ import annotations

import pytest

from kg import mapping, tables
from kg.errors import InvalidTable

HEADER = (
    "key,about,indicator,value,value_text,unit,qualifier,period,period_basis,area,counterpart,"
    "category,population,second_hand,note_zh,note_en,location,start,end\n"
)
GOOD = (
    "0001,org/most,indicator/x,1118,1118项,unit/item,exact,2016/2021,stated,,country/RUS|country/BLR"
    ",,,,,,s2.1.1,10,20\n"
)


def quads(tmp_path, text, name="quantities", encoding="utf-8"):
    path = tmp_path / f"{name}.csv"
    path.write_bytes(text.encode(encoding))
    return list(mapping.mappings()[name].quads(tables.read(path, "a-source")))


def test_a_row_becomes_a_fact_with_its_place_period_and_every_value_of_a_list(tmp_path):
    found = {str(quad.triple) for quad in quads(tmp_path, HEADER + GOOD)}
    fact = "<https://w3id.org/istc-kg/id/fact/a-source-0001>"
    istc = "https://w3id.org/istc-kg/ontology#"
    place = "<https://w3id.org/istc-kg/id/location/a-source/c10-20>"
    for line in (
        f"{fact} <{istc}counterpart> <https://w3id.org/istc-kg/id/country/RUS>",
        f"{fact} <{istc}counterpart> <https://w3id.org/istc-kg/id/country/BLR>",
        f"{fact} <{istc}statedIn> {place}",
        f'{place} <{istc}charStart> "10"^^<http://www.w3.org/2001/XMLSchema#integer>',
        f'<https://w3id.org/istc-kg/id/period/2016_2021> <{istc}edtf> "2016/2021"',
    ):
        assert line in found


@pytest.mark.parametrize(
    ("old", "new", "column", "says"),
    [
        ("1118,", "eleven,", "value", "not a decimal number"),
        ("2016/2021", "2021/2016", "period", "ends before it begins"),
        ("org/most", "The ministry", "about", "not the key of a thing"),
        ("indicator/x", "", "indicator", "empty"),
        ("s2.1.1,10", "s2.1.1,ten", "start", "not a decimal number"),
    ],
)
def test_a_bad_cell_names_source_row_column_and_remedy(tmp_path, old, new, column, says):
    with pytest.raises(InvalidTable) as caught:
        quads(tmp_path, HEADER + GOOD.replace(old, new))
    assert says in caught.value.what
    assert caught.value.where == f"a-source/quantities.csv row 2, column {column}"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "encoding", "says"),
    [
        (HEADER + GOOD + GOOD, "utf-8", "given twice"),
        (HEADER + "0001,org/most\n", "utf-8", "2 cells"),
        (HEADER.replace("value,", "valeur,") + GOOD, "utf-8", "unknown: valeur; missing: value"),
        (HEADER + GOOD, "gb18030", "not UTF-8"),
        ("", "utf-8", "empty"),
        (HEADER + '0001,"org\n', "utf-8", "Not a CSV table"),
    ],
)
def test_a_broken_table_is_refused(tmp_path, text, encoding, says):
    with pytest.raises(InvalidTable) as caught:
        quads(tmp_path, text, encoding=encoding)
    assert says in caught.value.what
    assert "a-source/quantities.csv" in (caught.value.where or "")


def test_a_number_keeps_the_decimals_that_every_engine_holds_and_bounds_that_enclose_it(tmp_path):
    printed = "0.0005809591883021853"
    text = HEADER + GOOD.replace("1118,1118项", f"{printed},{printed}")
    found = {q.predicate.value.rpartition("#")[2]: q.object.value for q in quads(tmp_path, text)}
    assert found["value"] == "0.000580959188302185"
    assert found["lowerBound"] <= found["value"] <= found["upperBound"]
    assert found["valueText"] == printed

"""A register of entities and cooperations: what is known is recognised, what is new is added."""

from __future__ import annotations

from kg import changing
from kg.importing import imports

from .conftest import Register, Rows
from .desks import Desk

CAS = "https://w3id.org/istc-kg/id/org/cas"
KNOWN = "https://w3id.org/istc-kg/id/org/ntu-singapore"
VOCAB = "https://w3id.org/istc-kg/vocab"
ROWS: Rows = {
    "entities": [
        {
            "label_zh": "示例研究所",
            "label_en": "Example Institute",
            "place": "海淀区",
            "carrier": "科研院所",
            "sector": "医药健康|新材料",
            "period": "2012年至今",
        },
        {"label_zh": "中国科学院", "place": "place/beijing", "carrier": "research-institute"},
    ],
    "cooperations": [
        {
            "entity": "示例研究所",
            "label_zh": "新材料联合研发",
            "partner": "南洋理工大学|Invented University",
            "country": "新加坡|DEU",
            "partner_kind": "大学",
            "mode": "研发合作|人才引进与交流",
            "period": "2015-2018",
        },
        {
            "entity": "org/cas",
            "partner": "invented university",
            "country": "德国",
            "partner_kind": "university",
            "mode": "rd",
            "period": "2016/..",
        },
    ],
}


def test_entities_and_cooperations_become_facts_that_name_their_rows(
    desk: Desk, register: Register
) -> None:
    before = desk.digest()
    checked = desk.check(register(ROWS))
    assert [*checked.findings.down_to("violation").lines("en")] == []
    assert checked.linked == {CAS: "中国科学院"}
    assert checked.new == 2
    imports.commit(desk.settings, checked)
    facts = {
        "entityType": f"<{VOCAB}/entity-type/research-institute>",
        "locatedIn": "<https://w3id.org/istc-kg/id/place/haidian>",
        "sector": f"<{VOCAB}/sector/materials>",
    }
    for predicate, value in facts.items():
        assert desk.asks(
            f"?fact istc:subject/rdfs:label '示例研究所'@zh ; istc:predicate istc:{predicate} ; "
            f"istc:object {value} ; istc:statedIn/rdfs:label 'entities, row 5'@en"
        ), predicate
    # What is in the graph keeps its class and names, and gets the facts of the register.
    assert desk.asks(f"?fact istc:subject <{CAS}> ; istc:predicate istc:entityType")
    assert not desk.asks(f"<{CAS}> a ?class")
    # A known partner is that of the graph; one that is named twice is one new body.
    assert desk.asks(
        f"?cooperation istc:cooperationPartner <{KNOWN}> , ?new ; "
        "istc:partnerCountry id:country\\/SGP , id:country\\/DEU ; "
        f"istc:cooperationMode <{VOCAB}/cooperation-mode/rd> ; "
        "rdfs:label '新材料联合研发'@zh ; istc:validDuring/istc:edtf '2015/2018' . "
        "?new a istc:Organization ; rdfs:label 'Invented University'@en . "
        f"?other istc:cooperatingEntity <{CAS}> ; istc:cooperationPartner ?new ; "
        "istc:validDuring/istc:edtf '2016/..'"
    )
    [line] = imports.imports(desk.settings)
    changing.undo(desk.settings, line.line.number, "desk")
    assert desk.digest() == before


def test_what_is_wrong_in_a_register_is_told_with_row_and_column_in_both_languages(
    desk: Desk, register: Register
) -> None:
    rows: Rows = {
        "entities": [{"label_zh": "示例研究所", "place": "亚特兰蒂斯", "carrier": "公司"}],
        "cooperations": [
            {"entity": "没有登记的单位", "country": "德国", "mode": "研发合做"},
            {"entity": "示例研究所", "country": "", "period": "2019-2015"},
        ],
    }
    checked = desk.check(register(rows))
    assert checked.prepared is None
    told = {
        (f.place["sheet"], f.place["row"], f.place["column"].partition(" / ")[0]): f.messages
        for f in checked.findings
    }
    assert set(told) == {
        ("entities", 5, "所在地"),
        ("entities", 5, "载体类型"),
        ("cooperations", 5, "合作主体"),
        ("cooperations", 5, "合作模式"),
        ("cooperations", 6, "合作方国家（地区）"),
        ("cooperations", 6, "合作起止时间"),
    }
    assert "研发合做" in told["cooperations", 5, "合作模式"]["zh"]
    assert all(set(messages) == {"zh", "en"} for messages in told.values())


def test_an_entity_that_is_its_own_partner_is_refused_at_its_row(
    desk: Desk, register: Register
) -> None:
    rows: Rows = {
        "entities": [{"label_zh": "示例研究所", "carrier": "科研院所"}],
        "cooperations": [
            {"entity": "示例研究所", "partner": "示例研究所", "country": "DEU", "mode": "rd"}
        ],
    }
    checked = desk.check(register(rows))
    assert checked.prepared is None
    [finding] = checked.findings.down_to("violation")
    assert "合作主体不能同时是合作方" in finding.messages["zh"]
    assert (finding.place["sheet"], finding.place["row"]) == ("cooperations", 5)

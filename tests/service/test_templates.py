"""Templates of tables are described and downloaded."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from kg.importing import templates
from tests.serving import Service


def test_every_table_is_listed_with_its_columns_in_both_languages(service: Service) -> None:
    listed = service.get("/templates", "application/json").json()["templates"]
    assert [one["kind"] for one in listed] == list(templates.kinds())
    (table,) = [one for one in listed if one["kind"] == "quantities"]
    (value,) = [column for column in table["columns"] if column["name"] == "value"]
    assert value["required"]
    assert value["label"] == {"zh": "数值", "en": "Value"}
    for language, title, label in (("zh", "量化事实", "数值"), ("en", "Quantitative", "Value")):
        assert title in service.page("/templates", language).text
        assert label in service.page("/templates/quantities", language).text


@pytest.mark.parametrize("kind", ["quantities", "actors"])
def test_a_template_is_the_same_table_as_a_sheet_and_as_csv(service: Service, kind: str) -> None:
    sheet = service.get(f"/templates/{kind}.xlsx")
    assert sheet.status == 200
    assert f'filename="{kind}.xlsx"' in sheet.header("Content-Disposition")
    book = openpyxl.load_workbook(io.BytesIO(sheet.body))
    assert book.sheetnames == [kind]
    text = service.get(f"/templates/{kind}.csv").body.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [cell.value for cell in book[kind][1]] == rows[0]
    tag = sheet.header("ETag")
    assert service.get(f"/templates/{kind}.xlsx", If_None_Match=tag).status == 304


def test_the_register_holds_the_usual_tables(service: Service) -> None:
    book = openpyxl.load_workbook(io.BytesIO(service.get("/templates/register.xlsx").body))
    assert book.sheetnames == list(templates.USUAL)


@pytest.mark.parametrize("path", ["/templates/nothing", "/templates/nothing.csv"])
def test_a_table_that_is_not_there_is_told(service: Service, path: str) -> None:
    reply = service.get(path, Accept_Language="zh")
    assert reply.status == 404
    assert "没有" in reply.json()["detail"]
    assert "actors" in reply.json()["hint"]


@pytest.mark.parametrize("path", ["/imports", "/imports/new", "/imports/20260101-000000-abcdef"])
def test_pages_of_importing_hold_nothing_of_an_import(service: Service, path: str) -> None:
    reply = service.page(path, "zh")
    assert reply.status == 200
    assert "访问令牌" in reply.text
    assert "<script>" not in reply.text
    assert " style=" not in reply.text
    assert "script-src 'self'" in reply.header("Content-Security-Policy")

"""The interface in two languages: nothing left untranslated, nothing translated for nobody."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from kg.catalogue import question
from tests.serving import ROOT, Service

CATALOGUE = ROOT / "service" / "locale" / "zh" / "LC_MESSAGES" / "messages.po"
_GAP = re.compile(r"%\((\w+)\)s")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def messages() -> Iterator[tuple[str, str]]:
    """The messages of code and templates, each with the file it stands in."""
    for name, _, message, _, _ in extract_from_dir(
        ROOT / "service",
        method_map=[("**.py", "python"), ("**.html", "jinja2")],
        options_map={"**.html": {"trim_blocks": "true", "silent": "false"}},
        keywords={"_": None, "gettext": None, "translate": None, "ngettext": (1, 2)},
    ):
        for text in message if isinstance(message, tuple) else (message,):
            yield str(text), name


def translations() -> dict[str, str]:
    catalogue = read_po(io.StringIO(CATALOGUE.read_text("utf-8")), locale="zh", abort_invalid=True)
    found: dict[str, str] = {}
    for message in catalogue:
        if message.id:
            assert not message.fuzzy, message.id
            ids = message.id if isinstance(message.id, (list, tuple)) else [message.id]
            texts = [message.string] if isinstance(message.string, str) else message.string or []
            found.update({str(i): str(texts[0]) for i in ids})
    return found


def test_every_message_is_translated() -> None:
    translated = translations()
    missing = {(text, name) for text, name in messages() if not translated.get(text)}
    assert missing == set()


def test_no_translation_is_left_over() -> None:
    assert set(translations()) - {text for text, _ in messages()} == set()


def test_translations_are_chinese_and_keep_the_gaps() -> None:
    for source, text in translations().items():
        assert set(_GAP.findall(source)) == set(_GAP.findall(text)), source
        assert _CHINESE.search(text), source


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", ["问题", "图谱内容", "各文献的事实数量"]),
        ("/questions/indicator-values", ["查询", "出处", "计算方法"]),
        ("/doc/country/CHN", ["事实", "关系", "时间", "相关问题"]),
        ("/ontology", ["本体", "上位类"]),
        ("/sparql", ["SPARQL 端点", "运行"]),
        ("/problems/busy", ["服务器繁忙"]),
        ("/imports/new", ["新建导入", "数据来源"]),
        ("/templates", ["表格模板", "必填列"]),
        ("/review", ["核对实体对应", "判定状态"]),
        ("/tools", ["工具", "评价"]),
        ("/downloads", ["分析用数据表"]),
    ],
)
def test_a_chinese_page_has_no_english_of_ours(
    service: Service, path: str, words: list[str]
) -> None:
    page = service.page(path, "zh-CN,zh;q=0.9,en;q=0.5").text
    for word in words:
        assert word in page
    visible = re.sub(r"<(script|style|pre|code)\b.*?</\1>", "", page, flags=re.S)
    texts = {text.strip() for text in re.findall(r">([^<>]+)<", visible)}
    english = {text for text, _ in messages() if len(text) > 3} & texts
    assert english - {"SPARQL"} == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN", "zh"),
        ("zh-Hant-TW, en;q=0.3", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("fr, en;q=0.2", "en"),
        ("fr", "zh"),
        ("", "zh"),
    ],
)
def test_the_language_is_that_of_the_browser(service: Service, header: str, language: str) -> None:
    assert service.page("/questions", header).header("Content-Language") == language
    chosen = service.page("/questions?lang=en", header)
    assert chosen.header("Content-Language") == "en"


@pytest.mark.parametrize(
    "path",
    [
        "/questions/nothing-like-it",
        "/questions/rankings?colour=blue",
        "/questions/indicator-values?indicator=x",
        "/questions/rankings?format=pdf",
        "/doc/org/css",
        "/doc?uri=x",
        "/doc",
        "/problems/x",
        "/dumps/1/x",
        "/sparql?query=ASK%7B%7D&query=x",
        "/sparql?query=ASK%7B%7D&timeout=x",
        "/sparql/running/x",
        "/nowhere",
    ],
)
def test_what_went_wrong_is_said_in_chinese_to_a_chinese_reader(
    service: Service, path: str
) -> None:
    reply = service.get(path, "application/json", Accept_Language="zh")
    assert reply.status >= 400
    problem = reply.json()
    for member in ("title", "detail", "hint"):
        assert _CHINESE.search(problem[member]), (member, problem[member])
        assert not re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", problem[member])
    for error in problem.get("errors", []):
        assert _CHINESE.search(error["expected"])
    english = service.get(path, "application/json", Accept_Language="en").json()
    for member in ("title", "detail", "hint"):
        assert not _CHINESE.search(english[member])


def test_a_missing_name_falls_back_and_says_its_language(service: Service) -> None:
    (row, *_) = service.select(
        "SELECT ?s ?label { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label ."
        " FILTER(LANG(?label) = 'zh' && CONTAINS(STR(?s), '/id/'))"
        " FILTER NOT EXISTS { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?other ."
        " FILTER(LANG(?other) = 'en') } } LIMIT 1"
    ) or [{"s": "", "label": ""}]
    if not row["s"]:
        row = {"s": "", "label": question("rankings").title["zh"]}
        page = service.page("/questions/rankings?lang=en&clang=zh").text
    else:
        page = service.page("/doc/" + row["s"].partition("/id/")[2], "en").text
    assert f'<h1><span lang="zh">{row["label"]}</span></h1>' in page

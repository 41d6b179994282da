"""Things a reader of the papers knows, asked of the built graph; each answer names its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg import Graph, open_graph

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def graph(built_home: Path) -> Graph:
    return open_graph(built_home)


def chosen(rows: Rows, **cells: str) -> dict[str, str]:
    """The one row with these cells."""
    found = [row for row in rows if all(row[name] == value for name, value in cells.items())]
    assert len(found) == 1, found
    return found[0]


def ends(graph: Graph, subject: str, predicate: str) -> set[str]:
    """Keys of what a stated relation leads to."""
    query = f"""PREFIX istc: <https://w3id.org/istc-kg/ontology#>
    SELECT DISTINCT ?o WHERE {{
      ?fact istc:subject <https://w3id.org/istc-kg/id/{subject}> ; istc:predicate istc:{predicate} ;
        istc:object ?o ; istc:statedIn/istc:inDocument ?document }}"""
    return {row["o"].partition("/id/")[2] for row in graph.query(query)}


def test_two_papers_agree_on_53_joint_laboratories(graph: Graph) -> None:
    row = chosen(
        graph.ask("figures-that-differ", language="zh"), indicator="“一带一路”联合实验室数"
    )
    assert row["outcome"] == "一致"
    assert row["source"].count("获取于") == 2


def test_1118_projects_are_compatible_with_more_than_a_thousand(graph: Graph) -> None:
    rows = graph.ask("figures-that-differ", language="en")
    row = chosen(rows, indicator="Belt and Road joint research projects")
    assert {row["wording1"], row["wording2"]} == {"1118项", "1000多项"}
    assert row["outcome"] == "compatible"


def test_the_largest_industry_of_joint_patents_is_instruments(graph: Graph) -> None:
    first, *rest = graph.ask("joint-patents-by-industry", language="zh")
    assert (first["industry"], first["patents"]) == ("仪器仪表制造业", "3838")
    assert len(rest) == 14
    assert "表3 行1" in first["source"]


def test_most_joint_papers_are_on_life_and_health(graph: Graph) -> None:
    rows = graph.ask("joint-papers-by-field", language="zh")
    assert [(r["field"], r["papers"]) for r in rows] == [
        ("生命健康", "34592"),
        ("环境生态", "18097"),
        ("绿色技术", "17641"),
        ("粮食安全", "16420"),
    ]


def test_the_green_development_opinions_have_four_issuers_under_todays_names(graph: Graph) -> None:
    assert ends(graph, "policy/bri-green-development-opinions-2022", "issuedBy") == {
        "org/ndrc",
        "org/mfa",
        "org/mee",
        "org/mofcom",
    }
    old = ends(graph, "policy/bri-environment-plan-2017", "issuedBy")
    assert old == {"org/mep"}
    assert ends(graph, "org/mee", "precededBy") == {"org/mep"}


def test_pakistan_leads_in_environment_and_korea_in_health(graph: Graph) -> None:
    rows = [
        r
        for r in graph.ask("rankings", language="zh")
        if r["indicator"] == "合作论文重点国家名次" and r["position"] == "1"
    ]
    assert {(r["category"], r["about"]) for r in rows} >= {
        ("环境生态", "巴基斯坦"),
        ("生命健康", "韩国"),
    }


def test_the_carriers_of_beijings_cooperation_add_up_to_the_whole(graph: Graph) -> None:
    rows = graph.ask("beijing-breakdowns", language="zh")
    carriers = [r for r in rows if r["breakdown_iri"].endswith("/ping-2023-carriers")]
    assert [r["value"] for r in carriers] == ["40", "32", "18", "7", "3"]


def test_beijings_entities_grew_thirteenfold_as_computed_from_28_and_365(graph: Graph) -> None:
    rows = graph.ask("growth-of-series", language="en")
    assert [r["ratio"] for r in rows if r["values"] == "365 / 28"] == ["13.0357"]


def test_chinese_american_papers_grew_by_more_than_a_third(graph: Graph) -> None:
    rows = graph.ask("growth-of-series", language="en")
    row = chosen(rows, values="4631 / 3413")
    assert (row["counterpart"], row["ratio"]) == ("United States", "1.3569")
    assert row["source"].startswith("New Trends of International Scientific Research Cooperation")


def test_anso_was_initiated_by_the_academy(graph: Graph) -> None:
    assert {"org/anso", "programme/dbar"} <= ends(graph, "org/cas", "initiates")


def test_the_task_map_has_tasks_in_all_four_dimensions(graph: Graph) -> None:
    rows = graph.ask("task-map", language="zh")
    assert {r["dimension"] for r in rows if r["dimension"]} == {"外交", "科技", "经济", "要素"}


def test_the_framework_of_digital_cooperation_has_its_three_parts(graph: Graph) -> None:
    found = ends(graph, "framework/facility-mode-mechanism", "hasComponent")
    assert {"component/facility", "component/mode", "component/mechanism"} <= found


def test_some_problems_are_left_without_a_recommendation(graph: Graph) -> None:
    rows = graph.ask("problems-without-recommendation", language="en")
    assert rows
    assert all(r["source"] for r in rows)


def test_figures_passed_on_from_other_documents_name_them(graph: Graph) -> None:
    rows = graph.ask("second-hand-figures", language="zh")
    assert any("林子涵" in r["upstream"] or "一带一路" in r["upstream"] for r in rows)


PAPERS = ("liu-2023", "ping-2023", "ren-2022", "yang-jing-2021", "yang-juan-2021")


@pytest.mark.parametrize("paper", PAPERS)
def test_each_paper_gives_at_least_thirty_facts(graph: Graph, paper: str) -> None:
    query = f"""PREFIX istc: <https://w3id.org/istc-kg/ontology#>
    SELECT (COUNT(DISTINCT ?fact) AS ?n) WHERE {{
      ?fact istc:statedIn/istc:inDocument <https://w3id.org/istc-kg/id/doc/{paper}> }}"""
    assert int(graph.query(query)[0]["n"]) >= 30


FAMILIES = (
    "Country", "CountryGroup", "AdministrativeArea", "GovernmentBody", "ResearchOrganization",
    "University", "Enterprise", "IntergovernmentalOrganization", "Person", "Alliance",
    "CooperationInstrument", "CooperationMechanism", "DialogueMechanism", "JointLaboratory",
    "ResearchNetwork", "OverseasCentre", "BigScienceProgramme", "ResearchFacility", "Programme",
    "Project", "PolicyDocument", "Initiative", "PolicyMeasure", "Event", "Meeting",
    "ExternalShock", "Output", "BibliographicDatabase", "Population", "Indicator", "Breakdown",
    "ComparisonSet", "QuantitativeFact", "RankingFact", "RelationFact", "TextualFact",
    "DerivedFact", "JournalArticle", "CitedReference", "TextIssue", "Problem", "Recommendation",
    "Trend", "Task", "TaskMap", "AnalysisFramework", "FrameworkComponent",
)  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_of_classes_has_instances(graph: Graph, family: str) -> None:
    query = f"""PREFIX istc: <https://w3id.org/istc-kg/ontology#>
    SELECT ?x WHERE {{ ?x a istc:{family} }} LIMIT 1"""
    assert graph.query(query)

"""Generated things for the benchmark of search: bodies with names in Chinese and English."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

_BASE = "https://w3id.org/istc-kg/"
_ISTC = _BASE + "ontology#"
_RDFS, _SKOS = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2004/02/skos/core#"
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_FIELDS = (
    ("农业", "Agriculture"), ("海洋", "Ocean"), ("大气", "Atmospheric"), ("量子", "Quantum"),
    ("生物", "Biological"), ("材料", "Materials"), ("能源", "Energy"), ("空间", "Space"),
    ("信息", "Information"), ("环境", "Environmental"), ("医学", "Medical"), ("化学", "Chemical"),
    ("地球", "Earth"), ("核能", "Nuclear"), ("交通", "Transport"), ("工程", "Engineering"),
)  # fmt: skip
_KINDS = (
    ("科学院", "Academy of {} Sciences", "ResearchOrganization"),
    ("大学", "University of {} Technology", "University"),
    ("研究所", "Institute for {} Research", "ResearchOrganization"),
    ("联合实验室", "Joint Laboratory for {} Science", "JointLaboratory"),
    ("基金会", "Foundation for {} Science", "FundingAgency"),
    ("医院", "Hospital of {} Medicine", "MedicalInstitution"),
    ("技术转移中心", "Centre for {} Technology Transfer", "TechnologyTransferCentre"),
    ("公司", "{} Systems Company", "Enterprise"),
)  # fmt: skip
_COUNTRIES = ("CHN", "USA", "DEU", "GBR", "FRA", "JPN", "PAK", "RUS", "BRA", "IND", "KEN", "THA")
_ZH = "江河山川湖海东西南北安宁平昌和兴泰华林石金玉长春秋云龙凤阳明清新城州关门桥港湾岭原泉溪沙"
_EN = ("al", "ber", "cor", "dan", "el", "far", "gor", "hel", "is", "jor", "kal", "lin", "mor",
       "nor", "ost", "pra", "quen", "ros", "sal", "tor", "ul", "ver", "wes", "xan", "yor",
       "zel")  # fmt: skip


def lines(number: int) -> Iterator[str]:
    """The graph as N-Quads.

    Args:
        number: How many things it has.

    Yields:
        A line for each quad.
    """
    pick = random.Random(8)
    graph = f"<{_BASE}graph/benchmark>"
    for code in _COUNTRIES:
        iri = f"<{_BASE}id/country/{code}>"
        yield f"{iri} {_TYPE} <{_ISTC}Country> {graph} .\n"
        yield f'{iri} <{_RDFS}label> "{code}"@en {graph} .\n'
    for at in range(number):
        iri = f"<{_BASE}id/org/made-{at}>"
        field, kind = pick.choice(_FIELDS), pick.choice(_KINDS)
        zh = "".join(pick.choices(_ZH, k=pick.choice((2, 2, 3))))
        en = "".join(pick.choices(_EN, k=pick.choice((2, 3, 3)))).capitalize()
        country = pick.choice(_COUNTRIES)
        english = f"{en} {kind[1].format(field[1])}"
        code = "".join(word[0] for word in english.split() if word[0].isupper())
        for name in ("Entity", "Organization", kind[2]):
            yield f"{iri} {_TYPE} <{_ISTC}{name}> {graph} .\n"
        yield f'{iri} <{_RDFS}label> "{zh}{field[0]}{kind[0]}"@zh {graph} .\n'
        yield f'{iri} <{_RDFS}label> "{english}"@en {graph} .\n'
        if at % 3 == 0:
            yield f'{iri} <{_SKOS}altLabel> "{code}{at % 97}"@en {graph} .\n'
        yield f"{iri} <{_ISTC}locatedIn> <{_BASE}id/country/{country}> {graph} .\n"
        identifier = f"<{_BASE}id/identifier/made-{at}>"
        yield f"{iri} <{_ISTC}hasIdentifier> {identifier} {graph} .\n"
        yield f'{identifier} <{_ISTC}identifierValue> "https://ror.org/0{at:08x}" {graph} .\n'
        for fact in range(int(pick.paretovariate(1.2)) % 200):
            yield f"{iri} <{_ISTC}hasFact> <{_BASE}id/fact/made-{at}-{fact}> {graph} .\n"


def write(number: int, file: Path) -> Path:
    """Write the graph into a file, unless it is there.

    Args:
        number: How many things it has.
        file: The file.

    Returns:
        The file.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as out:
            out.writelines(lines(number))
        partial.rename(file)
    return file

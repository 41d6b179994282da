"""A made-up register that has the totals of the paper on Beijing (Ping et al. 2023), as CSV.

Nobody in it is real. 365 entities and 1,000 cooperations are dealt out so that the shares and the
positions that the paper prints come out of them; the paper gives no number of cooperations.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, cycle, repeat
from pathlib import Path

Rows = list[dict[str, str]]

CARRIERS = {"企业": 146, "高等院校": 117, "科研院所": 66, "科技中介组织": 26, "科技园区": 10}
#: District → entities, of which in medicine and health.
DISTRICTS = {
    "海淀区": (164, 50), "朝阳区": (52, 16), "大兴区": (22, 7), "昌平区": (23, 7),
    "丰台区": (24, 7), "东城区": (15, 8), "西城区": (15, 7), "怀柔区": (7, 2),
    "石景山区": (7, 2), "门头沟区": (6, 2), "房山区": (6, 1), "通州区": (6, 1),
    "顺义区": (6, 1), "密云区": (6, 1), "延庆区": (6, 1),
}  # fmt: skip
#: Districts that the graph does not have yet.
NEW = {
    "石景山区": "Shijingshan", "门头沟区": "Mentougou", "房山区": "Fangshan",
    "通州区": "Tongzhou", "顺义区": "Shunyi", "密云区": "Miyun", "延庆区": "Yanqing",
}  # fmt: skip
#: Sectors of the other entities.
SECTORS = {"节能环保": 73, "智能装备": 55, "科技服务业": 48, "新一代信息技术": 41, "新材料": 35}
#: First year → entities that begin then.
BEGUN = {2012: 28, 2013: 15, 2014: 218, 2015: 30, 2016: 30, 2017: 24, 2018: 20}
#: Country → cooperations; the others of a continent share the rest.
COUNTRIES = {
    "Europe": {"DEU": 83, "GBR": 80, "FRA": 50, "RUS": 40, "ITA": 30, "NLD": 28, "SWE": 26,
               "FIN": 22, "CHE": 21},
    "North America": {"USA": 203, "CAN": 44, "MEX": 6, "CUB": 2, "CRI": 1, "PAN": 1},
    "Asia": {"JPN": 60, "KOR": 45, "ISR": 20, "SGP": 20, "PAK": 15},
    "Oceania": {"AUS": 26, "NZL": 4},
    "Africa": {},
    "South America": {},
}  # fmt: skip
OTHERS = {
    "Europe": "ESP BEL AUT DNK NOR IRL POL CZE HUN PRT GRC SRB UKR ROU BGR",
    "North America": "",
    "Asia": "IND THA MYS IDN VNM PHL KAZ UZB MNG LAO KHM MMR BGD LKA NPL IRN IRQ SAU ARE QAT KWT "
    "OMN JOR LBN TUR GEO ARM AZE",
    "Oceania": "",
    "Africa": "ZAF EGY KEN ETH NGA MAR DZA TUN GHA TZA UGA RWA SEN ZMB",
    "South America": "BRA ARG CHL PER COL ECU URY VEN BOL PRY",
}
CONTINENTS = {"Europe": 430, "North America": 257, "Asia": 236, "Oceania": 30, "Africa": 25,
              "South America": 22}  # fmt: skip
_DEFAULT = {
    "Europe": {"environment": 76, "health": 70, "equipment": 50, "st-services": 25, "ngit": 26,
               "materials": 20},
    "North America": {"health": 20, "environment": 14, "equipment": 10, "ngit": 10},
    "Asia": {"health": 90, "environment": 40, "equipment": 40, "ngit": 26, "materials": 20,
             "st-services": 20},
    "Oceania": {"health": 12, "environment": 8, "st-services": 5, "materials": 5},
    "Africa": {"st-services": 8, "health": 7, "environment": 6, "equipment": 4},
    "South America": {"environment": 6, "ngit": 6, "health": 5, "equipment": 5},
}  # fmt: skip
_OWN = {
    "DEU": {"environment": 22, "health": 14, "equipment": 14, "materials": 12, "st-services": 12,
            "nev": 6, "ngit": 3},
    "GBR": {"environment": 22, "health": 16, "equipment": 14, "materials": 12, "st-services": 12,
            "ngit": 4},
    "USA": {"health": 70, "environment": 40, "equipment": 30, "st-services": 20, "ngit": 20,
            "materials": 18, "nev": 5},
}  # fmt: skip
MODES = {
    "Europe": {"mixed": 248, "rd": 75, "transfer": 51, "market": 27, "talent": 23, "standard": 6},
    "North America": {"mixed": 150, "rd": 45, "transfer": 30, "market": 16, "talent": 14,
                      "standard": 2},
    "Asia": {"mixed": 138, "transfer": 40, "rd": 30, "market": 14, "talent": 12, "standard": 2},
    "Oceania": {"mixed": 18, "rd": 5, "transfer": 4, "market": 2, "talent": 1},
    "Africa": {"mixed": 14, "market": 6, "transfer": 3, "rd": 2},
    "South America": {"mixed": 12, "market": 5, "rd": 3, "transfer": 2},
}  # fmt: skip
KINDS = {"mixed": 665, "企业": 125, "大学": 115, "研究机构": 50, "国际组织": 21, "行业组织": 15,
         "政府": 9}  # fmt: skip
_SEVERAL_MODES = (
    "研发合作|成果转化与推广",
    "mixed",
    "人才引进与交流|研发合作",
    "市场合作|标准制定",
)
_SEVERAL_KINDS = ("大学|企业", "mixed", "研究机构|政府|企业")


def dealt(parts: dict[str, int]) -> Iterator[str]:
    """Each name as often as it is counted, spread out evenly."""
    ends = sorted(
        ((place + 0.5) / number, name) for name, number in parts.items() for place in range(number)
    )
    return (name for _, name in ends)


def places() -> Rows:
    """Districts that the graph does not have."""
    return [
        {
            "key": f"place/{name.lower()}",
            "class": "行政区",
            "label_zh": zh,
            "label_en": f"{name} District",
        }
        for zh, name in NEW.items()
    ]


def relations() -> Rows:
    """Where these are."""
    return [{"subject": zh, "predicate": "partOf", "object": "place/beijing"} for zh in NEW]


def entities() -> Rows:
    """The entities."""
    carriers, others = dealt(CARRIERS), dealt(SECTORS)
    begun = chain.from_iterable(repeat(str(year), number) for year, number in BEGUN.items())
    begins = sorted(begun, key=lambda year: year)
    found: Rows = []
    districts = dealt({name: number for name, (number, _) in DISTRICTS.items()})
    healthy = {name: number for name, (_, number) in DISTRICTS.items()}
    for number, (place, carrier) in enumerate(zip(districts, carriers, strict=True), 1):
        health = healthy[place] > 0
        healthy[place] -= 1
        found.append(
            {
                "中文名称 / Chinese name": f"示例单位{number:03d}",
                "英文名称": f"Example Body {number:03d}",
                "所在地 / Place": place,
                "载体类型": carrier,
                "产业领域 / Sector": "医药健康" if health else next(others),
                "开展合作时段": f"{begins[number * 7 % 365]}/..",
            }
        )
    return found


def _countries(continent: str) -> dict[str, int]:
    named, others = COUNTRIES[continent], OTHERS[continent].split()
    rest = CONTINENTS[continent] - sum(named.values())
    return named | {
        one: rest // len(others) + (at < rest % len(others)) for at, one in enumerate(others)
    }


def cooperations() -> Rows:
    """The cooperations."""
    kinds, several = dealt(KINDS), cycle(_SEVERAL_KINDS)
    found: Rows = []
    for continent in CONTINENTS:
        sectors = {one: dealt(parts) for one, parts in _OWN.items()}
        default, modes = dealt(_DEFAULT[continent]), dealt(MODES[continent])
        ways = cycle(_SEVERAL_MODES)
        for country in dealt(_countries(continent)):
            number, kind, mode = len(found), next(kinds), next(modes)
            begin = 2012 + number % 7
            found.append(
                {
                    "编号": f"{number + 1:04d}",
                    "合作主体 / Cooperating entity": f"示例单位{number * 11 % 365 + 1:03d}",
                    "合作方 / Partner": f"Example Partner {country} {number % 3}",
                    "合作方国家（地区） / Partner's country": country,
                    "合作方性质": next(several) if kind == "mixed" else kind,
                    "合作模式 / Mode": next(ways) if mode == "mixed" else mode,
                    "产业领域": next(sectors.get(country, default)),
                    "合作起止时间 / Period": f"{begin}-{min(begin + number % 4, 2018)}",
                }
            )
    return found


def write(folder: Path) -> list[Path]:
    """Write the register.

    Args:
        folder: Where.

    Returns:
        The files: `places.csv`, `relations.csv`, `entities.csv`, `cooperations.csv`.
    """
    made = {"places": places, "relations": relations, "entities": entities,
            "cooperations": cooperations}  # fmt: skip
    return [_written(folder / f"{name}.csv", rows()) for name, rows in made.items()]


def _written(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path

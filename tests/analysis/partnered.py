"""A register of which everything can be counted by hand.

In informatics (FORD 1.2) alpha (China) leads p1 with gamma (Germany); gamma is with delta (Germany)
in p2, delta with epsilon (France) in p3. Beta (China) and epsilon share p5, in physics (1.3), which
is half like informatics: both stand under 1. Alpha needs what delta and epsilon offer.
"""

from __future__ import annotations

from typing import Any

from tests.importing.conftest import Rows

BODIES = {
    "alpha": ("甲研究所", "Alpha Institute", "country/CHN"),
    "beta": ("乙研究所", "Beta Institute", "country/CHN"),
    "gamma": ("丙研究所", "Gamma Institute", "country/DEU"),
    "delta": ("丁研究所", "Delta Institute", "country/DEU"),
    "epsilon": ("戊研究所", "Epsilon Institute", "country/FRA"),
}
PROJECTS = {
    "p1": ("1.2", {"alpha": "coordinator", "gamma": "participant"}),
    "p2": ("1.2", {"gamma": "coordinator", "delta": "participant"}),
    "p3": ("1.2", {"delta": "coordinator", "epsilon": "participant"}),
    "p5": ("1.3", {"beta": "coordinator", "epsilon": "participant"}),
}
NOTICES = (
    ("0001", "CooperationNeed", "alpha", "1.2", "country/DEU", "2026"),
    ("0002", "CooperationOffer", "delta", "1.2", "", "2026/2027"),
    ("0003", "CooperationOffer", "epsilon", "1.2", "", "2026/2027"),
    ("0004", "CooperationOffer", "gamma", "1.2", "", "2020"),
    ("0005", "CooperationOffer", "gamma", "3", "", "2026"),
)


def _relation(subject: str, predicate: str, to: str) -> dict[str, Any]:
    return {"subject": subject, "predicate": predicate, "object": to}


def register() -> Rows:
    """The rows of its sheets."""
    relations = [_relation(f"org/t-{k}", "country", home) for k, (*_, home) in BODIES.items()]
    relations += [
        _relation(f"project/t-{key}", "fieldOfScience", f"v:ford/{field}")
        for key, (field, _) in PROJECTS.items()
    ]
    for key, until in (("lasting", "2030-12-31"), ("ended", "2010-12-31")):
        agreement = f"agreement/t-{key}"
        relations += [_relation(agreement, "hasParty", f"country/{c}") for c in ("CHN", "DEU")]
        relations.append(_relation(agreement, "inForceFrom", '"2000-01-01"^^date'))
        relations.append(_relation(agreement, "expiresOn", f'"{until}"^^date'))
    return {
        "documents": [
            {
                "key": "doc/hand",
                "class": "SourceDataset",
                "label_zh": "手工登记表",
                "label_en": "Register by hand",
                "publisher": "测试",
                "retrieved": "2026-01-15",
            }
        ],
        "actors": [
            {"key": f"org/t-{k}", "class": "ResearchOrganization", "label_zh": zh, "label_en": en}
            for k, (zh, en, _) in BODIES.items()
        ],
        "programmes": [
            {
                "key": f"project/t-{key}",
                "class": "Project",
                "label_zh": f"试验项目{key}",
                "label_en": f"Trial project {key}",
            }
            for key in PROJECTS
        ],
        "agreements": [
            {
                "key": f"agreement/t-{key}",
                "class": "IntergovernmentalAgreement",
                "label_zh": zh,
                "label_en": en,
            }
            for key, zh, en in (
                ("lasting", "有效的试验协定", "Trial agreement that lasts"),
                ("ended", "失效的试验协定", "Trial agreement that has ended"),
            )
        ],
        "relations": relations,
        "participations": [
            {"in": f"project/t-{key}", "agent": f"org/t-{who}", "role": role, "period": "2025"}
            for key, (_, parts) in PROJECTS.items()
            for who, role in parts.items()
        ],
        "notices": [
            {
                "key": key,
                "class": kind,
                "kind": "technology",
                "contact": f"org/t-{who}",
                "label_zh": f"试验供需 {key}",
                "label_en": f"Trial notice {key}",
                "field": field,
                "sought": sought,
                "period": period,
            }
            for key, kind, who, field, sought, period in NOTICES
        ],
    }


__all__ = ["register"]

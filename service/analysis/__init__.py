"""The working tools: analyses with form, charts, tables, report and downloads."""

from __future__ import annotations

from flask import Blueprint

from service.analysis import data, tables, views

blueprint = Blueprint("analysis", __name__, url_prefix="/tools")
blueprint.add_url_rule("", view_func=views.listing)
blueprint.add_url_rule("/<name>", view_func=views.tool)
blueprint.add_url_rule("/<name>/report", view_func=views.report)
blueprint.add_url_rule("/<name>/<table>", view_func=views.table)
blueprint.add_url_rule("/<name>/<table>/cite", view_func=views.freeze, methods=["POST"])
files = Blueprint("tables", __name__, url_prefix="/dumps")
files.add_url_rule("/<int:number>/table/<name>.parquet", view_func=tables.file)
for _ending in data.ENDINGS:
    blueprint.add_url_rule(
        f"/<name>.{_ending}",
        view_func=data.tool,
        defaults={"ending": _ending},
        endpoint=f"tool_{_ending}",
    )
for _ending in data.TABLE_ENDINGS:
    blueprint.add_url_rule(
        f"/<name>/<table>.{_ending}",
        view_func=data.table,
        defaults={"ending": _ending},
        endpoint=f"table_{_ending}",
    )

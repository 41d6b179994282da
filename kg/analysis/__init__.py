"""Analyses: computed by Python over columnar projections of the one graph, several tables each.

kg/analysis/<name>.yaml           title, parameters, tables with columns and views
kg/analysis/computing/<name>.py   `compute(data, values)`: the rows of the tables
kg/analysis/tables/<table>.rq     projections that computations read
kg.analysis.catalogue             reads the YAML files
kg.analysis.projecting            makes the projections of a data version
kg.analysis.running               runs an analysis, names what it names, cites each row
kg.analysis.keeping               results, kept for each data version
kg.analysis.working               runs them beside a service, with a time limit and progress
kg.analysis.measures              measures of cooperation
kg.analysis.networks              positions in networks
"""

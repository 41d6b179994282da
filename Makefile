# Two commands: `make run` and `make test`. Both set up what they need and are quick when nothing changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.PHONY: help run venv test kills conformance engines crawl check bench collect docs constraints wheel clean

VENV ?= .venv
PORT ?= 8000
HOST ?= 127.0.0.1
PYTEST ?=
DATA ?= ../shared/data
BENCH ?=
BIN := $(VENV)/bin
export ISTC_HOME ?= .istc

help: ## show this list
	@grep -hE '^[a-z]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+): .*## /  make \1\t/' | expand -t 22

run: ## build the graph and serve it at http://127.0.0.1:8000/ (PORT=…, HOST=…, ISTC_HOME=…)
	@VENV=$(VENV) .ci/venv run
	$(BIN)/istc build --quiet >/dev/null
	exec $(BIN)/istc serve --host $(HOST) --port $(PORT)

venv: ## set up $(VENV) with everything for work on the code
	@VENV=$(VENV) .ci/venv test dev

test: ## run all tests (PYTEST="tests/cli -k ask" for some of them; WHOLE=1 for all cases of the long suites)
	@.ci/packages test
	VENV=$(VENV) .ci/venv test dev
	unset ISTC_HOME
	$(BIN)/python -m pytest $(if $(PYTEST),$(PYTEST),-n auto --dist loadfile)

kills: ## kill imports, undos and builds two hundred times, a million findings (KILLS=…, FINDINGS=…)
	@VENV=$(VENV) .ci/venv test dev
	unset ISTC_HOME
	KILLS=$${KILLS:-200} FINDINGS=$${FINDINGS:-1000000} $(BIN)/python -m pytest -s tests/importing/test_kills.py tests/importing/test_bad.py

conformance: ## run the W3C suites of SPARQL over HTTP; docs/conformance.md has the figures
	@VENV=$(VENV) .ci/venv test dev
	unset ISTC_HOME
	WHOLE=1 $(BIN)/python -m pytest tests/conformance -n auto --dist loadfile

engines: ## run all questions and promises against a real Fuseki and a real Virtuoso
	@.ci/packages test
	VENV=$(VENV) .ci/venv test dev
	unset ISTC_HOME
	WHOLE=1 $(BIN)/python -m pytest tests/remote -n auto --dist loadfile

crawl: ## follow every link of the service on the built graph, from the home page
	@VENV=$(VENV) .ci/venv test
	$(BIN)/istc build --quiet >/dev/null
	$(BIN)/python -m tests.crawling

check: ## run what CI runs: linters, types, layers, documentation, wheel, tests
	@.ci/run

bench: ## measure: questions, the endpoint beside its peers (BENCH="--sizes 1000000"), protection
	@VENV=$(VENV) .ci/venv test
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.endpoint $(BENCH)
	$(BIN)/python -m benchmarks.protection

collect: ## build the curated graph with all data sets in DATA=../shared/data; give it an ISTC_HOME of its own
	@VENV=$(VENV) .ci/venv run
	$(BIN)/istc collect $(DATA)

docs: ## write the generated pages of docs/ anew
	@VENV=$(VENV) .ci/venv test dev
	$(BIN)/python docs/generate.py

constraints: ## pin what is installed in $(VENV)
	@.ci/constraints $(BIN)/python > constraints.txt.new
	mv constraints.txt.new constraints.txt

wheel: ## build dist/istc_kg-….whl
	@VENV=$(VENV) .ci/venv test dev
	$(BIN)/python -m build --wheel --no-isolation

clean: ## remove the environment, caches and built files; the graph under ISTC_HOME stays
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

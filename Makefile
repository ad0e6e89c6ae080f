# Two commands do everything: `make converge` runs the main job, `make test` the tests.
# Both set up what they need from PyPI and npm; only Python 3.11+ and Node.js 20+ must be there.
# `make converge` keeps stdout for the policy alone.

PYTHON ?= python3
SERVICE ?= sample_services/http-api
# Tests run side by side, the tests of one file in one process. WORKERS=0 runs all in one.
WORKERS ?= 2
# A test with a real tool waits as often as it works: three of them keep two cores busy.
LONG_WORKERS ?= 3
# make test K='split or merge' runs only the tests whose names match, in one process and without lint.
K ?=
# make fuzz SECONDS=600 TARGETS='policy template' SEED=7; without a seed it is another one each time.
# With SECONDS=0 INPUTS=300 it is so many inputs whatever the machine, and with a seed always the same.
SECONDS ?= 60
INPUTS ?= 0
TARGETS ?=
SEED ?=
VENV := .venv
STAMP := $(VENV)/.setup-done
PYTEST := $(VENV)/bin/pytest
UNIT := -m 'not integration and not terraform and not browser'
# LocalStack 4.13.1 runs on Python 3.11 and on no other: without one its tests are not run, and that is said.
LOCALSTACK := tests/integration/test_localstack.py
PYTHON311 := PATH="$(VENV)/bin:$$PATH" python3.11 -c '' 2>/dev/null

.PHONY: help setup converge format lint test coverage test-integration test-long test-localstack test-browser docs fuzz bench clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-18s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv and node_modules

$(STAMP): pyproject.toml constraints.txt package.json package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "make: Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	@node -e 'process.exit(+(parseInt(process.versions.node) < 20))' || \
		{ echo "make: Node.js 20 or newer is needed on PATH" >&2; exit 1; }
	@echo "setting up $(VENV) and node_modules" >&2
	@$(PYTHON) -m venv $(VENV) >&2
	@$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[dev]' >&2
	@npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

converge: setup ## find the policy of SERVICE and prove it
	@$(VENV)/bin/verifier converge $(SERVICE)

format: setup ## mend what ruff can mend
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

lint: setup ## style and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

test: $(if $(K),setup,lint) ## lint, unit tests and one real lap; K=... runs only tests of that name
	$(PYTEST) $(UNIT) $(if $(K),-k '$(K)',-n $(WORKERS) --dist loadfile) $(TRACED)

coverage: TRACED := --cov --cov-report=json
coverage: test ## the same, traced, and the floors of tools/coverage_floors.json
	$(VENV)/bin/python -m tools.coverage_floors

test-integration: setup ## the tests with real command-line tools
	$(PYTEST) -m 'integration and not long' -n $(LONG_WORKERS) --dist loadfile --no-loadscope-reorder \
		$$($(PYTHON311) || echo --ignore=$(LOCALSTACK))
	@$(PYTHON311) || echo "not run: $(LOCALSTACK): no python3.11, and LocalStack 4.13.1 runs on no other"

test-long: setup ## what takes minutes and repeats what others show; at night
	$(PYTEST) -m long -n $(WORKERS) --dist loadfile

test-localstack: setup ## of these the ones on LocalStack 4.13.1 without Docker, which needs a Python 3.11
	$(PYTEST) $(LOCALSTACK)

test-browser: setup ## the report's page in a real browser; Chromium must be there
	$(PYTEST) -m browser tests/report

docs: setup ## write the generated pages of docs/ anew
	$(VENV)/bin/python -m tools.command_help
	$(VENV)/bin/python -m tools.types_page
	$(VENV)/bin/python -m tools.published_policies
	$(VENV)/bin/python -m tools.field_log

fuzz: setup ## feed made-up inputs to everything that reads, each target for SECONDS; TARGETS=... names some
	$(VENV)/bin/python -m tools.fuzz --seconds $(SECONDS) --inputs $(INPUTS) $(if $(SEED),--seed $(SEED)) $(TARGETS)

bench: setup ## the ratio of a converge to a lap, and of a large service to a small one
	$(VENV)/bin/python benchmarks/converge.py
	$(VENV)/bin/python benchmarks/size.py

clean: ## remove what setup and the tests leave
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*

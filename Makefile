# Two commands do everything: `make converge` runs the main job, `make test` the tests.
# Both set up what they need from PyPI and npm; only Python 3.11+ and Node.js 20+ must be there.
# `make converge` keeps stdout for the policy alone.

PYTHON ?= python3
SERVICE ?= sample_services/http-api
VENV := .venv
STAMP := $(VENV)/.setup-done
PYTEST := $(VENV)/bin/pytest

.PHONY: setup converge lint test test-integration docs bench clean

setup: $(STAMP)

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

converge: setup
	@$(VENV)/bin/verifier converge $(SERVICE)

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

test: lint
	$(PYTEST) -m 'not integration and not terraform'

test-integration: setup
	$(PYTEST) -m integration

docs: setup
	$(VENV)/bin/python -m tools.types_page
	$(VENV)/bin/python -m tools.published_policies

bench: setup
	$(VENV)/bin/python benchmarks/converge.py

clean:
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

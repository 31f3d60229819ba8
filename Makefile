# Each target works on a fresh machine with Python 3.10 or later (with venv), git and make. Everything lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
INCIDENTS := pocketos datatalks code-spaces

.PHONY: all demo dev test lint unit bench examples docs build clean
.DEFAULT_GOAL := test

all: test docs

$(READY): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "policypack needs Python 3.10 or later; say which: make PYTHON=python3.12" >&2; exit 1; }
	@echo "setting up $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

dev: $(READY) ## everything installed

demo: $(READY) ## scan the incidents that this tool is about
	@for incident in $(INCIDENTS); do \
	  $(BIN)/policypack scan --fail-on never terraform-examples/incidents/$$incident || exit $$?; echo; \
	done

test: lint unit ## what CI runs

lint: $(READY) ## style, types, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(READY) ## all tests
	$(BIN)/pytest

bench: $(READY) ## the table in the README
	$(BIN)/python -m scripts.bench

examples: $(READY) ## plan.json beside each example (needs terraform)
	$(BIN)/python -m scripts.examples

docs: $(READY) ## checks/README.md, the --help block of README.md, the pictures
	$(BIN)/python -m scripts.docs
	$(BIN)/python -m scripts.screenshots

build: $(READY) ## the wheel and the source archive, in dist/
	$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# make run    a whole stack on this machine, servers included; PORT, HOST and DATA_DIR are honoured
# make test   lint, types, architecture, then every test

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: run test check demo bench docs install

# Killed together with make, however make ends.
run: install
	@exec $(BIN)/python -I -S src/app/embedded/child.py $$PPID 9 - $(BIN)/chat-insights run

# Each process has servers of its own.
test: check
	@$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: install
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/pytest -q tests/test_architecture.py

demo: install
	@$(BIN)/chat-insights demo

# The libraries that some benchmarks compare with are not needed by the others.
bench: install
	@if [ -f requirements/bench.txt ]; then $(BIN)/pip install -qq -r requirements/bench.txt || true; fi
	@for benchmark in benchmarks/*.py; do echo "== $$benchmark"; $(BIN)/python "$$benchmark" || exit 1; done

docs: install
	@mkdir -p docs
	@$(BIN)/chat-insights openapi docs/openapi.json

install: $(INSTALLED)
	@:

$(INSTALLED): requirements/development.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, and $(PYTHON) is " + sys.version.split()[0] + "; say which one with: make PYTHON=...")'
	@echo "Installing the locked dependencies into .venv, once"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -qq --require-hashes -r requirements/development.txt
	@$(BIN)/pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

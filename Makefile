# `make run` and `make test` do all the set-up on a fresh machine; the others are for working on the code.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8050

.PHONY: install run test bench lint format browser clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ $(VENV)/.installed

run: install
	$(BIN)/python app.py --host $(HOST) --port $(PORT)

# Tests of the browser share a server and its timing, so they run one after another; the others use all cores.
test: $(VENV)/.installed-test browser lint
	$(BIN)/python -m pytest -m "not browser" -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m browser -n 2 --dist loadfile

bench: $(VENV)/.installed-test browser
	$(BIN)/python -m tests.bench

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

browser: $(VENV)/.installed-test
	$(BIN)/python -m tests.browser

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

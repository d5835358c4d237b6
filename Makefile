# Everything runs in .venv, which `make setup` makes; Python 3.11 or newer and make are all that is needed.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
SEEDS ?= 100
STRIDE ?= 1

.PHONY: setup demo test chaos cluster loopback lint format bench clean
.DEFAULT_GOAL := demo

setup: .venv/.stamp

# Made anew only when what is installed changes.
.venv/.stamp: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, not " + sys.version.split()[0] + ": make PYTHON=python3.11 setup")'
	@echo "Installing into .venv (a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup  ## 20 conversations over both settings, as a data set, and where to look next
	@$(BIN)/worldloom generate retail supply_chain -n 20 --seed 1 --out demo

test: lint  ## all checks and all tests, offline
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup

chaos: setup  ## hosts on Ray killed at every STRIDE-th append and at random by SEEDS seeds, and equal bytes everywhere; half an hour
	@SEEDS=$(SEEDS) STRIDE=$(STRIDE) $(BIN)/python -m pytest -q tests/chaos

loopback: setup  ## 1,000 conversations with a provider that misbehaves; takes long
	@WORLDLOOM_LOOPBACK=1000 $(BIN)/python -m pytest -q -s tests/loopback/test_loopback.py -k nothing_is_lost

cluster: setup  ## several Ray nodes on this machine, one of them lost in mid-run; a submitted job
	@$(BIN)/python -m pytest -q tests/cluster

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: setup
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: setup  ## the five promises as figures, each beside its limit; docs/benchmarks.md explains them
	@$(BIN)/python -m benchmarks

clean:
	@rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

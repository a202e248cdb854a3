# make demo   from a fresh clone to paired people: makes its own environment, needs only Python 3.11 or newer
# make test   lint, types, floors and tests
# make help   all targets

VENV ?= .venv
OUT ?= demo-results
PYTEST_ARGS ?= -q
BENCH ?= full
BENCH_ARGS ?=
FUZZ_SECONDS ?= 300
PROGRAMMES ?= 10000
MUTANTS ?= 15

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

# Stamps: an installation is repeated only when what it was made from has changed.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_BENCH := $(VENV)/.installed-bench
INSTALLED_RELIABILITY := $(VENV)/.installed-reliability
PACKAGING := pyproject.toml

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint types floors unit docs exactness bench bench-large fuzz soak mutation coverage kill \
  install install-dev clean

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## pair a synthetic organisation of 1,000 people (results in demo-results/)
	@$(BIN)/peermatch demo --out $(OUT)

test: lint types floors unit ## lint, type-check, check the floors, run the tests

lint: $(INSTALLED_DEV) ## ruff: lint and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED_DEV) ## mypy, strict
	@$(BIN)/mypy

floors: $(INSTALLED_DEV) ## import-linter: imports go downward only
	@$(BIN)/lint-imports

unit: $(INSTALLED_DEV) ## the tests, doctests included
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

docs: $(INSTALLED_DEV) ## the site, into build/site; nothing is fetched, and a warning is an error
	@$(BIN)/python -m sphinx -E -W --keep-going -q -b html docs build/site
	@echo "build/site/index.html"

exactness: $(INSTALLED_DEV) ## the large runs against brute force and networkx
	@set -e; found=; for run in benchmarks/exactness_*.py; do \
	  if [ -e "$$run" ]; then found=1; echo "$$run"; $(BIN)/python "$$run"; fi; done; \
	if [ -z "$$found" ]; then echo "There is no benchmarks/exactness_*.py." >&2; exit 1; fi

bench: $(INSTALLED_BENCH) ## peermatch beside its peers, about an hour, writes docs/benchmarks.md (BENCH=quick: minutes)
	@$(BIN)/python -m benchmarks.bench $(BENCH) $(BENCH_ARGS)
	@if [ "$(BENCH)" != quick ]; then $(BIN)/python -m benchmarks.bench stable $(BENCH_ARGS); fi

bench-large: $(INSTALLED_BENCH) ## the proof for 100,000 people, and growth on the way there
	@$(BIN)/python -m benchmarks.bench large $(BENCH_ARGS)

fuzz: $(INSTALLED_RELIABILITY) ## fuzz all that comes in, about five minutes (FUZZ_SECONDS=...; Linux)
	@$(BIN)/python -m reliability.fuzz --seconds $(FUZZ_SECONDS)

soak: $(INSTALLED_DEV) ## random programmes, all invariants, about half an hour (PROGRAMMES=10000)
	@$(BIN)/python -m reliability.soak --programmes $(PROGRAMMES)

mutation: $(INSTALLED_DEV) ## small faults in checkers, rules and kernels, about half an hour (MUTANTS=15 of each file)
	@$(BIN)/python -m reliability.mutation --mutants $(MUTANTS)

coverage: $(INSTALLED_RELIABILITY) ## line and branch coverage, kernels as plain Python, about a quarter of an hour
	@$(BIN)/python -m reliability.coverage_run

kill: $(INSTALLED_DEV) ## kill -9 in 200 runs, about a quarter of an hour
	@$(BIN)/python -m reliability.kill

install: $(INSTALLED) ## the environment, for use

install-dev: $(INSTALLED_DEV) ## the environment, for development

$(VENV)/.made:
	@sh scripts/make-environment.sh "$(VENV)" "$(BIN)"
	@touch $@

$(INSTALLED): $(VENV)/.made $(PACKAGING)
	@echo "Installing peermatch into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(INSTALLED_DEV): $(VENV)/.made $(PACKAGING)
	@echo "Installing peermatch with its tools for development into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(INSTALLED) $@

$(INSTALLED_BENCH): $(VENV)/.made $(PACKAGING)
	@echo "Installing peermatch with the peers it is measured beside into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[bench]'
	@# algmatch asks for one old version of tqdm, which it does not need for what is measured
	@$(BIN)/python -m pip install --quiet --no-deps 'algmatch>=1.5'
	@touch $(INSTALLED) $@

$(INSTALLED_RELIABILITY): $(VENV)/.made $(PACKAGING)
	@echo "Installing peermatch with what fuzzing and coverage need into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --editable '.[reliability]'
	@touch $(INSTALLED) $(INSTALLED_DEV) $@

clean: ## remove the environment made here, results of the demo, and caches
	@if [ -e "$(VENV)/.made" ]; then rm -rf "$(VENV)"; fi
	rm -rf "$(OUT)" build dist benchmarks/build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks reliability -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

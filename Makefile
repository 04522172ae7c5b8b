# On a bare Debian: apt install make python3 python3-venv, then make run or make test.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

UV := 0.13.9
PYTHONS := python3.14 python3.13 python3.12 python3.11 python3
TRY_PYTHON := import sys; sys.exit(sys.version_info < (3, 11))
BIN := .venv/bin
# Everything comes from the lock files, which are complete: pip has nothing to resolve.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
LOCKED := $(INSTALL) --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate \
	--no-header --universal
# Without kept bytecode every test process would compile all libraries again.
unexport PYTHONDONTWRITEBYTECODE
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
ARGS ?=

# An environment whose Python is gone or too old, or that was copied from elsewhere, is made anew.
ifneq ($(wildcard .venv),)
$(shell { $(BIN)/python -c '$(TRY_PYTHON)' && grep -qxF '$(CURDIR)' .venv/.made; } 2>/dev/null \
	|| rm -f .venv/.made .venv/.run .venv/.test)
endif

.PHONY: help run demo test lint bench quality lock clean

help: ## this list
	@sed -nE 's/^([a-z]+):.*## /\1\t/p' Makefile | expand -t 8

run: export JOBAIDS_READING ?= everyone
run: .venv/.run ## the server with the shipped library, at http://127.0.0.1:8000
	$(BIN)/jobaids migrate
	$(BIN)/jobaids import --publish jobaids
	exec $(BIN)/jobaids serve

demo: export JOBAIDS_READING ?= everyone
demo: export JOBAIDS_DATA_DIR = data/demo
demo: .venv/.run ## the same with a simulated year of evidence, marked on every page; in data/demo
	$(BIN)/jobaids migrate
	$(BIN)/jobaids import --publish jobaids
	[ -e data/demo/SIMULATED ] || $(BIN)/jobaids demo
	exec $(BIN)/jobaids serve

# Databases that last a second need no disk.
test: export TMPDIR = $(firstword $(wildcard /dev/shm) /tmp)
test: .venv/.test ## all tests; ARGS="-k search" for some, JOBS=1 for one at a time
	@$(BIN)/python -m tests.support.parts
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

lint: .venv/.test ## every check that needs no running server
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint app
	$(BIN)/codespell
	$(BIN)/deptry .
	$(BIN)/hadolint Dockerfile

bench: .venv/.test ## measurements of speed, size and safety; ARGS="--only engines" for a part
	$(BIN)/python -m benchmarks $(ARGS)

quality: .venv/.test ## how well search finds, ranks and learns
	$(BIN)/python -m benchmarks quality $(ARGS)

# uv does not read pip's configuration: tell it which index the machine uses.
lock: export UV_DEFAULT_INDEX = $(shell $(BIN)/python -m pip config list 2>/dev/null \
	| sed -nE "s/^[^.]*\.index-url='(.*)'$$/\1/p" | tail -n 1)
lock: .venv/.made ## remake the lock files from pyproject.toml; ARGS=--upgrade for newer versions
	$(INSTALL) uv==$(UV)
	$(COMPILE) pyproject.toml --all-extras --group dev -o requirements-dev.txt $(ARGS)
	$(COMPILE) pyproject.toml --all-extras -c requirements-dev.txt -o requirements.txt
	printf 'hatchling\neditables\n' | $(COMPILE) - -c requirements-dev.txt -o requirements-build.txt

clean: ## remove the environment and the caches; data/ stays
	rm -rf .venv dist .coverage* .hypothesis .*_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/.made:
	@recent=; for python in $(PYTHONS); do \
		$$python -c '$(TRY_PYTHON)' 2>/dev/null || continue; \
		recent=$$python; \
		$$python -c 'import ensurepip, venv' 2>/dev/null || continue; \
		echo "Making .venv with $$($$python --version)"; \
		$$python -m venv --clear .venv || { rm -rf .venv; exit 1; }; \
		pwd > $@; exit; \
	done; \
	if [ "$$recent" ]; then \
		echo "$$recent cannot make environments: apt install $$recent-venv" >&2; \
	else echo "Python 3.11 or newer is needed: apt install python3 python3-venv" >&2; fi; exit 1

.venv/.run: requirements.txt requirements-build.txt pyproject.toml | .venv/.made
	$(LOCKED) -r requirements.txt -r requirements-build.txt
	$(INSTALL) --no-build-isolation --editable .
	@touch $@

.venv/.test: requirements-dev.txt pyproject.toml | .venv/.made
	$(LOCKED) -r requirements-dev.txt
	$(INSTALL) --no-build-isolation --editable .
	@touch $@

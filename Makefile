# `make run` and `make test` set everything up that they need: see .ci/setup.py.
# ARGS is handed on: make run ARGS=lesson.ipynb, make test ARGS="-k session".

PYTHON3 ?= python3
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test test-long bench lint format clean

help: ## say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /make \1|/p' Makefile | column -t -s '|' 2>/dev/null \
	|| sed -n 's/^\([a-z-]*\):.*## /make \1: /p' Makefile

setup: ## install what the program needs
	@sh .ci/ready run || $(PYTHON3) .ci/setup.py run

setup-test: ## install what the tests need as well
	@sh .ci/ready test || $(PYTHON3) .ci/setup.py test

run: setup ## start gradviz
	@$(BIN)/gradviz $(ARGS)

test: lint ## check the code, then run every test but the long ones
	$(BIN)/python -m pytest -m "not long" $(ARGS)

test-long: lint ## run every test, the long ones too
	$(BIN)/python -m pytest -m "long or not long" $(ARGS)

bench: setup-test ## measure, beside what a person would do today
	$(BIN)/python -m pytest tests/benchmarks -o addopts= --benchmark-only $(ARGS)

lint: setup-test ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: setup-test ## put the code into the common style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## remove everything that make has made
	rm -rf .venv .uv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

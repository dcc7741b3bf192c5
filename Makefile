# Two commands matter: `make demo` makes a video, `make test` runs every test and check. Both do their own set-up.
SHELL := /bin/bash
.DELETE_ON_ERROR:

TOPIC ?= The story of Prahlad
LANGUAGE ?=
LENGTH ?= 60
OUT ?= out/demo
PYTHON ?= python3
PORT ?= 8080

export SUTRADHAR_HOME ?= $(CURDIR)/.cache/sutradhar
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: demo test check serve bench clean
demo: .venv/ready
	@sutradhar make "$$TOPIC" $(if $(LANGUAGE),--language "$$LANGUAGE") --length "$$LENGTH" --out "$$OUT"
export TOPIC LANGUAGE LENGTH OUT

serve: .venv/ready
	@sutradhar serve --port "$(PORT)"

check: .venv/ready-dev
	ruff check .
	ruff format --check .
	mypy
	lint-imports

test: check
	pytest -n 2 --dist worksteal

bench: .venv/ready-dev
	python -m tests.bench

.venv/ready: pyproject.toml constraints.txt .ci/setup
	@bash .ci/setup
	@touch $@

.venv/ready-dev: .venv/ready
	@bash .ci/setup dev
	@touch $@

clean:
	rm -rf .venv .cache out

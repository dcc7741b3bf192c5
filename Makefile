# Two commands matter: `make demo` makes a video, `make test` runs every test and check. Both do their own set-up.
SHELL := /bin/bash

TOPIC ?= The story of Prahlad
LENGTH ?= 60
OUT ?= out/demo
# LANGUAGE=hi on the command line; the variable of that name in the environment is the desktop's own
ifeq ($(origin LANGUAGE),command line)
language := --language "$$LANGUAGE"
endif

# as it was typed: make would take a $ in it for a variable of its own
override TOPIC := $(value TOPIC)
export TOPIC LENGTH OUT
# keep a home that .env sets
ifeq ($(shell grep -s '^[[:space:]]*\(export \)\?SUTRADHAR_HOME=' .env),)
export SUTRADHAR_HOME ?= $(CURDIR)/.cache/sutradhar
endif
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# ENV=dev reads .env.dev instead of .env
sutradhar = sutradhar $(if $(ENV),--env-file .env.$(ENV))
URL ?= http://127.0.0.1:$(or $(PORT),8080)

.PHONY: demo serve down restart logs status health smoke backup clean test coverage emulator-test provider-test models-check check bench bench-quick race build-images package
demo: .venv/ready
	@export PUBLISH_FOLDER="$$OUT/published"; \
	$(sutradhar) make "$$TOPIC" $(language) --length "$$LENGTH" --out "$$OUT" --publish folder && $(sutradhar) calendar

# the page for people and the API behind it; published videos come into out/published, unless .env names another folder
ifeq ($(shell grep -s '^[[:space:]]*\(export \)\?PUBLISH_FOLDER=' .env),)
serve: export PUBLISH_FOLDER ?= $(CURDIR)/out/published
endif
serve: .venv/ready
	@$(sutradhar) serve

# stop the server of this home; its jobs go on with the next one
down: .venv/ready
	@$(sutradhar) stop

restart: down serve

logs: .venv/ready
	@$(sutradhar) logs --follow

status: .venv/ready
	@$(sutradhar) status

# of this machine, or of the server at URL=
health: .venv/ready
ifeq ($(origin URL),command line)
	@python -m functions.dev.smoke --health "$(URL)"
else
	@$(sutradhar) doctor
endif

# from outside: health, templates, a video of 5 s, its download; SMOKE_KEY= has an API key
smoke: .venv/ready
	@python -m functions.dev.smoke "$(URL)"

# all jobs, keys, uploads and videos in one file; `sutradhar restore` makes a home of it
backup: .venv/ready
	@mkdir -p out && $(sutradhar) backup "out/sutradhar-$$(date +%Y%m%d-%H%M%S).tar"

# asks before it deletes; CONFIRM=yes answers
clean: .venv/ready
	@$(sutradhar) clean $(if $(filter yes,$(CONFIRM)),--yes)

check: .venv/ready-dev
	ruff check .
	ruff format --check .
	@# mypy takes longest, so the others run beside it; each failure fails the target
	mypy & mypy=$$!; lint-imports && deptry . && python .ci/check_language.py; others=$$?; wait $$mypy && exit $$others

test: check
	pytest -n 2 --dist worksteal

# how much of the code the tests run in their own processes; counting it makes them a third slower
coverage: .venv/ready-dev
	pytest -n 2 --dist worksteal --cov --cov-report=
	@echo "Coverage of the code that runs in the tests' own processes: $$(coverage report --format=total) %"

# all that needs Google's emulators or stands in for its servers
emulator-test: .venv/ready-dev
	CI=true pytest -n 2 --dist worksteal tests/emulators tests/contract tests/property/test_firestore.py tests/container

# every provider's own client against stubs of what the providers answer
provider-test: .venv/ready-dev
	pytest -n 2 --dist worksteal tests/providers tests/property/test_outage.py tests/e2e/test_providers.py

# compare the models in the pinned clients with our tables of models and prices
models-check: .venv/ready-dev
	@python -m tests.providers.models_check

# the renderer; docs/deploy.md pushes it
build-images:
	docker build -f gpu_renderer/Dockerfile -t sutradhar-renderer .

package: .venv/ready-dev
	@python -m functions.dev.package --out build

bench: .venv/ready-bench
	python -m tests.bench

bench-quick: .venv/ready-bench
	python -m tests.bench --quick

# installs Remotion, HyperFrames and editly into .cache/race
race: .venv/ready-bench
	tests/bench/race/install
	python -m tests.bench.race

.venv/ready: pyproject.toml constraints.txt .ci/setup .ci/link_environment.py
	@bash .ci/setup
	@touch $@

.venv/ready-dev: .venv/ready
	@bash .ci/setup dev
	@touch $@

.venv/ready-bench: .venv/ready
	@bash .ci/setup bench
	@touch $@

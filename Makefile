# `make` lists the recipes. They need Python 3.11 and nothing else; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python -W ignore
STAMP := $(VENV)/made-from
ARGS ?=
TESTS ?=
IMAGES = orders payments inventory warehouse shipping returns channels gateway
COMPOSE ?= docker compose

.PHONY: help setup run reset demo test check check-deploy scale-sim images up down doctor format bench faults mutations docs pictures parked
.DEFAULT_GOAL := help

help: ## list the recipes
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## make the virtual environment from the lock (instant when it is there)
	@lock=$$(cksum < requirements.lock); \
	if [ "$$(cat $(STAMP) 2>/dev/null)" != "$$lock" ]; then \
	  $(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed.") if sys.version_info < (3, 11) else None' && \
	  echo "making the virtual environment from requirements.lock (about a minute) …" && \
	  { [ -x $(VENV)/bin/python ] || $(PYTHON) -m venv $(VENV); } && \
	  { $(VENV)/bin/python -m pip --version > /dev/null 2>&1 || $(VENV)/bin/python -m ensurepip -q; } && \
	  $(VENV)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
	  echo "$$lock" > $(STAMP); \
	fi

run: setup ## build the console, start everything, print where it is; Ctrl-C stops it (PORT=8080)
	@$(PY) -m local.run

reset: setup ## forget the data of `make run`
	@$(PY) -m local.reset

demo: setup ## drive real orders through the whole journey, and show what became of them
	@$(PY) -m local.demo $(ARGS)

test: setup ## run all tests, with a broker and a database of their own (TESTS=… for some)
	@$(PY) -m pytest $(TESTS) $(ARGS)

check: setup ## format, lint, types, architecture, security, spelling, lengths, locks, generated pages
	@$(VENV)/bin/ruff format --check . && $(VENV)/bin/ruff check . && \
	  $(VENV)/bin/mypy contracts chassis services gateway local benchmarks deploy && \
	  $(VENV)/bin/lint-imports && \
	  $(VENV)/bin/bandit -q -c pyproject.toml -r contracts chassis services gateway && \
	  $(VENV)/bin/codespell contracts chassis services gateway local benchmarks deploy docs tests *.md && \
	  $(PY) -m local.lengths && $(PY) -m local.locks && $(PY) -m local.docs --check

check-deploy: setup ## render deploy/k8s and check it all (kubectl; CRD_SCHEMAS=folder for custom resources)
	@$(PY) -m deploy.checks

scale-sim: setup ## play a Black Friday against the scaling rules, and draw it
	@$(PY) -m deploy.simulation $(ARGS)

images: setup ## build the container images (ARGS="--build-arg BASE=…")
	@$(PY) -m local.console && for s in $(IMAGES); do \
	  docker build -q $(ARGS) --build-arg SERVICE=$$s --build-arg REVISION=$$(git rev-parse HEAD) \
	    -t oms-$$s:local . || exit 1; done

up: ## start the whole system in containers (images first); http://127.0.0.1:8080
	@mkdir -p .oms && { [ -s .oms/compose-key ] || $(PY) -m chassis sealing-key > .oms/compose-key; } && \
	  SEALING_KEYS=$$(cat .oms/compose-key) $(COMPOSE) up -d

down: ## stop the containers; their data stay
	@SEALING_KEYS=x $(COMPOSE) down

doctor: setup ## ask a running system what is wrong with it
	@$(PY) -m local.doctor $(ARGS)

format: setup ## format the code
	@$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix -q .

bench: setup ## measure orders per second and CPU per order (ARGS=--quick ends in two minutes)
	@$(PY) -m benchmarks.run $(ARGS)

faults: setup ## break everything that can break, and see the promises hold (ARGS="--list", ARGS=bus)
	@$(PY) -m tests.faults $(ARGS)

mutations: setup ## plant bugs in a copy of the code and see the tests find each
	@$(PY) -m tests.mutations $(ARGS)

pictures: setup ## take the guides' pictures again, from a console with a morning's work in it (needs Chromium)
	@$(PY) -m local.pictures --guides $(ARGS)

docs: setup ## write the generated pages: the journey, the messages, the schemas, the API
	@$(PY) -m local.docs $(ARGS)

parked: setup ## messages that wait for a person: make parked ARGS="orders list" (while `make run` runs)
	@$(PY) -m local.parked $(ARGS)

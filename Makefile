# kam from a clone: `make run`, `make test`, `make lint`. Needs Python 3.11+ (with venv), git and make; nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
EXEC := $(BIN)/python -m kam.embedded exec --
# For commands that load the settings but touch no server.
NO_SERVERS := SECRET_KEY=only-for-building-and-checking-0123456789-abcdefghij ALLOWED_HOSTS=localhost KAM_HTTPS=off \
	DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1
CODE := kam accounts touchpoints feedback journeys

# Stamps: a step is repeated only when what it reads has changed.
TOOLS := $(VENV)/.tools
APP := $(VENV)/.app
DEV := $(VENV)/.dev
BROWSER_READY := $(VENV)/.browser
ASSETS := static/vendor/.built
COLLECTED := staticfiles/.collected
CONTRACT := .ci/openapi/node_modules/.installed

.PHONY: help
help: ## what one can do here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: ## start kam; PORT, KAM_HOME, KAM_DEMO=off and KAM_DEMO_PASSWORD are honoured (docs/running.md)
	@$(MAKE) -s -j3 $(COLLECTED)
	@exec $(BIN)/python -m kam.embedded run

.PHONY: test
test: ## run every test, browser included; BROWSER=off leaves the browser out, ARGS="…" goes to pytest
	@$(MAKE) -s -j3 $(COLLECTED) $(DEV)
	@if [ "$(BROWSER)" != off ]; then $(MAKE) $(BROWSER_READY); fi
	@BROWSER='$(BROWSER)' PYTHON=$(BIN)/python .ci/tests $(ARGS)

.PHONY: bench
bench: ## measure against raw SQL (bench/README.md); ARGS="--big", ARGS="--rows 1,6", ARGS="--json FILE"
	@$(MAKE) -s -j3 $(COLLECTED)
	@$(BIN)/python -m bench $(ARGS)

.PHONY: proof
proof: $(DEV) $(COLLECTED) ## import a million touchpoints while the worker is killed; ARGS="--rows 20000 --accounts 2000" for a quick one
	@$(BIN)/python -m tests.proof.million $(ARGS)

.PHONY: lint style floors templates types checks contract
lint: style floors templates types checks contract ## style, floors, templates, types, system checks and migrations, API document (-k: all that fail)

style: $(DEV)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

floors: $(DEV)
	$(BIN)/lint-imports --no-logo

templates: $(DEV)
	git ls-files -z --cached --others --exclude-standard '*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2 --check

types: $(DEV)
	$(NO_SERVERS) $(BIN)/mypy $(CODE)

checks: $(DEV)
	$(EXEC) sh -c '$(BIN)/python manage.py check && $(BIN)/python manage.py makemigrations --check --dry-run'

contract: $(CONTRACT)
	@PATH="$$(.ci/node $(BIN)):$$PATH" && cd .ci/openapi && npm run --silent lint

.PHONY: assets
assets: $(ASSETS) ## build the front-end assets

.PHONY: shell
shell: ## a Django shell on the database of a running `make run`
	@$(BIN)/python manage.py shell

.PHONY: lock
lock: $(TOOLS) ## pin the newest allowed versions of everything again
	$(COMPILE) --upgrade --no-deps requirements-embedded.in -o requirements-embedded.lock
	$(COMPILE) --upgrade --no-deps requirements-node.in -o requirements-node.lock
	$(COMPILE) --upgrade requirements.in -o requirements.lock
	$(COMPILE) --upgrade requirements-dev.in --constraints requirements.lock -o requirements-dev.lock

.PHONY: clean
clean: ## remove what was built and installed; KAM_HOME stays
	rm -rf $(VENV) node_modules static/vendor staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The virtual environment
$(TOOLS): requirements-embedded.lock
	@echo "kam: installing"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-embedded.lock
	@touch $@

$(APP): requirements.lock $(TOOLS)
	@$(UV) -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock $(APP)
	@$(UV) -r requirements-dev.lock
	@touch $@

# Chromium: the machine's own, Playwright's, or Debian's (tests/flows finds it in the same order)
$(BROWSER_READY): .ci/browser $(DEV)
	@.ci/browser $(BIN)
	@touch $@

# Front-end assets, by the machine's Node (20 or newer) or the one from PyPI
$(ASSETS): package.json package-lock.json build.mjs $(shell find static -path static/vendor -prune -o -type f -print) | $(TOOLS)
	@echo "kam: building the front-end assets"
	@PATH="$$(.ci/node $(BIN)):$$PATH" && npm ci --silent --no-audit --no-fund && node build.mjs
	@touch $@

# The linter of docs/openapi.yaml: a package folder of its own, so that `make run` installs nothing of it
$(CONTRACT): .ci/openapi/package.json .ci/openapi/package-lock.json | $(TOOLS)
	@PATH="$$(.ci/node $(BIN)):$$PATH" && cd .ci/openapi && npm ci --silent --no-audit --no-fund
	@touch $@

$(COLLECTED): $(ASSETS) $(APP) kam/settings.py
	@$(NO_SERVERS) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@touch $@

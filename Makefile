# `make` alone prints what there is. Nothing but make and Python 3.11 or newer must be installed.

.DEFAULT_GOAL := help
.PHONY: help setup run demo test test-web journeys test-postgres sweep check lint format types imports interop fuzz api-fuzz chaos restore-drill bench coverage docs reference messages lock vendor-check clean

BIN     := .venv/bin
STAMP   := .venv/.stackmark
PYTHON  ?=          # a Python ≥ 3.11 to make .venv with; found when empty
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -le 4 ] && echo $$n || echo 4) # processes the tests run in
# What has nothing to do with the kind of database is tested once, on SQLite.
ONCE    := --ignore=tests/web/hostile --ignore=tests/web/test_translatable.py --ignore=tests/web/ui --deselect=tests/web/test_routes.py::test_post_without_our_token_is_refused
# Where the usual run takes some of many; see tests/each.py.
SOME    := tests/web/hostile tests/web/catalogue/test_public.py tests/web/passport/test_hostile.py tests/web/awarding/test_kills.py tests/web/test_routes.py tests/web/audit tests/web/operations/test_deaths_of_commands.py tests/web/operations/test_power_cuts.py tests/unit/exchange
P       ?= tests/web # what to test on PostgreSQL
T       ?= tests    # what to test: make test T=tests/unit/test_report.py

# Tests are compiled by pytest; the second run need not do it again.
export PYTHONDONTWRITEBYTECODE :=

# Programs in .venv name their folder: after a move it is made again.
MADE_IN := $(shell cat $(STAMP) 2>/dev/null)
ifneq ($(MADE_IN),)
ifneq ($(MADE_IN),$(CURDIR))
$(shell rm -rf .venv)
endif
endif

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with the program and all it needs (again only when the lists changed)

$(STAMP): requirements/dev.txt pyproject.toml tools/setup.sh
	@PYTHON="$(strip $(PYTHON))" bash tools/setup.sh
	@echo "$(CURDIR)" > $@

run: setup ## start Stackmark with a living demo world at http://127.0.0.1:8000
	@STACKMARK_DEMO=True $(BIN)/stackmark-web serve

demo: setup ## issue and verify badges in the terminal, before your eyes
	@$(BIN)/stackmark demo

test: setup ## run the tests (T= names some of them)
	@$(BIN)/pytest -n $(strip $(WORKERS)) --dist loadgroup $(strip $(T))

test-web: setup ## the tests of the web product alone
	@$(BIN)/pytest -n $(strip $(WORKERS)) --dist loadgroup tests/web

test-postgres: setup ## the web tests on PostgreSQL (DATABASE_URL, or a server started for them)
	@$(BIN)/python tools/on_postgres.py $(BIN)/pytest -n $(strip $(WORKERS)) --dist loadgroup $(strip $(P)) $(ONCE)

journeys: setup ## the tests in a real browser (Chromium): pages, axe, and long ways through the product
	@$(BIN)/pytest -m journey -n $(strip $(WORKERS)) --dist loadgroup tests/browser

sweep: setup ## every page of every route in Chromium: axe; and all of what the usual run samples
	@STACKMARK_THOROUGH=1 $(BIN)/pytest -n $(strip $(WORKERS)) --dist loadgroup $(SOME)
	@$(BIN)/pytest -m sweep -n $(strip $(WORKERS)) --dist loadgroup tests/browser

check: lint types imports test ## everything that must hold before a commit: what CI runs

lint: setup ## style: ruff check, ruff format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: setup ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: setup ## mypy --strict
	@$(BIN)/mypy

imports: setup ## the arrows between the layers
	@$(BIN)/lint-imports

interop: setup tests/conformance/node_modules ## compare with other implementations (needs Node 20 and npm)
	@$(BIN)/pytest -m interop tests

tests/conformance/node_modules: tests/conformance/package-lock.json
	@command -v npm >/dev/null || { echo "make interop needs npm: install Node 20 or newer." >&2; exit 1; }
	@cd tests/conformance && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

fuzz: setup ## a million changes of signed credentials, and the property tests with many more examples
	@STACKMARK_PLANNING_INSTANCES=5000 $(BIN)/pytest tests/unit/planning
	@STACKMARK_STACKING_CHANGES=5000 STACKMARK_CHANGES=1000000 $(BIN)/pytest -m "slow or not slow" -n $(strip $(WORKERS)) --hypothesis-profile=fuzz tests/property
	@$(BIN)/pytest -m slow -n $(strip $(WORKERS)) tests --ignore=tests/property || [ $$? -eq 5 ]

chaos: setup ## kill worker and server at random during bulk runs, look at the ledger after each (KILLS=200 ROWS=2000 SEED=)
	@$(BIN)/python tools/chaos.py --kills $(or $(KILLS),200) --rows $(or $(ROWS),2000) $(if $(SEED),--seed $(SEED)) --report build/chaos.md

restore-drill: setup ## back up under load, go on, damage the file, restore, count what was promised (ROWS=5000 REVOKE=500 ERASE=50)
	@rm -rf build/restore-drill
	@$(BIN)/python tools/restore_drill.py --rows $(or $(ROWS),5000) --revoke $(or $(REVOKE),500) --erase $(or $(ERASE),50) --folder build/restore-drill

api-fuzz: setup ## requests drawn from the API's description (EXAMPLES= right and as many wrong ones of each operation)
	@STACKMARK_API_EXAMPLES=$(or $(EXAMPLES),250) $(BIN)/pytest -m slow tests/web/api/test_fuzz.py

bench: setup ## ratios against named peers in the same run
	@$(BIN)/python benchmarks

coverage: setup ## run the tests and show the lines they miss
	@$(BIN)/pytest -n $(strip $(WORKERS)) --cov --cov-report=term-missing:skip-covered

docs: setup ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html"

reference: setup ## write docs/reference/checks.md anew from the code
	@$(BIN)/python tools/reference.py

messages: setup ## after a change of texts: renew the catalogues of src/stackmark_web/locale
	@$(BIN)/python tools/messages.py update
	@$(BIN)/python tools/messages.py check

lock: ## write requirements/*.txt anew (needs uv; UPGRADE=--upgrade takes newer releases)
	@cd requirements && for name in base web dev; do \
	  uv pip compile --quiet $(UPGRADE) --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
	    --python-version 3.11 $$name.in -o $$name.txt || exit 1; done

vendor-check: setup ## compare vendored files with the archives in ARCHIVES=folder
	@$(BIN)/python tools/vendor.py check "$(ARCHIVES)"

clean: ## remove what can be made again, .venv too
	@rm -rf .venv site build dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo-out tests/conformance/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

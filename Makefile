# Each target makes its own environment first; nothing else has to be installed or running.
BIN := .venv/bin
# The timeouts are the connection's; the one varchar is Alembic's own; minutes and positions in a list are no bigints.
# Until the first deployment no client and no second version uses a database: what is renamed and dropped breaks nothing.
BEFORE_CLIENTS := renaming-table,renaming-column,renaming-object,adding-not-nullable-field,changing-column-type,adding-required-field
BEFORE_CLIENTS := $(BEFORE_CLIENTS),ban-drop-column,ban-drop-constraint,ban-drop-function,ban-drop-table
BEFORE_CLIENTS := $(BEFORE_CLIENTS),ban-drop-view,require-concurrent-index-deletion,adding-foreign-key-constraint,constraint-missing-not-valid
SQUAWK := --pg-version=15 --exclude=require-lock-timeout,require-statement-timeout,prefer-text-field,prefer-bigint-over-int,$(BEFORE_CLIENTS)
IN_BACKEND := sh scripts/bootstrap.sh && cd backend &&
# Valkey has a database for each of at most 16 workers.
PYTEST := $(BIN)/pytest -n logical --maxprocesses 16 --durations=10
# What scripts/check_language.py checks.
LANGUAGE := scripts bench docs frontend/README.md README.md README.vi.md CONTRIBUTING.md CHANGELOG.md backend/README.md \
	$(addprefix backend/,app migrations tests)
SCREENS := $(BIN)/zenspa screens npm -- run --silent
CHAOS := $(CURDIR)/backend/tests/faults $(CURDIR)/backend/tests/races

.DEFAULT_GOAL := help
.PHONY: help run test chaos fuzz e2e pictures check bench

help:  ## show this help
	@sed -n 's/^\([a-z]*\):  ## /  make \1	/p' Makefile | expand -t 16

run:  ## start PostgreSQL, Redis, the API and the screens with demo data; Ctrl-C stops all of it
	@$(IN_BACKEND) exec $(BIN)/zenspa dev

test:  ## every test but those of `make chaos` and `make e2e`, on servers of its own; ARGS="-k phone" picks some
	@$(IN_BACKEND) $(if $(ARGS),,$(SCREENS) test &&) exec $(PYTEST) $(CHAOS:%=--ignore=%) $(ARGS)

chaos:  ## kill, stall and cut processes and servers, and book in crowds
	@$(IN_BACKEND) exec $(PYTEST) $(CHAOS) $(ARGS)

fuzz:  ## every property and every operation of the API with twenty times the examples, other ones each time
	@$(IN_BACKEND) exec $(PYTEST) -m hypothesis --hypothesis-profile=deep $(ARGS)

e2e:  ## the screens in Chromium against real servers; ARGS="-g sign" picks some
	@$(IN_BACKEND) $(BIN)/zenspa screens build && exec $(SCREENS) e2e -- $(ARGS)

pictures:  ## make the pictures of the screens in docs/pictures again
	@$(IN_BACKEND) $(BIN)/zenspa screens build && exec $(SCREENS) pictures

check:  ## style, language, types, import rules, requirements in step, migrations, the screens
	@$(IN_BACKEND) $(BIN)/ruff check --config pyproject.toml . ../bench ../scripts
	@cd backend && $(BIN)/ruff format --check --config pyproject.toml . ../bench ../scripts
	@backend/$(BIN)/python scripts/check_language.py --commits origin/main $(LANGUAGE)
	@cd backend && $(BIN)/mypy
	@cd backend && $(BIN)/lint-imports
	@sh scripts/check_requirements.sh
	@cd backend && $(BIN)/pytest tests/contract/test_migrations.py
	@cd backend && $(SCREENS) check
	@cd backend && sql=$$($(BIN)/zenspa migrate --sql) && echo "$$sql" | $(BIN)/squawk $(SQUAWK)

bench:  ## measure speed and write docs/benchmarks.md
	@$(IN_BACKEND) exec $(BIN)/python ../bench/run.py $(ARGS)

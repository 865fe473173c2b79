# Short names for the developer's chores. The text after ## is what plain `make` prints.

VENV := .venv/bin
COMPILE := $(VENV)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet
SOURCES := admin_api bot cli consequences console core countries credit flows invoicing jobs language notices orders parties policy reports speech tax

.DEFAULT_GOAL := help
.PHONY: help setup up check test hours model fuzz pairs bench lock catalogues roles publish clean

help: ## print this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

setup: ## environment with the development packages
	@./bahi setup --dev

up: ## everything with demo data, until Ctrl-C
	@./bahi up

check: setup ## linters, types, layers and the tests about the code itself
	@.ci/check

test: ## the whole suite
	@./bahi test

hours: setup ## the whole suite at eight hours of the day and on five days (two hours)
	$(VENV)/python -m tests.moments -n 2 --dist loadfile

model: setup ## 3,000 random lives of 80 steps against the books told in plain Python, on two cores (an hour)
	BAHI_MODEL=deep BAHI_MODEL_SEED=$${BAHI_MODEL_SEED:-$$(date +%s)} \
		$(VENV)/python -m pytest -v -n 2 --dist load tests/model

fuzz: setup ## a million random documents and a million messages, on two cores (an hour and a half)
	BAHI_FUZZ=deep $(VENV)/python -m pytest -q -n 2 tests/fuzz

pairs: setup ## every order of the statements of two transactions that meet, each way run (takes a quarter of an hour)
	BAHI_PAIRS=complete $(VENV)/python -m pytest -q tests/interleaving

bench: setup ## measure turns, orders and callbacks against the bare floor, and count what each takes
	PYTHONPATH=. $(VENV)/python -m bench

lock: setup ## compile requirements*.in into pinned, hashed sets
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt

catalogues: setup ## collect texts from the code, update and compile every language
	$(VENV)/pybabel extract --no-wrap --no-location --sort-output --project=Bahi -o locale/bahi.pot $(SOURCES)
	$(VENV)/pybabel update -D bahi --no-wrap --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date -i locale/bahi.pot -d locale
	$(VENV)/pybabel compile -D bahi -d locale

roles: setup ## write language/roles.py from the roles in language/data
	$(VENV)/python -m language.write_roles

publish: setup ## write down what new revisions of the schema say; from then on they may not change
	$(VENV)/python -m migrations.published

clean: ## remove caches and built files; the data in .bahi and the environment stay
	find . -name __pycache__ -not -path './.venv/*' -not -path './web/node_modules/*' -prune -exec rm -rf {} +
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis web/dist

# Two commands do everything: `make run` and `make test`. Each sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules out of the tree, and kept: hundreds of processes start, and compiling takes each a second or two.
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache
unexport PYTHONDONTWRITEBYTECODE
# Of the tests, one more than there are cores, and five at most: a story waits for its browser most of the time.
PROCESSES = $(shell $(PYTHON) -c 'import os; print(min(os.cpu_count() + 1, 5))')

.PHONY: run practice practice-reset doctor backup restore test check nightly bench province growth setup format shots docs clean
.DEFAULT_GOAL := run

run: setup ## both portals, worker, database and stand-ins on this machine
	@$(BIN)/python -m launcher

practice: setup ## the demo's people as a practice season of its own folder and ports, for training
	@$(BIN)/python -m launcher.practice

practice-reset: setup ## set the practice season back to its start, also while it runs
	@$(BIN)/python -m launcher.practice reset

doctor: setup ## what is wrong with the installation that `make run` keeps, in sentences
	@$(BIN)/python -m launcher.doctor

backup: setup ## everything the installation holds, sealed, in a folder (TO=...); `make run` may go on meanwhile
	@$(BIN)/python -m launcher.backup

restore: setup ## bring back a backup (FROM=...), proved by counts and hashes before it takes its place
	@$(BIN)/python -m launcher.restore

test: check ## everything that must hold before a change lands
	@$(BIN)/python -m launcher.tools browser fonts scanner
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

check: setup ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

nightly: setup ## the long runs: every combination of a table, every guard taken away, fifty thousand odd requests, a slow phone
	@$(BIN)/python -m launcher.tools browser fonts scanner lighthouse
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder \
		-rP --show-capture=stdout tests/nightly

bench: setup ## what the service costs, beside bare Django, bare hashes and pgbench; a storm, prints, the form (about 9 minutes)
	@$(BIN)/python -m launcher.pgbouncer
	@$(BIN)/python -m bench

province: setup ## an installation with 700,000 people in it (TO=..., PEOPLE=...; under ten minutes)
	@$(BIN)/python -m bench.province

growth: setup ## what a journey costs among 700,000 people over among 7,000 (about a quarter of an hour)
	@$(BIN)/python -m bench.growth

shots: setup ## pictures of every page from the running product, and a contact sheet, in build/shots
	@$(BIN)/python -m launcher.tools browser fonts
	@$(BIN)/python -m tests.shots build/shots

setup: .venv/.synced node_modules/.synced

.venv/.synced: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Baoming needs Python 3.11 or newer (set PYTHON=...)"; exit 1; }
	@test -x $(BIN)/uv || { $(PYTHON) -m venv .venv && $(BIN)/pip install --quiet --disable-pip-version-check uv; }
	@$(BIN)/uv sync --frozen --quiet
	@touch $@

node_modules/.synced: package.json package-lock.json .venv/.synced
	@$(BIN)/python -m launcher.tools assets
	@touch $@

format:
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

docs: setup ## print the pages that are printed from code
	$(BIN)/python manage.py print_docs
	$(BIN)/python -m tests.matrix.page

clean:
	rm -rf .venv node_modules build

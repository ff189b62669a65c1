PYTHON ?= python3
VENV ?= .venv
bin = $(VENV)/bin

.PHONY: demo test lint format update bench-redaction clean

demo: $(VENV)/installed
	@$(bin)/learn-hook demo

test: lint
	$(bin)/coverage erase
	$(bin)/coverage run -m pytest -q --numprocesses auto --dist loadfile
	$(bin)/coverage combine -q
	$(bin)/coverage report

lint: $(VENV)/tested
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/lint-imports
	$(bin)/mypy

format: $(VENV)/tested
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

$(VENV)/installed: setup.cfg pyproject.toml
	@echo 'setting up $(VENV), once'
	@$(PYTHON) -m venv $(VENV)
	@$(bin)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	@$(bin)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

update: $(VENV)/tested  # the golden files; look at what changed before you commit it
	$(bin)/python -m tests.golden

SESSIONS ?= $(wildcard ../shared/sessions/projects)
bench-redaction: $(VENV)/tested  # what is found, what is left alone, how fast; on logs in SESSIONS
	$(bin)/python -m benchmarks.redaction $(SESSIONS)

clean:
	rm -rf $(VENV) build *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .import_linter_cache

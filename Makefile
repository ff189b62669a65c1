PYTHON ?= python3
VENV ?= .venv
bin = $(VENV)/bin

.PHONY: demo test faults lint format update bench bench-redaction clean

demo: $(VENV)/installed
	@$(bin)/learn-hook demo

test: lint
	$(bin)/coverage erase
	$(bin)/coverage run -m pytest -q --numprocesses auto --dist loadfile
	$(bin)/coverage combine -q
	$(bin)/coverage report

faults: $(VENV)/tested  # every fault, at every place where it may come: takes its time
	FAULTS=all $(bin)/pytest -q --numprocesses auto --dist load tests/faults

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

bench: $(VENV)/tested  # with SESSIONS=DIR on the logs in a folder
	$(bin)/python -m benchmarks.speed $(SESSIONS)
	$(bin)/python -m benchmarks.rules $(SESSIONS)
	$(bin)/python -m benchmarks.growth
	$(bin)/python -m benchmarks.push

bench-redaction: $(VENV)/tested  # what is found, what is left alone, how fast; SESSIONS=DIR as well
	$(bin)/python -m benchmarks.redaction $(SESSIONS)

clean:
	rm -rf $(VENV) build *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .import_linter_cache

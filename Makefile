PYTHON ?= python3
VENV ?= .venv
bin = $(VENV)/bin
axe = $(VENV)/axe/node_modules/axe-core/axe.min.js
chromium := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: demo test test-page faults lint format update bench bench-redaction bench-page pictures clean

demo: $(VENV)/installed
	@$(bin)/learn-hook demo

test: lint
	$(bin)/coverage erase
	$(bin)/coverage run -m pytest -q --numprocesses auto --dist loadfile -m 'not browser'
	$(bin)/coverage combine -q
	$(bin)/coverage report
	@if [ -n "$(chromium)" ]; then $(MAKE) --no-print-directory test-page; \
	else echo 'left out: the page in a browser, for there is no Chromium here (make test-page)'; fi

test-page: $(VENV)/tested $(axe)  # the page of `show` in a real browser
	@[ -n "$(chromium)" ] || { echo 'make test-page needs a Chromium: apt-get install chromium'; exit 1; }
	PAGE_CHROMIUM=$(chromium) PAGE_AXE=$(axe) $(bin)/pytest -q -rs -m browser tests/page

$(axe):
	@command -v npm >/dev/null && npm install --silent --no-audit --no-fund --prefix $(VENV)/axe axe-core@4 \
	|| echo 'left out: axe-core, for npm could not fetch it'

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

bench-page: $(VENV)/tested  # the page of 10 MB of materials: written, opened, searched
	$(bin)/python -m benchmarks.page

pictures: $(VENV)/tested  # of the page, for the README
	$(bin)/python -m tests.page.pictures

clean:
	rm -rf $(VENV) build *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .import_linter_cache

PYTHON ?= python3
VENV ?= .venv
bin = $(VENV)/bin
axe = $(VENV)/axe/node_modules/axe-core/axe.min.js
chromium := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
# constraints.txt: a new release of a dependency breaks nobody's first try
install = $(bin)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
# half as many again as there are cores, because tests wait for the processes that they start
suite = pytest -q --dist worksteal --numprocesses $(shell $(PYTHON) -c 'import os; print(os.cpu_count() * 3 // 2)')
# of the property tests in `make test-all`: `random` or `same`
EXAMPLES ?= random
checks = $(bin)/ruff check . && $(bin)/ruff format --check . && $(bin)/lint-imports && $(bin)/mypy

.PHONY: demo test test-all test-page quick faults lint format update bench bench-survival bench-redaction fuzz-redaction bench-page pictures clean

demo: $(VENV)/demo
	@$(bin)/learn-hook demo

test: $(VENV)/test  # lint and types beside the tests, which now and then wait for a process
	@{ $(checks); } >$(VENV)/lint 2>&1 & lint=$$!; \
	$(bin)/$(suite) -m 'not (browser or long)'; code=$$?; \
	wait $$lint || code=1; cat $(VENV)/lint; exit $$code

# adds to `make test`: random input, coverage, real hook managers, the table of faults, the browser
test-all: lint
	$(bin)/coverage erase
	HYPOTHESIS_PROFILE=$(EXAMPLES) $(bin)/coverage run -m $(suite) -m 'not browser'
	$(bin)/coverage combine -q
	$(bin)/coverage report
	@if [ -n "$(chromium)" ]; then $(MAKE) --no-print-directory test-page; \
	else echo 'left out: the page in a browser (make test-page), because there is no Chromium'; fi

test-page: $(VENV)/test $(axe)  # the page of `show` in a real browser
	@[ -n "$(chromium)" ] || { echo 'make test-page needs a Chromium: apt-get install chromium'; exit 1; }
	PAGE_CHROMIUM=$(chromium) PAGE_AXE=$(axe) $(bin)/pytest -q -rs -m browser tests/page

$(axe):
	@command -v npm >/dev/null && npm install --silent --no-audit --no-fund --prefix $(VENV)/axe axe-core@4 \
	|| echo 'left out: axe-core, because npm could not fetch it'

# the loop while one works: the tests whose path holds a word, `make quick K=cuts`
quick: $(VENV)/test
	@$(bin)/pytest -q --exitfirst $(or $(shell find tests -path '*$(K)*' -name 'test_*.py'),$(error no test has '$(K)' in its path))

faults: $(VENV)/test  # every fault at every place where it can come: 15 minutes to an hour
	FAULTS=all $(bin)/pytest -q --numprocesses auto --dist load tests/faults

lint: $(VENV)/test
	$(checks)

format: $(VENV)/test
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

$(VENV)/demo: setup.cfg pyproject.toml constraints.txt
	@echo 'setting up $(VENV), once'
	@$(PYTHON) -m venv $(VENV)
	@$(install) --editable '.[demo]'
	@touch $@

$(VENV)/test: $(VENV)/demo
	@$(install) --editable '.[test]'
	@touch $@

update: $(VENV)/test  # constraints.txt and the golden files; look at what changed before you commit it
	$(bin)/pip install --quiet --disable-pip-version-check --upgrade uv
	$(bin)/uv pip compile --quiet --universal --upgrade --python-version 3.10 --extra test \
		--no-header --no-annotate --no-emit-index-url --output-file constraints.txt setup.cfg
	$(install) --editable '.[test]'
	$(bin)/python -m tests.golden

bench: $(VENV)/test  # with SESSIONS=DIR on the logs in a folder
	$(bin)/python -m benchmarks.speed $(SESSIONS)
	$(bin)/python -m benchmarks.rules $(SESSIONS)
	$(bin)/python -m benchmarks.growth
	$(bin)/python -m benchmarks.run
	$(bin)/python -m benchmarks.discovery
	$(bin)/python -m benchmarks.push

bench-survival: $(VENV)/test  # which facts of the transcripts in SESSIONS=DIR are in the materials
	$(bin)/python -m benchmarks.survival $(SESSIONS)

bench-redaction: $(VENV)/test  # what is found, what is left alone, how fast; SESSIONS=DIR as well
	$(bin)/python -m benchmarks.redaction $(SESSIONS)

fuzz-redaction: $(VENV)/test  # hostile texts, for two minutes
	$(bin)/python -m benchmarks.fuzz_redaction

bench-page: $(VENV)/test  # the page of 10 MB of materials: written, opened, searched
	$(bin)/python -m benchmarks.page

pictures: $(VENV)/test  # of the page, for the README
	$(bin)/python -m tests.page.pictures

clean:
	rm -rf $(VENV) build *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .import_linter_cache .hypothesis .rules_cache

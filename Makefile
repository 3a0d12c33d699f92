# Python 3.10 or newer (with venv) and make are enough: each command sets up what it needs,
# once, and what it sets up stays in this directory, or in /var/lib/tap-pagerduty if root runs it.
# `make clean` removes it.
#
# .venv holds the tap (editable), its tests and linters, Meltano and PostgreSQL: what these need
# agrees, so one environment will do. Meltano installs what it runs, the tap too, once more:
# each plugin by itself, under .meltano/{extractors,loaders}/<plugin>/venv.
#
# Versions and hashes stand in requirements/*.txt; `make pins` renews them.

PYTHON = python3
TARGET = target-postgres
# How far the clock of the sandbox goes ahead before a run, such as 1d.
ADVANCE = 0

BIN = .venv/bin
UV = $(BIN)/uv
# Else each program compiles what it imports when it first starts, or whenever it starts.
export UV_COMPILE_BYTECODE = 1
# Empty files, newer than what their environments were made from.
ENVIRONMENT = .venv/.complete
PLUGINS = .meltano/.complete
EXAMPLE = examples/.venv/.complete
DBT = .venv-dbt/.complete
SCHEDULERS = examples/.venv-schedulers/.complete
LOWEST = .venv-lowest/.complete
SITE = .venv-docs/.complete

.PHONY: help run target psql report verify test test-examples test-lowest test-docs browser bench pictures targets docs views lint format dist pins clean

help:
	@echo 'make run      load the account of TAP_PAGERDUTY_API_KEY, or of the sandbox if it is not set,'
	@echo '              with TARGET=target-postgres (default), target-duckdb or target-jsonl;'
	@echo '              ADVANCE=1d lets a day pass in the sandbox first'
	@echo 'make psql     look into the PostgreSQL database that make run has filled'
	@echo 'make report   build an HTML report of what make run has loaded'
	@echo 'make verify   load what is new, and compare the tables with what PagerDuty counts'
	@echo 'make test     check format, lint and types, and run every test'
	@echo 'make test-examples  run the examples for Airflow and Kubernetes by the tools of these'
	@echo 'make test-lowest  run tests with the oldest dependencies that pyproject.toml allows'
	@echo 'make bench    measure speed and cost against others, into docs/benchmarks.md (half an hour)'
	@echo 'make targets  load the tap into other Singer targets, compare, into docs/targets.md (10 minutes)'
	@echo 'make docs     make a site of the documents, in site/; make test-docs looks at it in a browser'
	@echo 'make pictures make the pictures of the README (needs Chromium)'
	@echo 'make views    write the dbt models as plain views, into transform/views'
	@echo 'make lint     check format, lint, types, imports and workflows, without the tests'
	@echo 'make format   format the code, and mend what the linter can'
	@echo 'make dist     build wheel and sdist, into dist/'
	@echo 'make pins     renew requirements/*.txt'
	@echo 'make clean    remove what these have made: environments, state, and the data in output/'

run: target $(PLUGINS)-$(TARGET)
	@$(BIN)/python -m demo --target $(TARGET) --advance $(ADVANCE)

target:
	@case $(TARGET) in \
	target-postgres | target-jsonl) ;; \
	target-duckdb) $(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 14) and \
		"target-duckdb needs Python 3.13 or older: make PYTHON=python3.13 ...")' ;; \
	*) echo 'TARGET is target-postgres, target-duckdb or target-jsonl.'; exit 2 ;; \
	esac

psql: $(ENVIRONMENT)
	@$(BIN)/python -m demo --psql

report: target $(ENVIRONMENT)
	@$(BIN)/python -m demo --report --target $(TARGET)

verify: target $(PLUGINS)-$(TARGET)
	@$(BIN)/python -m demo --verify --target $(TARGET)

# Some tests wait more than they compute, so there is one more worker than the two cores that any
# machine has.
test: lint browser $(PLUGINS) $(EXAMPLE) $(DBT)
	$(BIN)/python -m pytest -n 3 --dist worksteal

# Tests that look at pages need a browser. Where it is missing they are skipped, or fail if CI is
# set. Only there does root install it unasked.
CHROMIUM = chromium chromium-driver fonts-dejavu-core

browser:
	@if command -v chromedriver >/dev/null; then :; \
	elif ! command -v apt-get >/dev/null; then \
		echo 'Tests that need a browser cannot run: install Chromium and chromedriver.'; \
	elif [ -z "$$CI" ] || [ "$$(id -u)" != 0 ]; then \
		echo 'Tests that need a browser cannot run. To install it, type as root:'; \
		echo '  apt-get install --no-install-recommends $(CHROMIUM)'; \
	else \
		echo 'Installing Chromium for the tests, once ...'; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install \
			--no-install-recommends $(CHROMIUM) >/dev/null \
			|| echo 'Chromium could not be installed.'; \
	fi

# Airflow is 160 distributions and 335 MB, and takes a minute to run the example.
test-examples: $(PLUGINS) $(SCHEDULERS)
	$(BIN)/python -m pytest tests/examples/test_airflow.py

# What only .venv has is left out: Meltano, databases, the tools of the documents.
test-lowest: $(LOWEST)
	.venv-lowest/bin/python -m pytest -n 2 $(addprefix tests/,$(addsuffix .py,\
		$(addprefix api/test_,concurrency pagination prefetch rate_limit responses windows) \
		$(addprefix command/test_,sdk settings) $(addprefix records/test_,timestamps writer) \
		$(addprefix streams/test_,catalog streams_automation streams_incidents streams_people \
		streams_services) $(addprefix sync/test_,change_feed children incident_changes lists windowed)))

bench: $(ENVIRONMENT)
	@$(BIN)/python -m benchmarks

# Each target has an environment under benchmarks/.envs, made once.
targets: $(PLUGINS)
	@$(BIN)/python -m benchmarks.targets
	TRY_ALL_TARGETS=1 $(BIN)/python -m pytest -n 2 tests/loading/test_interrupted_pipes.py

docs: $(SITE)
	@.venv-docs/bin/sphinx-build --fail-on-warning --fresh-env --write-all --quiet -d .venv-docs/doctrees docs site
	@echo 'The site is in site/; its first page is site/index.html.'

test-docs: docs browser
	$(BIN)/python -m pytest -n 2 tests/docs/test_site.py

lint: $(ENVIRONMENT)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy tap_pagerduty sandbox demo docs benchmarks examples
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/zizmor --offline --quiet .github examples/github-actions/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml \
		examples/github-actions/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms \
		$(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))

format: $(ENVIRONMENT)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(ENVIRONMENT): pyproject.toml requirements/uv.txt requirements/environment.txt requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make PYTHON=...")'
	@echo 'Setting up .venv, once ...'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(UV) pip install --quiet --python $(BIN)/python -r requirements/environment.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --build-constraints requirements/build.txt -e .
	@touch $@

$(LOWEST): $(ENVIRONMENT) requirements/lowest.txt
	@echo 'Setting up .venv-lowest, once ...'
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-lowest
	@$(UV) pip install --quiet --python .venv-lowest/bin/python -r requirements/lowest.txt
	@$(UV) pip install --quiet --python .venv-lowest/bin/python --no-deps \
		--build-constraints requirements/build.txt -e .
	@touch $@

dist: $(ENVIRONMENT)
	@$(UV) build --quiet --clear --build-constraints requirements/build.txt --require-hashes

$(SITE): $(ENVIRONMENT) requirements/docs.txt requirements/site/*.json
	@command -v npm > /dev/null || { echo 'npm is needed, for the script that draws the diagrams.'; exit 2; }
	@echo 'Setting up .venv-docs, once ...'
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-docs
	@$(UV) pip install --quiet --python .venv-docs/bin/python -r requirements/docs.txt
	@cp requirements/site/*.json .venv-docs
	@npm ci --silent --ignore-scripts --prefix .venv-docs
	@touch $@

# The DuckDB that target-duckdb works with is not there for Python 3.14.
$(PLUGINS): $(ENVIRONMENT) meltano.yml requirements/*.txt
	@echo 'Installing what Meltano runs, once ...'
	@$(BIN)/meltano --log-level=warning install tap-pagerduty target-postgres target-jsonl \
		$$($(BIN)/python -c 'import sys; print("target-duckdb" * (sys.version_info < (3, 14)))')
	@touch $@

# Made for `run` only, so that TARGET is the one that is meant.
$(PLUGINS)-target-postgres $(PLUGINS)-target-duckdb $(PLUGINS)-target-jsonl: \
		$(ENVIRONMENT) meltano.yml requirements/*.txt
	@echo 'Installing what Meltano runs, once ...'
	@$(BIN)/meltano --log-level=warning install tap-pagerduty $(TARGET)
	@touch $@

# The engine's needs and Meltano's do not agree.
$(EXAMPLE): $(ENVIRONMENT) requirements/example.txt
	@echo 'Installing the engine of the example, once ...'
	@$(PYTHON) -m venv --clear examples/.venv
	@$(UV) pip install --quiet --python examples/.venv/bin/python -r requirements/example.txt
	@touch $@

# dbt's needs and Meltano's do not agree.
$(DBT): $(ENVIRONMENT) requirements/dbt.txt
	@echo 'Setting up .venv-dbt, once ...'
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-dbt
	@$(UV) pip install --quiet --python .venv-dbt/bin/python -r requirements/dbt.txt
	@touch $@

# The README's pictures, of a first load: there must be no output/.
pictures: $(PLUGINS)-target-postgres
	$(BIN)/python -m docs.pictures

# The models of the dbt package as plain views, in transform/views.
views: $(DBT)
	$(BIN)/python -m docs.dbt_views

$(SCHEDULERS): $(ENVIRONMENT) requirements/schedulers.txt
	@echo 'Installing the schedulers of the examples, once ...'
	@$(PYTHON) -m venv --clear examples/.venv-schedulers
	@$(UV) pip install --quiet --python examples/.venv-schedulers/bin/python -r requirements/schedulers.txt
	@touch $@

COMPILE = $(UV) pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes \
	--no-header --no-emit-index-url --annotation-style line --no-python-downloads

pins: $(ENVIRONMENT)
	$(COMPILE) pyproject.toml --group dev requirements/environment.in -o requirements/environment.txt
	$(COMPILE) pyproject.toml -c requirements/environment.txt -o requirements/tap.txt
	$(COMPILE) pyproject.toml --group test --resolution lowest-direct -o requirements/lowest.txt
	$(COMPILE) requirements/uv.in -c requirements/environment.txt -o requirements/uv.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) requirements/workflows.in -o requirements/workflows.txt
	$(COMPILE) requirements/example.in -o requirements/example.txt
	$(COMPILE) requirements/dbt.in -o requirements/dbt.txt
	$(COMPILE) requirements/schedulers.in -o requirements/schedulers.txt
	$(COMPILE) requirements/docs.in -o requirements/docs.txt
	for name in postgres duckdb jsonl; do \
		$(COMPILE) requirements/target-$$name.in -o requirements/target-$$name.txt || exit; \
	done
	cd requirements/site && npm install --silent --ignore-scripts --package-lock-only \
		--omit-lockfile-registry-resolved --save-exact @mermaid-js/tiny@latest
	$(BIN)/python -m docs.dependencies

# The data of root's PostgreSQL does not lie in output/, see demo/server_directory.py.
clean:
	@$(PYTHON) -m demo.server_directory
	rm -rf .venv .venv-lowest .venv-docs .venv-dbt examples/.venv examples/.venv-schedulers site .meltano \
		benchmarks/.envs output build dist *.egg-info \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

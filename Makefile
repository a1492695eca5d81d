# bonescint: `make` sets up .venv and runs the study, `make test` sets up and tests. Needs python3 >= 3.11.
PYTHON ?= python3
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
SLURM := .venv-slurm
READY := $(VENV)/ready
# checks for faults that would otherwise end in a library's traceback before the workflow is read
SURROUNDINGS = PYTHONPATH=scripts $(1) -m bonescint.surroundings
export PATH := $(abspath $(BIN)):$(PATH)
# a run starts some sixty programs: without bytecode each of them would compile the package again
unexport PYTHONDONTWRITEBYTECODE

SECONDS ?= 60
SEED ?=

.PHONY: all run audit plan deliver progress test test-all test-slurm coverage fuzz check docs bundle lock clean-results

run: $(READY)  ## set up if needed, then bring everything up to date
	@$(call SURROUNDINGS,$(BIN)/python)
	$(BIN)/snakemake --cores all

progress: $(READY)  ## the same with progress bars
	@$(call SURROUNDINGS,$(BIN)/python)
	$(BIN)/snakemake --cores all --logger rich

audit: $(READY)  ## each step with its reason, nothing is run
	@$(call SURROUNDINGS,$(BIN)/python)
	$(BIN)/snakemake -n

plan: $(READY)  ## the same as sentences in the study's language
	@$(call SURROUNDINGS,$(BIN)/python)
	@$(BIN)/bonescint plan

deliver: $(READY)  ## what goes to the partner, behind its gates
	@$(call SURROUNDINGS,$(BIN)/python)
	$(BIN)/snakemake --cores all deliver

test: $(READY)  ## unit and workflow tests, three at a time (WORKERS=5 on a larger machine)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations=25 $(PYTEST)

coverage: $(READY)  ## which lines and branches of deid, identity and custody the unit tests run: a quarter of an hour
	$(BIN)/python -m coverage run -m pytest -q tests/unit tests/scripts
	$(BIN)/python -m coverage report

fuzz: $(READY)  ## mutated files with planted identifiers through both doors (SECONDS=3600, SEED=1 repeats a run)
	PYTHONPATH=scripts:. $(BIN)/python -m tests.fuzz $(SECONDS) $(SEED)

test-all: $(READY)  ## the slow ones too: a quarter of an hour more
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m ""

test-slurm: $(SLURM)/ready  ## the default study on a Slurm cluster of two nodes, byte for byte as here (Linux, root, slurm-wlm, munge)
	$(SLURM)/bin/python -m pytest -m "" tests/slurm

# beside .venv and not in it: the plugin's presence costs each start of Snakemake a second
$(SLURM)/ready: $(READY)
	$(BIN)/python -m venv --clear --without-pip $(SLURM)
	$(BIN)/python -c 'import site; print("import site; site.addsitedir(%r)" % site.getsitepackages()[0])' > $$(echo $(SLURM)/lib/python*/site-packages)/beside.pth
	$(BIN)/python -m pip --python $(SLURM)/bin/python install --quiet --disable-pip-version-check \
	  "$$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["slurm"])')"
	@touch $@

check: check-style check-types check-workflow  ## style, types, workflow lint: what CI asks besides the tests

.PHONY: check-style check-types check-workflow
check-style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules

check-types: $(READY)
	$(BIN)/mypy

check-workflow: $(READY)
	$(BIN)/snakemake --lint

docs: $(READY)  ## docs/*/tables.md from the declarations of the tables, configuration.md from the schema, reasons.md from the words; lines are broken
	$(BIN)/python tools/wrap_docs.py
	$(BIN)/python -m tools.generate_tables_doc
	$(BIN)/python -m tools.generate_configuration_doc
	$(BIN)/python -m tools.generate_reasons_doc

bundle: $(READY)  ## one file in dist/ that installs bonescint where there is no network
	$(BIN)/python tools/make_bundle.py

.PHONY: wheel
wheel: $(READY)  ## one file in dist/ that pip installs, without a checkout
	$(BIN)/python -m tools.make_wheel

.PHONY: audit-lock
audit-lock: $(READY)  ## requirements.lock against known vulnerabilities, on a machine with a network
	$(BIN)/python tools/audit_lock.py

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "bonescint needs Python 3.11 or newer / Python 3.11 以上が必要です: make PYTHON=python3.12"; exit 1; }
	@$(call SURROUNDINGS,$(PYTHON))
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

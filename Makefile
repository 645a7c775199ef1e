# Two commands matter: `make demo` and `make test`. Each sets itself up on a machine with Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test property engine-test mesh-test bench format lock docs clean
.DEFAULT_GOAL := demo

INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock'

.venv/.runtime: requirements.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	@touch $@

demo: .venv/.runtime  ## Render the sample mesh and explain what came out
	$(BIN)/python -m fedlib render --stack dev

test: .venv/.dev  ## Formatting, lint, types, direction of the stages, all Python tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -n 2

property: .venv/.dev  ## What a workspace writes changes nothing for others: 5,000 random meshes, and 500 with imports each way
	HYPOTHESIS_PROFILE=many $(BIN)/pytest -n 2 tests/property/test_neighbours.py tests/property/test_owners.py

engine-test: .venv/.dev  ## The real program on the real Pulumi engine and real API servers (builds tools once)
	tools/build
	FEDLIB_ENGINE_TESTS=required $(BIN)/pytest -m engine tests/engine

mesh-test: .venv/.dev  ## The real program on a real mesh: istiod, Envoy, requests (builds tools once)
	tools/build
	tools/build istio
	FEDLIB_MESH_TESTS=required tools/private-network $(BIN)/pytest -m mesh tests/mesh tests/reach $(MESH_ARGS)

bench: .venv/.dev  ## Ratios against a floor that is measured in the same run
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.hostile

lock: .venv/.dev  ## The versions and hashes of all that requirements*.in name and what that brings along
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) --no-deps tools/envoy/requirements.in --output-file tools/envoy/requirements.txt

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/.dev  ## Generated files: the catalogue of findings, the schema of the stack config, tables of tests
	$(BIN)/python -m fedlib schema > stacks/schema.json
	$(BIN)/python -m fedlib.diagnostics.document > docs/findings.md
	$(BIN)/python -m tests.gloo_samples > docs/gloo-samples.md
	$(BIN)/python -m tests.shapes.document

clean:
	rm -rf .venv .cache out

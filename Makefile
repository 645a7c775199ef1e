# Two commands matter: `make demo` and `make test`. Each sets itself up on a machine with Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test engine-test mesh-test bench format docs clean
.DEFAULT_GOAL := demo

.venv/.runtime: requirements.txt constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: .venv/.runtime  ## Render the sample mesh and explain what came out
	$(BIN)/python -m fedlib render --stack dev

test: .venv/.dev  ## Formatting, lint, types, direction of the stages, all Python tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -n 2

engine-test: .venv/.dev  ## The real program on the real Pulumi engine and real API servers (builds tools once)
	tools/build
	FEDLIB_ENGINE_TESTS=required $(BIN)/pytest -m engine tests/engine

mesh-test: .venv/.dev  ## The real program on a real mesh: istiod, Envoy, requests (builds tools once)
	tools/build
	tools/build istio
	FEDLIB_MESH_TESTS=required tools/private-network $(BIN)/pytest -m mesh tests/mesh $(MESH_ARGS)

bench: .venv/.dev  ## Ratios against a floor that is measured in the same run
	$(BIN)/python -m tests.bench

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

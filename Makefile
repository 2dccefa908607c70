# Darkroom's recipes. Each sets up what is missing by itself; `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PY := .venv/bin/python
PROMPT ?= a red sailboat on the sea at sunset
ARGS ?=
# Not from the environment, where other builds keep a folder of theirs under this name.
OUT := out
RUNS ?= 1000000
export PROMPT ARGS OUT

NATIVE_SOURCES := Cargo.toml Cargo.lock pyproject.toml native/Cargo.toml $(shell find native/src -type f)
PAGE_SOURCES := $(wildcard ui/*.*) $(shell find ui/src ui/public -type f)
WINDOW_SOURCES := Cargo.toml Cargo.lock $(shell find src-tauri -type f -not -path '*/gen/*')

.PHONY: help run test check bench types starter fuzz lock setup clean

help: ## list the recipes
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: setup ## open the window; without a display, make a picture from PROMPT through it, into OUT
	@$(PY) tools/run_window.py --out "$$OUT" --prompt "$$PROMPT" $(ARGS)

test: setup ## every check and every test
	@$(PY) tools/suites.py test

check: setup ## format, lint, types, generated files, import order
	@$(PY) tools/suites.py check

bench: setup ## measure against plain diffusers: a table and JSON
	@$(PY) -m benchmarks $(ARGS)

types: setup ## write the TypeScript types and the JSON Schema from messages.py
	@$(PY) tools/generate_types.py

starter: setup ## train the starter model anew (resumable; hours on a CPU)
	@$(PY) -m darkroom.starter train $(ARGS)
	@$(PY) -m darkroom.starter export
	@$(PY) -m darkroom.starter evaluate

fuzz: setup ## mutate safetensors headers and pictures' texts RUNS times each with cargo-fuzz
	@RUNS=$(RUNS) tools/fuzz.sh

lock: .setup/environment ## renew requirements.lock from pyproject.toml
	@.setup/uv/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet -o requirements.lock

clean: ## remove what was built; environments and the home stay
	rm -rf target ui/dist out .setup/native .setup/page .setup/window .pytest_cache .ruff_cache .mypy_cache python/darkroom/_native.*.so
	find python tests tools benchmarks -name __pycache__ -type d -exec rm -rf {} +

# ---- set-up: one stamp each, renewed when what it stands for changes or is gone ----------------------------------

setup: .setup/native .setup/typescript .setup/page .setup/window

# A stamp stays behind when what it stands for is deleted (cargo clean) or no longer runs (an environment whose Python
# the system has replaced). $(call held,STAMP,TEST) takes it away then.
held = $(shell $(2) >/dev/null 2>&1 || rm -f .setup/$(1))
$(call held,environment,$(PY) --version)
$(call held,native,ls python/darkroom/_native.*.so)
$(call held,typescript,ls tools/node_modules)
$(call held,page-packages,ls ui/node_modules)
$(call held,page,ls ui/dist/index.html)
$(call held,window,ls target/window/darkroom)

.setup/system: tools/system_packages.txt tools/install_system_packages.sh
	@mkdir -p .setup
	@tools/install_system_packages.sh
	@touch $@

.setup/environment: requirements.lock tools/uv.txt tools/make_environment.sh | .setup/system
	@tools/make_environment.sh
	@touch $@

.setup/native: .setup/environment $(NATIVE_SOURCES)
	@PATH="$(CURDIR)/.setup/uv/bin:$$PATH" VIRTUAL_ENV="$(CURDIR)/.venv" .venv/bin/maturin develop --release --uv --locked
	@$(PY) -m compileall -q python/darkroom
	@touch $@

.setup/typescript: tools/package-lock.json | .setup/system
	@npm ci --prefix tools --no-audit --no-fund --silent
	@touch $@

.setup/page-packages: ui/package-lock.json | .setup/system
	@npm ci --prefix ui --no-audit --no-fund --silent
	@touch $@

.setup/page: .setup/page-packages $(PAGE_SOURCES)
	@npm --prefix ui run --silent build
	@touch $@

# After the native part: two builds at once would only wait for each other.
.setup/window: .setup/native .setup/page $(WINDOW_SOURCES)
	@cargo build --package darkroom-shell --profile window --locked
	@touch $@

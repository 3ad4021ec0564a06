# The four commands: make run · make test · make check · make bench
.PHONY: run test check bench soak fuzz setup format clean
.DEFAULT_GOAL := help

PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: setup ## start the embedded trial: gateway on 127.0.0.1:8080, pages on 127.0.0.1:8081
	@exec .venv/bin/overgang demo

test: setup build/npm.stamp build/tests.stamp ## all tests
	$(PY) -m pytest -n logical --dist loadfile --no-loadscope-reorder

check: setup ## format, lint, types, import rules, coverage of contracts
	.venv/bin/ruff format --check src tests bench
	.venv/bin/ruff check src tests bench
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/overgang check

fuzz: setup ## try mutated inputs for SECONDS=60: guard, envelope, codec, JSON, certificates, headers
	PYTHONPATH=. $(PY) -m tests.fuzz --seconds $(or $(SECONDS),60)

soak: setup ## a long load, SECONDS=600 unless told otherwise: memory, descriptors, p99, and the audit at its end
	PYTHONPATH=. $(PY) -m bench.soak --seconds $(or $(SECONDS),600)

bench: setup ## measure beside the peers (a few minutes)
	$(PY) bench/run.py

format: setup ## lay out and mend what can be mended
	.venv/bin/ruff format src tests bench
	.venv/bin/ruff check --fix src tests bench

setup: build/setup.stamp

build/setup.stamp: pyproject.toml requirements.lock scripts/setup
	@scripts/setup
	@mkdir -p build && touch $@

build/npm.stamp: tests/interop/package-lock.json scripts/setup-npm
	@scripts/setup-npm
	@mkdir -p build && if [ -d tests/interop/node_modules ]; then touch $@; fi

build/tests.stamp: scripts/setup-tests
	@scripts/setup-tests
	@mkdir -p build && touch $@

clean: ## remove everything that was built
	rm -rf .venv build

# The front door: every target sets itself up in .venv. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run wheel test fuzz flink-test mutants lint format lock compare-anonymisers utility kill-table month audit-month bench microbench clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements-bench.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-bench.lock
	@touch $@

run: $(VENV)/.run ## simulate a seeded workplace log and run the whole job on it
	@$(BIN)/desirepath simulate --events 100000 --people 200 --seed 7 --out build/demo/logs
	@$(BIN)/python run_pipeline.py --input 'build/demo/logs/*.jsonl' --source native --registry build/demo/registry \
	  --participation build/demo/logs/participation.csv --window all --simulated \
	  --purpose "a first look at Desirepath"

wheel: $(VENV)/.run ## build the wheel that workers install, into build/dist
	@rm -rf build/lib build/dist
	@$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir build/dist . && ls build/dist/*.whl

test: $(VENV)/.dev ## run all the tests
	@$(BIN)/python -m pytest -n 2 --dist worksteal

fuzz: $(VENV)/.dev ## feed 100,000 changed inputs to whatever reads one (ARGS='--inputs 1000000 --seed 2')
	@$(BIN)/python -m tests.fuzz $(ARGS)

flink-test: $(VENV)/.run ## run the wheel on a Flink cluster and compare (ARGS='--kills --out docs': kill workers, too)
	@$(BIN)/python -m benchmarks.flink $(ARGS)

mutants: $(VENV)/.dev ## break the code in every known way and see the tests notice (about three quarters of an hour)
	@$(BIN)/python -m tests.mutants --write

lint: $(VENV)/.dev ## ruff and mypy, strict
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.dev ## format the code
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: $(VENV)/.run ## resolve the newest versions anew
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --upgrade --no-header pyproject.toml requirements-build.in -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --upgrade --no-header --extra dev pyproject.toml requirements-build.in -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --upgrade --no-header --extra dev --extra bench pyproject.toml requirements-build.in -o requirements-bench.lock
	@echo uv | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --upgrade --no-header - -o requirements-uv.lock

compare-anonymisers: $(VENV)/.run ## measure ours against other anonymisers (ARGS='--data DIR --out docs': on the real logs)
	@$(BIN)/python -m benchmarks.compare_anonymisers $(ARGS)

utility: $(VENV)/.run ## measure what k costs a next-action model (ARGS='--data DIR --out docs': on a real log, too)
	@$(BIN)/python -m benchmarks.utility $(ARGS)

kill-table: $(VENV)/.run ## kill, interrupt and hinder runs at many moments, into docs/kill-table.md (about half an hour)
	@$(BIN)/python -m benchmarks.kill_table --out docs $(ARGS)

month: $(VENV)/.run ## run a simulated month night by night and follow every event, into docs/month.md (a quarter of an hour)
	@$(BIN)/python -m benchmarks.month --out docs $(ARGS)

audit-month: $(VENV)/.dev ## audit what is public of a simulated month for small counts, into docs/audit.md (half an hour)
	@$(BIN)/python -m tests.auditor --out docs $(ARGS)

bench: $(VENV)/.bench ## time ours and five other engines in turn (over an hour; ARGS='--events 1000000 --rounds 3', '--out docs')
	@$(BIN)/python -m benchmarks.speed $(ARGS)

microbench: $(VENV)/.dev ## time the steps one by one, each at growing sizes
	@$(BIN)/python -m pytest benchmarks/micro -o addopts= -o python_files='bench_*.py' -o python_functions='bench_*' -o timeout=0 -p no:randomly -p no:xdist --benchmark-columns=median,iqr,rounds --benchmark-sort=fullname --benchmark-group-by=func $(ARGS)

clean: ## remove what the targets made
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache *.egg-info

# Everything happens in .venv; the first target that needs it makes it.
PYTHON ?= python3
V := .venv/bin
PACKAGE := src/securecall

.PHONY: run test lint bench build deep fuzz trace debug wheel report clean

$(V)/.made: pyproject.toml setup.py
	test -x $(V)/python || $(PYTHON) -m venv .venv
	$(V)/python -m pip install -q -e ".[dev]"
	touch $@

$(V)/.built: $(V)/.made $(wildcard $(PACKAGE)/*.pyx $(PACKAGE)/*.pxd $(PACKAGE)/*.h)
	$(V)/python setup.py -q build_ext --inplace
	touch $@

build: $(V)/.built                 # the compiled modules, in place

run: build                         # a month of call records, rated, with a page to look at
	$(V)/python examples/month.py

test: build
	$(V)/python -m pytest -n auto

lint: build
	$(V)/ruff check . && $(V)/ruff format --check .
	$(V)/mypy && $(V)/cython-lint src && $(V)/python -m mypy.stubtest --allowlist tests/stubtest.txt securecall._rating securecall._curve securecall._fees

bench: build                       # ratios against named peers, in one run
	$(V)/python -m benchmarks

deep: build                        # Hypothesis, longer and elsewhere
	HYPOTHESIS_PROFILE=deep $(V)/python -m pytest -n auto tests/rating tests/regulation

fuzz: build                        # coverage-guided, a minute a door
	$(V)/python -m pip install -q -e ".[fuzz]" && $(V)/python tests/fuzz/run.py --seconds 60

debug trace: $(V)/.made            # checks every index / lets coverage see inside; back with `make build`
	SECURECALL_BUILD=$@ $(V)/python setup.py -q build_ext --inplace --force
	rm -f $(V)/.built

wheel: $(V)/.made                  # sdist and wheel in dist/
	$(V)/python -m build -q

clean:
	rm -rf build dist out .venv $(PACKAGE)/*.so $(PACKAGE)/*.c src/*.egg-info

# Everything happens in .venv; the first target that needs it makes it.
PYTHON ?= python3
V := .venv/bin
PACKAGE := src/securecall
PEERS := libspandsp2 multimon-ng kamailio rtpengine-daemon baresip-core sip-tester
ENGINES := securecall._rating securecall._curve securecall._fees securecall._dsp securecall._cues

.PHONY: run test java postgres lint audit bench engines build conform peers test-peers cutoff deep fuzz sanitize servers torture trace debug wheel sdists site pictures clean

$(V)/.made: pyproject.toml setup.py
	test -x $(V)/python || $(PYTHON) -m venv .venv
	$(V)/python -m pip install -q -e ".[dev]"
	touch $@

$(V)/.built: $(V)/.made $(wildcard $(PACKAGE)/*.pyx $(PACKAGE)/*.pxd $(PACKAGE)/*.h)
	$(V)/python setup.py -q build_ext --inplace $(if $(wildcard $(V)/.other),--force)
	rm -f $(V)/.other && touch $@

build: $(V)/.built                 # the compiled modules, in place

run: build                         # a month of call records, rated, with a page to look at
	$(V)/python examples/month.py

test: build java postgres
	$(V)/python -m pytest -n auto --dist loadgroup

java:                              # what Spark runs on, which the adapters for engines are tested with
	java -version 2>&1 | grep -Eq 'version "(1[7-9]|2[0-9])' || { if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; \
	then apt-get update -q && apt-get install -qy --no-install-recommends openjdk-17-jre-headless; \
	else echo "As root: apt-get install openjdk-17-jre-headless"; exit 1; fi; }

postgres: $(V)/.made               # the server that ledgers of several machines are tested on
	$(V)/python -m tests.ledger.postgres_server >/dev/null || { if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; \
	then apt-get update -q && apt-get install -qy --no-install-recommends postgresql; \
	else echo "As root: apt-get install postgresql"; exit 1; fi; }

lint: build                        # ruff, mypy, cython-lint, stubs against the compiled modules
	$(V)/ruff check . && $(V)/ruff format --check . && $(V)/mypy
	PATH="$(V):$$PATH" $(V)/cython-lint src
	$(V)/python -m mypy.stubtest --allowlist tests/stubtest.txt $(ENGINES)

audit: $(V)/.made                  # known vulnerabilities of what users install; `--strict` for a release
	$(V)/python tools/audit.py $(STRICT)

bench: build                       # ratios against named peers, in one run
	$(V)/python -m benchmarks
	$(V)/python -m benchmarks.comparison
	$(V)/python -m benchmarks.capacity --page docs/scale.md
	mkdir -p out && $(V)/securecall bench --hours 0.5 --report out/bench.html

engines: build java                # 20 million records through each engine, workers killed; keeps a dated page
	$(V)/python -m benchmarks.engines

conform: build                     # receivers at the limits of the standards; keeps a dated page
	$(V)/securecall conform --standard all --trials 20 --picture docs/acceptance.png \
	  --report benchmarks/results/conformance-$$(date -u +%F).md \
	  --note "commit $$(git describe --always --dirty)"

peers: $(V)/.made                  # receivers to compare with, and switches to call through
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; \
	then apt-get update -q && apt-get install -qy --no-install-recommends $(PEERS); \
	else echo "As root: apt-get install $(PEERS)"; fi
	$(V)/python -m pip install -q webrtcvad-wheels baresip-python==0.5.2a3

test-peers: build                  # calls through real programs, on loopback
	$(V)/python -m tests.peers.programs || $(MAKE) peers
	$(V)/python -m pytest -q tests/peers

cutoff: build                      # a hundred calls that money ends, on the wire; keeps a dated page
	$(V)/python -m tests.peers.hundred $(AHEAD) --report benchmarks/results/cutoff-$$(date -u +%F).md \
	  --note "Commit $$(git describe --always --dirty)."

deep: build                        # Hypothesis, longer and elsewhere
	HYPOTHESIS_PROFILE=deep $(V)/python -m pytest -n auto tests/rating tests/regulation tests/ledger tests/calls

fuzz: build                        # coverage-guided, a minute a door
	$(V)/python -m pip install -q -e ".[fuzz]" && $(V)/python tests/fuzz/run.py --seconds 60

torture: build                     # faults on ledgers as often as a release must show; 5 to 15 minutes
	$(V)/securecall ledger torture --full --report benchmarks/results/torture-$$(date -u +%F).md \
	  --note "commit $$(git describe --always --dirty)"

servers: build                     # several servers on PostgreSQL: calls, cuts, kills; some minutes a part
	for part in lead late cuts kills faulty apart; do $(V)/python -m benchmarks.servers $$part || exit 1; done

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
sanitize: $(V)/.made               # the engines, watched for bad memory and undefined arithmetic; back with `make build`
	SECURECALL_BUILD=debug CFLAGS="$(SANITIZE)" LDFLAGS="$(SANITIZE)" $(V)/python setup.py -q build_ext --inplace --force
	rm -f $(V)/.built && touch $(V)/.other
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0 \
	  PYTHONMALLOC=malloc $(V)/python -m pytest -q tests/test__*.py tests/fraud tests/fuzz

debug trace: $(V)/.made            # checks every index / lets coverage see inside; back with `make build`
	SECURECALL_BUILD=$@ $(V)/python setup.py -q build_ext --inplace --force
	rm -f $(V)/.built && touch $(V)/.other

wheel: $(V)/.made                  # sdist and wheel in dist/
	$(V)/python -m build -q

sdists: $(V)/.made                 # the sdist on every Python that is to be had; DEBIAN=forky: also those of that suite, as root
	$(V)/python tools/sdists.py $(if $(DEBIAN),--debian $(DEBIAN)) --report benchmarks/results/sdists-$$(date -u +%F).md

pictures: build                    # the pictures of docs/, each by its script; five minutes, most of it conform
	$(V)/python tools/pictures.py

site: build                        # these pages as a site in out/site; a page or a link that is lost fails it
	NO_MKDOCS_2_WARNING=1 $(V)/python -m mkdocs build --strict

clean:
	rm -rf build dist out .venv $(PACKAGE)/*.so $(PACKAGE)/*.c src/*.egg-info

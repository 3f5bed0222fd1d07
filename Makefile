# make demo   the main job on generated traffic, without any service
# make test   all tests, real services included
# make compiled  the same with the way of a message compiled: in build/compiled
# make bench  a short drain, latency and single steps; writes docs/benchmarks.rst (before it: make
#             compiled, and benchmarks/telegraf/build.sh, for the arms that need them)
# make campaign MINUTES=10 SEED=7  faults over real services, and an oracle: build/campaign
# make profile  where the microseconds of an event go
# make dist   a wheel and a source archive; make deb: a Debian package; make sbom: what is in a
#             deployment (CycloneDX); all in dist
# make lock   the versions and hashes of a deployment anew: requirements; make audit: are any of them
#             known to be vulnerable
# make fuzz   MINUTES=5: a fuzzer on each target for so long; needs CPython 3.11 to 3.13 on x86-64
# make soak   EVENTS=2000000: memory, files and threads while they go through; writes docs/soak.rst
# make docs   the manual as pages: build/docs/index.html; make man  its manual pages: build/man
# make generated  the pages and examples that are written by code: after an option, a command or a
#             schema changed
# make check  the quick part: format, lint, types, layers, unit tests
PYTHON ?= python3
BIN := .venv/bin
SPHINX := $(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --nitpicky -d build/doctrees
# Debian 12's pip would take an older way to install that does not find the schemas.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517

LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --constraint constraints.txt --custom-compile-command 'make lock'
SOURCES := mqworker schemas docs examples systemd debian requirements Makefile setup.py setup.cfg \
    pyproject.toml ruff.toml LICENSE MANIFEST.in constraints.txt $(wildcard *.rst)

.PHONY: demo check lint unit test test-long compiled test-compiled services bench campaign profile docs
.PHONY: man generated fuzz soak dist deb lock audit sbom clean

demo: .venv/for-use
	$(BIN)/mqworker demo

check: .venv/for-tests
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint unit

lint: .venv/for-tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venv/for-tests
	$(BIN)/pytest -n 2 tests/unit

test: check services
	$(MAKE) --no-print-directory test-compiled
	$(BIN)/pytest -n 2 --dist loadfile --ignore=tests/unit -m "not long" --session-timeout=3600

test-long: .venv/for-tests services
	tests/services/install-packages long
	$(BIN)/pytest -m long --timeout=3600

# A copy, so that no checkout holds extensions that are older than its sources.
compiled: .venv/for-tests
	rm -rf build/compiled
	mkdir -p build/compiled
	cp -r $(SOURCES) tests benchmarks build/compiled
	cd build/compiled && MQWORKER_COMPILE=1 ../../$(BIN)/python setup.py --quiet build_ext --inplace

test-compiled: compiled
	cd build/compiled && PYTHONPATH=. MQWORKER_TEST_COMPILED=1 \
	    ../../$(BIN)/python -m pytest -q -n 2 -p no:cacheprovider tests/unit tests/contract/test_compiled.py

# Equal bytes from equal sources: times in archives are those of the last commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --pretty=%ct 2>/dev/null || echo 1700000000)

build/tools/done: $(addprefix requirements/,build.txt sbom.txt upkeep.txt)
	rm -rf build/tools
	$(PYTHON) -m venv build/tools
	build/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	    --only-binary :all: $(addprefix --requirement ,$^)
	touch $@

dist: build/tools/done
	umask 022 && build/tools/bin/python -m build --no-isolation --outdir dist .

# A copy, as building writes into it. Debian's own python3, compiled with all optimizations, runs it.
deb:
	rm -rf build/deb
	mkdir -p build/deb/mqworker/build dist
	cp -r $(SOURCES) build/deb/mqworker
	[ ! -d build/man ] || cp -r build/man build/deb/mqworker/build
	cd build/deb/mqworker && unset SOURCE_DATE_EPOCH && \
	    dpkg-buildpackage --build=binary --no-sign --no-pre-clean
	cp build/deb/*.deb dist/

lock: build/tools/done
	build/tools/bin/uv $(LOCK) setup.cfg --extra all --output-file requirements/deployment.txt
	for each in build sbom upkeep; do build/tools/bin/uv $(LOCK) requirements/$$each.in \
	    --output-file requirements/$$each.txt || exit; done

# What could not be looked up counts as a finding (--strict): it would be passed over otherwise.
audit: build/tools/done
	for each in requirements/*.txt; do \
	    build/tools/bin/pip-audit --strict --disable-pip --require-hashes --requirement $$each || exit; done

sbom: build/tools/done
	rm -rf build/deployment
	mkdir -p dist
	$(PYTHON) -m venv --without-pip build/deployment
	build/tools/bin/python -m pip --python build/deployment/bin/python install --quiet \
	    --require-hashes --only-binary :all: --requirement requirements/deployment.txt
	build/tools/bin/python -m pip --python build/deployment/bin/python install --quiet \
	    --no-deps --no-build-isolation .
	build/tools/bin/cyclonedx-py environment --output-reproducible --output-format JSON \
	    --output-file dist/mqworker.cdx.json build/deployment/bin/python

bench: .venv/for-tests
	$(BIN)/python -m benchmarks.bench

# The same seed is the same plan; without SEED it is a new one.
campaign: MINUTES ?= 3
campaign: SEED ?=
campaign: .venv/for-tests services
	$(BIN)/python -m tests.campaign --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

profile: .venv/for-tests
	$(BIN)/python -m benchmarks.steps --compare

fuzz: MINUTES ?= 5
FUZZED ?= message record line request headers

fuzz: .venv/for-tests
	$(PIP_INSTALL) --constraint constraints.txt --editable '.[fuzz]'
	for target in $(FUZZED); do \
	    $(BIN)/python -m tests.fuzz $$target --minutes $(MINUTES) --corpus build/fuzz/$$target \
	        || exit; \
	done

EVENTS ?= 2000000

soak: .venv/for-tests
	mkdir -p build
	$(BIN)/python -m benchmarks.soak --events $(EVENTS) --json build/soak-1.json
	$(BIN)/python -m benchmarks.soak --events $(EVENTS) --json build/soak-2.json --processes 2
	$(BIN)/python -m benchmarks.soak_page build/soak-1.json build/soak-2.json

docs: .venv/for-tests
	$(SPHINX) -b html docs build/docs

man: .venv/for-tests
	$(SPHINX) -b man docs build/man

generated: .venv/for-tests
	$(BIN)/python -m mqworker.cli.manual > docs/commands.rst
	$(BIN)/python -m mqworker.config.manual > docs/configuration.rst
	$(BIN)/python -m mqworker.config.schemadocs > docs/schemas.rst
	$(BIN)/python -m mqworker.config.metricsdocs > docs/metrics.rst
	$(BIN)/python -m mqworker.config.example > examples/mqworker.toml

services:
	tests/services/install-packages
	tests/services/install-shippers

.venv/for-use: setup.cfg setup.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP_INSTALL) --editable .
	touch $@

.venv/for-tests: setup.cfg setup.py constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP_INSTALL) --constraint constraints.txt --editable '.[docs,test]'
	touch .venv/for-use $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf .coverage .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

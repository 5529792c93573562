# Two commands: `make run` and `make test`. `make help` lists the others.
.DEFAULT_GOAL := help
PYTHON ?= python3
PY := .venv/bin/python
export HOST PORT

.PHONY: help
help: ## What can be made
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## */	/' | expand -t 14

.PHONY: run
run: environment ## The site with all its content at http://127.0.0.1:8000 (PORT=, HOST=)
	@scripts/run

.PHONY: test
test: environment-dev ## The whole suite on SQLite and PostgreSQL, and a smoke test in a browser
	@scripts/test

.PHONY: test-all
test-all: environment-dev ## As make test, without what it spares: all of it on PostgreSQL too, every method of the table of access
	@scripts/test --all

.PHONY: e2e
e2e: environment-dev ## Browser tests, on PostgreSQL
	@scripts/with-postgres $(PY) -m pytest tests/e2e -n 3 --dist worksteal --reruns 1 -rR --durations=12

.PHONY: e2e-all
e2e-all: environment-dev ## All browser tests, also those that repeat others at further sizes and for further roles
	@scripts/with-postgres $(PY) -m pytest tests/e2e -n 3 --reruns 1 -rR --all

.PHONY: measure
measure: environment-dev ## The smallest target and gap of each page, as CSV in the folder MEASURED=
	@MEASURED=$(or $(MEASURED),.) $(PY) -m pytest tests/e2e/test_pages.py -k targets

.PHONY: validate
validate: environment-dev tools/node_modules ## The Nu HTML checker over every kind of page (needs npm and Java 17)
	@scripts/with-site $(PY) tools/validate.py

.PHONY: lighthouse
lighthouse: environment-dev tools/node_modules ## Lighthouse on the main pages, median of 5 (needs npm and Chromium)
	@scripts/with-site $(PY) tools/lighthouse.py

.PHONY: schema
schema: environment-dev tools/schema/.venv ## The running API against its own schema, and a client generated from it: minutes (docs/api.md)
	@scripts/with-site tools/schema/check

tools/schema/.venv: tools/schema/requirements.txt
	@.venv/bin/uv venv --quiet --clear $@
	@.venv/bin/uv pip install --quiet --python $@/bin/python --require-hashes -r $<
	@touch $@

tools/node_modules: tools/package-lock.json
	@npm ci --prefix tools --ignore-scripts --no-audit --no-fund

.PHONY: faults
faults: environment-dev ## Kill imports, undo every pair of registry files, break the deployed site in 33 ways, one machine of several, an upgrade (root; REPEATS=20): hours (docs/reliability.md)
	@env -u DATABASE_URL $(PY) -m tests.faults.kill
	@FSYNC=on scripts/with-postgres $(PY) -m tests.faults.kill
	@env -u DATABASE_URL $(PY) -m pytest -q -n 2 tests/faults --faults
	@scripts/with-postgres $(PY) -m pytest -q tests/admin/test_two_editors.py --faults
	@env -u DATABASE_URL $(PY) -m tests.faults.site --repeats $(or $(REPEATS),20)
	@env -u DATABASE_URL $(PY) -m tests.faults.machines
	@env -u DATABASE_URL $(PY) -m tests.faults.upgrade

.PHONY: soak
soak: environment-dev ## Three times the site's capacity for five minutes, then half an hour of readers and an import a minute (root; docs/reliability.md)
	@env -u DATABASE_URL $(PY) -m tests.soak.overload
	@env -u DATABASE_URL $(PY) -m tests.soak.soak --minutes $(or $(MINUTES),30)

.PHONY: fuzz
fuzz: environment-dev ## Hostile requests against the deployed site on each database (REQUESTS=200000): hours (docs/reliability.md)
	@SECOND_STEP_REQUIRED=false PROOF_MINUTES=0 scripts/with-site $(PY) -m tests.fuzz --requests $(or $(REQUESTS),200000)
	@SECOND_STEP_REQUIRED=false PROOF_MINUTES=0 scripts/with-postgres sh -c \
	  'SITE_DATABASE_URL=$$DATABASE_URL scripts/with-site $(PY) -m tests.fuzz --requests $(or $(REQUESTS),200000)'

.PHONY: xss
xss: environment-dev ## 337 hostile texts in every field, column, parameter and form, read in Chromium: an hour (docs/reliability.md)
	@env -u DATABASE_URL $(PY) -m pytest tests/xss -v

.PHONY: scan
scan: environment-dev ## wapiti and sqlmap, in environments of their own, against the deployed site on PostgreSQL (MINUTES=15 each)
	@scripts/scan

.PHONY: lint
lint: environment-dev ## Static checks: style, types, templates, migrations, settings
	@scripts/lint

.PHONY: audit
audit: environment-dev ## Risky calls without a reason, ruff's S rules, known holes in what is pinned
	@.venv/bin/ruff check --select S alliance drugs scripts
	@$(PY) scripts/audit.py

.PHONY: sbom
sbom: environment-dev ## What is installed to run the site, as CycloneDX: sbom.json
	@$(PY) -m cyclonedx_py requirements requirements.txt --output-reproducible --of JSON -o sbom.json && echo sbom.json

.PHONY: bench
bench: environment-dev bench/wagtail/.venv ## Benchmarks: ratios from one run
	@for file in bench/*.py; do echo "== $$file"; $(PY) "$$file" || exit 1; done

bench/wagtail/.venv: bench/wagtail/requirements.txt
	@.venv/bin/uv venv --quiet --clear $@
	@.venv/bin/uv pip install --quiet --python $@/bin/python --require-hashes -r $<
	@touch $@

.PHONY: seal
seal: environment-dev ## Finish fixtures written by hand: uid, position, digest (FILES=fixtures/x.yaml)
	@folder=$$(mktemp -d) && export DATABASE_URL=sqlite:///$$folder/db.sqlite3 && \
	$(PY) manage.py migrate -v 0 && $(PY) manage.py seal_content $(FILES); rm -rf "$$folder"

.PHONY: lock
lock: environment-dev ## Compile the pinned requirements from requirements.in and requirements-dev.in
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes tools/schema/requirements.in -o tools/schema/requirements.txt
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes bench/wagtail/requirements.in -o bench/wagtail/requirements.txt

.PHONY: environment environment-dev
environment:
	@$(PYTHON) scripts/environment.py requirements.txt
environment-dev:
	@$(PYTHON) scripts/environment.py requirements-dev.txt

# The two commands: make run, make test. `make help` lists the others.
.DEFAULT_GOAL := help
PY := .venv/bin/python
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help
help: ## What can be made
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

.PHONY: seal
seal: .venv/ready ## Finish fixtures written by hand: uid, position, digest
	@rm -f /tmp/therapies-seal.sqlite3 && export DATABASE_URL=sqlite:////tmp/therapies-seal.sqlite3 && \
	$(PY) manage.py migrate -v 0 && $(PY) manage.py seal_content $(FILES); rm -f /tmp/therapies-seal.sqlite3

.PHONY: lock
lock: ## Compile requirements.txt and requirements-dev.txt with hashes
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt

# Two commands do everything on a fresh machine with Python 3.11 or newer:
#   make demo    the whole platform on this machine, no root, no network after the installation
#   make test    every check there is
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

VIDEO ?=
SITE ?=
HOTLIST ?=
DEMO_ARGS ?=

.PHONY: help demo test install install-dev system-packages check lint types imports format lock clean
help:  ## show this text
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "rubezh needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

# Every wheel is pinned by hash; --no-deps because the lock is complete (see CONTRIBUTING.md, "One OpenCV").
$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --require-hashes --no-deps --only-binary :all: -r requirements.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PIP_INSTALL) --require-hashes --no-deps --only-binary :all: -r requirements-dev.txt
	@touch $@

install: $(VENV)/.installed  ## set up .venv for running
install-dev: $(VENV)/.installed-dev  ## set up .venv for developing

demo: $(VENV)/.installed  ## run the platform here: make demo [VIDEO=… SITE=… HOTLIST=PLATE] [DEMO_ARGS="--once --report r.json"]
	@$(BIN)/python -m deploy.demo $(if $(VIDEO),--video "$(VIDEO)") $(if $(SITE),--site "$(SITE)") $(if $(HOTLIST),--hotlist "$(HOTLIST)") $(DEMO_ARGS)

test: $(VENV)/.installed-dev system-packages check  ## every check and test
	$(BIN)/python -m pytest

system-packages:  ## Debian packages that some tests need (installed when root, else named)
	@$(BIN)/python deploy/system_packages.py

check: lint types imports  ## linters, types, import contracts

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

imports: $(VENV)/.installed-dev
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev  ## format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-annotate --quiet --override deploy/lock/overrides.txt

lock: $(VENV)/.installed-dev  ## pin every dependency anew, with hashes and without addresses
	$(PIP_INSTALL) uv
	$(LOCK) --extra edge --extra api --extra demo --output-file requirements.txt
	$(LOCK) --extra edge --extra api --extra demo --extra dev --constraint requirements.txt --output-file requirements-dev.txt

clean:  ## remove what was built here (not your data in var/)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

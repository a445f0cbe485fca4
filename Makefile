# Two commands do all the set-up: `make serve` and `make test`.
.PHONY: serve test check browser screenshots clean

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
INDEX ?= data/sample-index
HOST ?= 127.0.0.1
PORT ?= 8000
INSTALLED := $(VENV)/.installed

serve: $(INDEX)/CURRENT
	$(BIN)/dafu serve --index $(INDEX) --host $(HOST) --port $(PORT)

test: $(INSTALLED) browser check

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q

# The pages are tested in a real browser. Where it cannot be installed, those tests are skipped and say so.
browser:
	@command -v chromium >/dev/null || ( \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -q && $$SUDO apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk \
	) || echo "no Chromium: the browser tests will be skipped"

# A picture of every page, to be looked at.
screenshots: browser $(INDEX)/CURRENT
	$(BIN)/python -m tests.screenshots $(INDEX) data/screenshots

# torch goes first: asked for by another package, pip would take the largest build there is.
$(INSTALLED): pyproject.toml constraints.txt
	test -d $(VENV) || $$(command -v $(PYTHON) || command -v python3) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt torch
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	touch $@

$(INDEX)/CURRENT: | $(INSTALLED)
	$(BIN)/dafu index corpus/sample/letters --into $(INDEX)

clean:
	rm -rf $(VENV) data build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

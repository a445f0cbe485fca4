# Two commands do all the set-up: `make serve` and `make test`. `make wheelhouse` packs it all for a server without internet.
.PHONY: serve test check programs audit faults soak fuzz screenshots wheelhouse sbom trial wheels clean

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
INDEX ?= data/sample-index
HOST ?= 127.0.0.1
PORT ?= 8000
INSTALLED := $(VENV)/.installed

serve: $(INDEX)/CURRENT
	$(BIN)/dafu serve --index $(INDEX) --host $(HOST) --port $(PORT)

test: $(INSTALLED) programs audit check

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n 2 --dist loadfile  # two at a time: each file is one worker's

# The pages are tested in a real browser, ops/nginx.conf in a real nginx. Where they cannot be installed, those tests are
# skipped and say so.
programs:
	@command -v chromium >/dev/null && PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || ( \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -q && $$SUDO apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk nginx \
	) || echo "no Chromium or no nginx: the tests with them will be skipped"

# Known vulnerabilities of the pinned set. Where the service that knows them cannot be reached, it says so and passes.
audit: $(INSTALLED)
	$(BIN)/python tools/vulnerabilities.py

# Every fault: kills, a full disk, damage in every file, every call of every command failing once; what was lost is printed.
# It takes hours; DAFU_FAULTS_CALLS=20 takes twenty calls of each command.
faults: $(INSTALLED)
	DAFU_FAULTS=all $(BIN)/pytest -q tests/faults

# Mixed readers and an update every half minute for MINUTES; memory, open files and failed requests are printed.
MINUTES ?= 20
soak: $(INSTALLED)
	$(BIN)/python -m tests.faults.soak --minutes $(MINUTES) --out data/soak.json

# New inputs for readers, parser, query language and splitter, for MINUTES: see tests/fuzz/README.md.
fuzz: $(INSTALLED)
	DAFU_FUZZ_EXAMPLES=200 $(BIN)/python -m tests.fuzz $(MINUTES)

# A picture of every page, to be looked at.
screenshots: programs $(INDEX)/CURRENT
	$(BIN)/python -m tests.screenshots $(INDEX) data/screenshots

# torch goes first: asked for by another package, pip would take the largest build there is.
$(INSTALLED): pyproject.toml constraints.txt
	test -d $(VENV) || $$(command -v $(PYTHON) || command -v python3) -m venv $(VENV)
	$(BIN)/pip install -q -c constraints.txt torch
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	touch $@

$(INDEX)/CURRENT: | $(INSTALLED)
	$(BIN)/dafu index corpus/sample/letters --into $(INDEX)

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
RELEASE := data/dafu-$(VERSION)
ARCHIVE = data/dafu-$(VERSION)-cp311-linux_$(shell uname -m).tar
TRIAL := data/trial
SUMS := cd $(RELEASE) && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS
# A name of our own for the network that is not there; where the kernel refuses one, pip's --no-index has to do.
ALONE = $(shell unshare --map-root-user --net true 2>/dev/null && echo unshare --map-root-user --net)

# Everything that a server without internet needs, as one file that has been installed from before it is packed.
wheelhouse: sbom
	cp data/sbom.json $(RELEASE)/
	$(SUMS)
	tar --owner=0 --group=0 -cf $(ARCHIVE) -C data dafu-$(VERSION)
	@du -h $(ARCHIVE)

# What the run-time set consists of, with versions and licences (CycloneDX), read off the trial installation.
sbom: trial
	$(BIN)/cyclonedx-py environment $(TRIAL) --pyproject pyproject.toml --gather-license-texts \
	  --output-reproducible -o data/sbom.json
	rm -rf $(TRIAL)

# A fresh environment from the wheels alone: no network, no settings of this machine.
trial: wheels
	rm -rf $(TRIAL)
	$(if $(ALONE),,@echo "no network namespace here: only --no-index keeps pip from the network")
	env -i PATH="$$PATH" HOME=/nonexistent LANG=C.UTF-8 PYTHON="$$(readlink -f $(BIN)/python)" \
	  $(ALONE) $(RELEASE)/ops/install.sh $(TRIAL)

# build/ goes first: setuptools would pack what an older tree left there.
wheels: $(INSTALLED)
	rm -rf $(RELEASE) build
	mkdir -p $(RELEASE)
	$(BIN)/pip wheel -q -w $(RELEASE)/wheels -c constraints.txt torch .
	@! ls $(RELEASE)/wheels/nvidia_* >/dev/null 2>&1 || echo "torch is the build for GPUs: let pip find the one for CPUs"
	cp -r ops docs README.md CHANGELOG.md SECURITY.md LICENSE NOTICE constraints.txt $(RELEASE)/
	mv $(RELEASE)/ops/安装说明.txt $(RELEASE)/
	$(SUMS)

clean:
	rm -rf $(VENV) data build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

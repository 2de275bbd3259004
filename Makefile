# `make up` and `make test` need Python 3.11 or newer and nothing else; Node is never needed.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN = .venv/bin
RUN = .venv/.runtime
DEV = .venv/.development
SPARK = .venv/.spark
.DEFAULT_GOAL := up
.PHONY: up demo-movement test css lint lock drill bench bench-cases bench-exhibition bench-books bench-evaluation bench-rollup messages spark

up: $(RUN)
	@exec $(BIN)/lawang up

# The demonstration regency on port 8000 and a movement beside it on 8001: two processes, two databases. Ctrl-C ends both.
demo-movement: $(RUN)
	@trap 'kill 0' INT TERM; \
	LAWANG_DATA=data/gerakan LAWANG_PORT=8001 LAWANG_DEMO=movement $(BIN)/lawang up & \
	$(BIN)/lawang up; wait

test: $(DEV)
	$(BIN)/python -m pytest $(ARGS)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

css: $(DEV)
	$(BIN)/lawang css

# Needs gettext (Debian: apt install gettext). django.mo is committed, so running Lawang does not.
messages: $(DEV)
	cd lawang && ../$(BIN)/lawang makemessages --locale en --no-wrap --no-location --no-obsolete --ignore '*/tests/*'
	sed -i '/^"\(POT-Creation-Date\|Report-Msgid-Bugs-To\)/d' lawang/locale/en/LC_MESSAGES/django.po
	cd lawang && ../$(BIN)/lawang compilemessages

# Some 40 minutes on two processors. LAWANG_ROUNDS, LAWANG_SUBMISSIONS and LAWANG_ACTIONS make it shorter; ARGS=--break
# must fail, ARGS=figures or ARGS=cases does one half.
drill: $(DEV)
	$(BIN)/python -m bench.drill $(ARGS)

bench: $(DEV)
	$(BIN)/python -m bench.plan $(ARGS)

bench-exhibition: $(DEV)
	$(BIN)/python -m bench.exhibition $(ARGS)

bench-cases: $(DEV)
	$(BIN)/python -m bench.cases $(ARGS)

bench-evaluation: $(DEV)
	$(BIN)/python -m bench.evaluation $(ARGS)

bench-books: $(DEV)
	$(BIN)/python -m bench.books $(ARGS)

bench-rollup: $(DEV)
	$(BIN)/python -W ignore -m bench.rollup $(ARGS)

# 435 MB, and Java 17 or newer beside it: only for the test that compares Spark with DuckDB, and for a cluster's driver.
spark: $(SPARK)

# Needs uv on the PATH. Hashes only: the lock names no registry. Each file keeps to the pins of those before it.
lock:
	for name in requirements requirements-movement requirements-dev requirements-spark; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--no-emit-index-url $$name.in -o $$name.txt || exit 1; done

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Lawang needs Python 3.11 or newer (Debian: apt install python3 python3-venv)."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python cannot make a virtual environment (Debian: apt install python3-venv)."; exit 1; }

# The code runs where it lies: a .pth file puts this folder on the path, and bin/lawang calls it.
$(RUN): requirements.txt | .venv/bin/python
	@$(call install,requirements.txt)
	@touch $@

$(DEV): requirements-dev.txt requirements.txt | .venv/bin/python
	@$(call install,requirements-dev.txt)
	@touch $@ $(RUN)

# pyspark has no wheel: pip makes one of its source, whose hash is locked, with the setuptools of the same lock.
$(SPARK): requirements-spark.txt | $(DEV)
	@awk '/^[a-z]/ {on = /^setuptools==/} on' requirements-spark.txt > .venv/setuptools.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: -r .venv/setuptools.txt
	@echo "Installing requirements-spark.txt"; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: --no-binary pyspark --no-build-isolation -r requirements-spark.txt
	@touch $@

define install
echo "Installing $(1)"; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
	-r $(1) || { echo "Could not install $(1): see the lines above. pip needs a network or a mirror (pip.conf)."; exit 1; }; \
$(BIN)/python -c 'import pathlib, sysconfig; \
pathlib.Path(sysconfig.get_path("purelib"), "lawang.pth").write_text(str(pathlib.Path.cwd()) + "\n"); \
script = pathlib.Path(".venv/bin/lawang"); \
script.write_text("#!/bin/sh\nexec \"$$(dirname \"$$0\")/python\" -m lawang \"$$@\"\n"); script.chmod(0o755)'
endef

# make run   - set everything up, open the viewer on the bundled sample (or, without a display, do the
#              same job by the command line and write out/sample/)
# make test  - set everything up and run the five checks that decide what lands
# make train-mini - train the built-in model further (MINUTES a call; call again to go on), and replace
#              it if that made it better: see docs/training.md
# make evaluations - score the built-in model anew and write docs/results.md; goes on where it stopped
# make fuzz   - read thousands of damaged files with every reader (FILES a reader, from seed FIRST on)
# make kills - kill writers at 400 random moments and at every line of the code that puts files in
#              place, and count what is lost
# make interop, make screenshot, make screenshots, make clean; make help shows these lines
SHELL := /bin/sh
PYTHON ?= python3
SAMPLE ?= room
MINUTES ?= 0
FILES ?= 5000
FIRST ?= 1000
export PYTHON
export OMP_WAIT_POLICY ?= PASSIVE

VENV := .venv
BIN := $(VENV)/bin
SETTINGS := pyproject.toml constraints.txt packaging/system_packages.txt
GL_SCREEN := -screen 0 1600x1200x24

.PHONY: help run test check-format check-lint check-types check-imports check-tests fuzz kills interop screenshot screenshots train-mini evaluations clean

help:
	@sed -n 's/^# make/make/p' Makefile

run: $(VENV)/.runs
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  $(BIN)/moe3d-viewer assets/samples/$(SAMPLE)/images --run; \
	else \
	  echo "There is no display here: doing the same job by the command line."; \
	  $(BIN)/moe3d run assets/samples/$(SAMPLE)/images --output out/sample --export ply --sheet --overwrite && \
	  echo "Look at out/sample/sheet.png; open out/sample/$(SAMPLE).ply in MeshLab, CloudCompare or Blender."; \
	fi

test: check-format check-lint check-types check-imports check-tests

check-format: $(VENV)/.tests
	$(BIN)/ruff format --check

check-lint: $(VENV)/.tests
	$(BIN)/ruff check

check-types: $(VENV)/.tests
	$(BIN)/pyright --pythonpath $(BIN)/python

check-imports: $(VENV)/.tests
	$(BIN)/lint-imports

check-tests: $(VENV)/.tests
	env -u DISPLAY QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m "not gl and not gpu and not weights and not interop" -q
	env -u QT_QPA_PLATFORM xvfb-run -a -s "$(GL_SCREEN)" $(BIN)/python -m pytest -m gl -q

# Torch first: another package's plain "torch" would take a newer build with gigabytes of CUDA.
# PIP_ARGS passes anything on to pip, such as an index with a CPU or CUDA build of the same release.
$(VENV)/.runs: $(SETTINGS)
	@packaging/check_python.sh $(PYTHON) later
	packaging/install_system_packages.sh
	@packaging/check_python.sh $(PYTHON)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade -c constraints.txt pip setuptools
	$(BIN)/python -m pip install --quiet -c constraints.txt $(PIP_ARGS) torch
	$(BIN)/python -m pip install --quiet -c constraints.txt --build-constraint constraints.txt $(PIP_ARGS) -e ".[heic]"
	@touch $@

$(VENV)/.tests: $(VENV)/.runs
	$(BIN)/python -m pip install --quiet -c constraints.txt --build-constraint constraints.txt $(PIP_ARGS) -e ".[heic,train,dev]"
	@touch $@

# The suite reads the first seeds; these go on from there. A line of JSON a reader.
fuzz: $(VENV)/.tests
	OPENCV_LOG_LEVEL=OFF $(BIN)/python -m tests.fuzz --files $(FILES) --first $(FIRST) 2>/dev/null

# Exports opened by programs that no one here wrote: COLMAP, CloudCompare, Blender, MeshLab, the glTF
# validator and others. What is missing is installed, or its tests are skipped with the reason.
interop: $(VENV)/.tests
	$(BIN)/python -m pip install --quiet -c constraints.txt $(PIP_ARGS) -e ".[interop,las,e57]"
	packaging/install_interop_programs.sh $(BIN)/python
	$(BIN)/python -m pytest -m interop -q -rs tests/interop

kills: $(VENV)/.tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.kills --kills 400
	MOE3D_KILL_STEP=1 $(BIN)/python -m pytest tests/moe3d/io/test_workplace.py -q -o timeout=3600

# The picture in the README.
screenshot: $(VENV)/.runs
	XDG_CONFIG_HOME=$$(mktemp -d) xvfb-run -a -s "$(GL_SCREEN)" $(BIN)/moe3d-viewer assets/samples/$(SAMPLE)/images --run --size 1480x920 --screenshot docs/images/window.png

# The four window layouts, light and dark, at 1280x720 and 2560x1440.
screenshots: $(VENV)/.runs
	xvfb-run -a -s "-screen 0 2600x1500x24" $(BIN)/python -m app.layout_pictures assets/samples/$(SAMPLE)/images docs/images

train-mini: $(VENV)/.tests
	$(BIN)/moe3d train-mini --minutes $(MINUTES) $(TRAIN_ARGS)

# One recipe line an evaluation: what `moe3d eval` is asked, and the name of its summary.
evaluate = $(BIN)/moe3d eval $(1) --output out/evaluation/$(2) > out/evaluation/$(2).md && \
	cp out/evaluation/$(2)/summary.json assets/models/evaluations/$(2).json
LAYERS := --model mini --model mini-refined --model mini-vggt --model mini-vggt-refined

evaluations: $(VENV)/.runs
	mkdir -p out/evaluation
	$(BIN)/moe3d train-mini --score-only
	$(call evaluate,boundary $(LAYERS) --synthetic 60,boundary)
	$(call evaluate,mixture --model mini --synthetic 60,mixture)
	$(call evaluate,mv-recon $(LAYERS) --synthetic 8,mv-recon)
	$(call evaluate,pose --model mini --refine cameras --synthetic 60,pose)
	$(call evaluate,pose --model mini --synthetic 60,pose-network)
	$(call evaluate,boundary $(LAYERS) --dataset motorcycle,real-pair-boundary)
	$(call evaluate,pose --model mini --refine cameras --dataset motorcycle,real-pair-pose)
	$(call evaluate,pose --model mini --dataset motorcycle,real-pair-pose-network)
	$(BIN)/moe3d results

clean:
	rm -rf $(VENV) out build dist *.egg-info

# make run            sets everything up and opens the viewer on the bundled sample; without a display
#                     it does the same job by the command line and writes out/sample/.
# make test           sets everything up and runs the five checks that decide what lands; tests without a
#                     screen run in TEST_PROCESSES at once (2, of about 2 GB each).
# make check          runs make test and make docs, makes the program without Python and starts it.
# make package        makes the program without Python in out/package; PIP_ARGS names an index with
#                     PyTorch's CPU build.
# make smoke          starts that program in a root without Python and checks what it writes.
# make notices        writes out/THIRD_PARTY_NOTICES.txt: what this environment carries, and licences.
# make pins           proposes newer pins for every system; PINS_ARGS=--write takes them.
# make train-mini     trains the built-in model further, MINUTES a call, and replaces it if that made it
#                     better; call it again to go on. See docs/training.md.
# make evaluations    scores the built-in model anew and writes docs/results.md; it goes on where it
#                     stopped.
# make interop        opens exports in COLMAP, CloudCompare, Blender, MeshLab and other programs.
# make fuzz           reads thousands of damaged files, FILES a reader, from seed FIRST on.
# make kills          kills writers at 400 random moments and at every line of the code that puts files
#                     in place, and counts what is lost.
# make bench          measures network, window and export into out/bench (BENCH_ARGS=--quick: small sizes);
#                     see docs/performance.md.
# make architecture   measures the house and draws docs/images/architecture.svg.
# make screenshot     takes the picture of the README, make screenshots those of all layouts.
# make guide-pictures plays the tours of docs/guide.md in the window and takes their pictures
#                     (GUIDE_ARGS="--size 1920x1080 --theme dark --story newcomer" GUIDE_FOLDER=out/guide).
# make docs           builds the documentation as a site in out/site; every warning is an error.
# make docs-pages     writes what the documentation takes from the program: commands, messages, names, axes.
# make clean          removes the environment and everything that was made.
# make help           shows these lines.
SHELL := /bin/sh
PYTHON ?= python3
SAMPLE ?= room
MINUTES ?= 0
FILES ?= 5000
FIRST ?= 1000
TEST_PROCESSES ?= 2
GUIDE_FOLDER ?= docs/images/guide
export PYTHON
export OMP_WAIT_POLICY ?= PASSIVE

VENV := .venv
BIN := $(VENV)/bin
SETTINGS := pyproject.toml setup.py constraints.txt packaging/system_packages.txt
GL_SCREEN := -screen 0 1600x1200x24

.PHONY: help run test check package smoke notices pins check-format check-lint check-types check-imports \
	check-tests architecture bench \
	fuzz kills interop screenshot screenshots guide-pictures docs docs-pages train-mini evaluations clean

help:
	@sed -n -e '/^[^#]/q' -e 's/^# \{0,1\}//p' Makefile

run: $(VENV)/.runs
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  $(BIN)/moe3d-viewer assets/samples/$(SAMPLE)/images --run; \
	else \
	  echo "There is no display here: doing the same job by the command line."; \
	  $(BIN)/moe3d run assets/samples/$(SAMPLE)/images --output out/sample --export ply --sheet --overwrite && \
	  echo "Look at out/sample/sheet.png; open out/sample/$(SAMPLE).ply in MeshLab, CloudCompare or Blender."; \
	fi

test: check-format check-lint check-types check-imports check-tests

# One after the other, also with -j: they share a machine.
check:
	$(MAKE) test
	$(MAKE) docs
	$(MAKE) package
	$(MAKE) smoke

package:
	@packaging/check_python.sh $(PYTHON)
	PIP_ARGS="$(PIP_ARGS)" packaging/package.sh $(PYTHON)

# SMOKE_ARGS: packaging/smoke_test.py --help
smoke: $(VENV)/.tests
	$(BIN)/python packaging/smoke_test.py out/package/dist/moe3d-viewer $(SMOKE_ARGS)

notices: $(VENV)/.runs
	mkdir -p out
	$(BIN)/python packaging/notices.py --output out/THIRD_PARTY_NOTICES.txt

pins: $(VENV)/.tests
	$(BIN)/python packaging/propose_pins.py $(PINS_ARGS)

check-format: $(VENV)/.tests
	$(BIN)/ruff format --check

check-lint: $(VENV)/.tests
	$(BIN)/ruff check

# Pyright sees the window under its installed name by a link.
check-types: $(VENV)/.tests
	mkdir -p typings && ln -sfn ../app typings/moe3d_viewer
	$(BIN)/pyright --pythonpath $(BIN)/python

check-imports: $(VENV)/.tests
	$(BIN)/lint-imports

check-tests: $(VENV)/.tests
	env -u DISPLAY QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q \
	  -n $(TEST_PROCESSES) --dist loadfile -m "not gl and not gpu and not weights and not interop"
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
	$(BIN)/python -m pip install --quiet -c constraints.txt --build-constraint constraints.txt $(PIP_ARGS) -e .
	@touch $@

$(VENV)/.tests: $(VENV)/.runs packaging/test_packages.txt
	packaging/install_system_packages.sh test_packages.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt --build-constraint constraints.txt $(PIP_ARGS) \
	  -e ".[train,dev,docs]"
	@touch $@

bench: $(VENV)/.runs
	$(BIN)/python benchmarks/everything.py $(BENCH_ARGS)

architecture: $(VENV)/.runs
	$(BIN)/python -m tests.architecture docs/images/architecture.svg

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
	XDG_CONFIG_HOME=$$(mktemp -d) xvfb-run -a -s "$(GL_SCREEN)" $(BIN)/moe3d-viewer \
	  assets/samples/$(SAMPLE)/images --run --layout experts --theme dark --size 1600x1000 \
	  --screenshot out/window.png
	$(BIN)/python -c "from PIL import Image; Image.open('out/window.png').convert('RGB').save( \
	  'docs/images/window.jpg', quality=80, subsampling=0, optimize=True)"

# The four window layouts, light and dark, at 1280x720 and 2560x1440.
screenshots: $(VENV)/.runs
	xvfb-run -a -s "-screen 0 2600x1500x24" $(BIN)/python -m moe3d_viewer.layout_pictures \
	  assets/samples/$(SAMPLE)/images docs/images

# The screen is large enough for every size that is looked at; GUIDE_ARGS: python -m tests.guide --help
guide-pictures: $(VENV)/.tests
	XDG_CONFIG_HOME=$$(mktemp -d) xvfb-run -a -s "-screen 0 3840x2160x24" $(BIN)/python -m tests.guide \
	  $(GUIDE_FOLDER) $(GUIDE_ARGS)

docs: $(VENV)/.tests
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open out/site/index.html in a browser."

# python -m tests.docs experts shows the figures of docs/experts.md and draws its picture.
docs-pages: $(VENV)/.tests
	$(BIN)/python -m tests.docs

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

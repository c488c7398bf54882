import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CODE = """
import sys
from moe3d_viewer.workers.torch_library import LIBRARIES, load_torch_libraries
assert load_torch_libraries()
assert "torch" not in sys.modules
loaded = open("/proc/self/maps").read()
assert all(name in loaded for name in LIBRARIES)
import torch
assert torch.ones(3).sum() == 3
assert not load_torch_libraries()
"""

MATCHING = """
import sys
from moe3d_viewer.workers.torch_library import load_matching_library
assert load_matching_library()
assert "pycolmap" not in sys.modules
assert "/pycolmap/_core" in open("/proc/self/maps").read()
import pycolmap
assert pycolmap.Rigid3d().translation.tolist() == [0.0, 0.0, 0.0]
assert not load_matching_library()
"""
IN_TURN = """
import sys, threading
from moe3d_viewer.rendering import native_libraries
def wait():
    native_libraries.import_in_turn(["colorsys"])
with native_libraries._TURN:  # a library is being loaded
    worker = threading.Thread(target=wait)
    worker.start()
    worker.join(0.2)
    assert worker.is_alive() and "colorsys" not in sys.modules
worker.join(20)
assert not worker.is_alive() and "colorsys" in sys.modules
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there it helps")
@pytest.mark.parametrize("code", [CODE, MATCHING], ids=["torch", "pycolmap"])
def test_a_library_is_found_loaded_and_works(code):
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_modules_wait_while_a_big_library_is_loaded():
    subprocess.run([sys.executable, "-c", IN_TURN], cwd=ROOT, check=True)

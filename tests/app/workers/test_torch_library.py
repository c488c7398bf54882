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


@pytest.mark.skipif(sys.platform != "linux", reason="only there it helps")
def test_torch_finds_its_libraries_loaded_and_works():
    subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, check=True)

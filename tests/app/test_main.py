"""What happens before the window opens."""

import os
import subprocess
import sys
from pathlib import Path

CODE = """
from app.main import keep_triton_out
if {guarded}:
    keep_triton_out()
from torch.utils._triton import has_triton_package
print(has_triton_package())
"""


def finds_triton(package_folder: Path, *, guarded: bool) -> str:
    environment = {**os.environ, "PYTHONPATH": str(package_folder)}
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(guarded=guarded)],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_torch_does_not_load_an_installed_triton(tmp_path: Path) -> None:
    (tmp_path / "triton").mkdir()
    (tmp_path / "triton" / "__init__.py").write_text("loaded = True\n")
    assert finds_triton(tmp_path, guarded=False) == "True"
    assert finds_triton(tmp_path, guarded=True) == "False"

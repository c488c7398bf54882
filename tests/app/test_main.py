"""What happens before the window opens."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

TRITON = """
from moe3d_viewer.main import keep_triton_out
if {guarded}:
    keep_triton_out()
from torch.utils._triton import has_triton_package
print(has_triton_package())
"""
ARENAS = """
import ctypes, pathlib, threading
from moe3d_viewer.main import keep_memory_together
if {guarded}:
    keep_memory_together()
everyone = threading.Barrier(7)
def work():
    taken = bytearray(10_000)
    everyone.wait()
for _ in range(6):
    threading.Thread(target=work).start()
everyone.wait()
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(c.fopen(b"{folder}/malloc.xml", b"w"))
c.malloc_info(0, file)
c.fclose(file)
print(pathlib.Path("{folder}/malloc.xml").read_text().count("<heap nr="))
"""

SOURCES = """
import linecache
from PySide6 import QtWidgets
from moe3d_viewer.main import keep_imports_plain
if {guarded}:
    keep_imports_plain()
import wave
print(wave.__file__ in linecache.cache)
"""


def answer(code: str, **environment: str) -> str:
    """What a new process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_torch_does_not_load_an_installed_triton(tmp_path: Path) -> None:
    (tmp_path / "triton").mkdir()
    (tmp_path / "triton" / "__init__.py").write_text("loaded = True\n")
    folder = str(tmp_path)
    assert answer(TRITON.format(guarded=False), PYTHONPATH=folder) == "True"
    assert answer(TRITON.format(guarded=True), PYTHONPATH=folder) == "False"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are glibc's")
def test_threads_share_two_arenas(tmp_path: Path, monkeypatch) -> None:
    """Else those of past jobs hold several times the memory that is in use."""
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert int(answer(ARENAS.format(guarded=False, folder=tmp_path))) > 2
    assert int(answer(ARENAS.format(guarded=True, folder=tmp_path))) <= 2


def test_qt_does_not_read_the_source_of_what_is_imported_after_it() -> None:
    assert answer(SOURCES.format(guarded=False)) == "True"
    assert answer(SOURCES.format(guarded=True)) == "False"


def test_the_window_s_modules_are_imported_without_their_sources_being_kept() -> None:
    code = "from moe3d_viewer.main import make_application as m; m(); import wave, linecache; "
    code += "print(wave.__file__ in linecache.cache)"
    assert answer(code, QT_QPA_PLATFORM="offscreen") == "False"

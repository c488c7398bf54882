"""Joins state, workers and widgets; the only place that knows all three."""

import builtins
import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moe3d_viewer.arguments import Arguments, read_arguments

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from moe3d import SampleScene
    from moe3d_viewer.state.job import Functions
    from moe3d_viewer.viewer import Viewer

FIRST_SAMPLE = "room"
ICON = Path(__file__).parent / "art" / "icon-512.png"
M_ARENA_MAX, MAX_ARENAS = -8, 2  # the first is glibc's name of the option, from its malloc.h
SWITCH_INTERVAL_S = 0.0001  # a busy worker gives the window its turn fifty times sooner


def main() -> int:
    """Open the window with the words of the command line; the exit code of the program."""
    from moe3d.cli.stop_signals import EXIT_CODES, StopSignals

    stop = StopSignals()  # until the window is there and listens itself
    stop.begin()
    try:
        return run_viewer(sys.argv[1:])
    except KeyboardInterrupt:
        return stop.exit_code or EXIT_CODES["SIGINT"]
    finally:
        stop.end()


def keep_triton_out() -> None:
    """Make torch believe that triton is not installed; nothing here compiles with it.

    PyTorch's CUDA build loads it in passing. It brings an LLVM of its own, and where Mesa has
    loaded another one to draw the window, the process dies.
    """
    sys.modules.setdefault("triton", None)  # type: ignore[arg-type]


def keep_memory_together() -> None:
    """Let glibc's malloc serve all threads from two arenas instead of eight for every processor.

    Every job has a thread of its own, and scraps that outlive a job keep the pages of its arena:
    after hours of work several times as much memory was held as was in use.
    """
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if set_option is not None:
            set_option(M_ARENA_MAX, MAX_ARENAS)


def keep_imports_plain() -> None:
    """Take Qt's binding out of the way of imports; call it when the binding is loaded.

    For a feature that nothing here uses, `from __feature__ import`, it reads the source of every
    module that is imported after it, and Python keeps what was read: with torch a quarter of a
    second, in which no other thread goes on, and 58 MB.
    """
    before = getattr(builtins, "__orig_import__", None)
    if before is not None:
        builtins.__import__ = before


def run_viewer(argv: Sequence[str]) -> int:
    """Open the window; returns the exit code when it is closed."""
    arguments = read_arguments(argv)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # must be set before torch is loaded
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    keep_triton_out()
    keep_memory_together()
    from moe3d_viewer.stop_signals import StopSignals

    app = make_application()
    viewer = make_viewer(arguments, recovery_root=recovery_root())
    viewer.finished.connect(app.exit)
    signals = StopSignals(viewer)
    signals.asked.connect(viewer.end)
    signals.begin()
    app.commitDataRequest.connect(viewer.expect_session_end)
    viewer.show()
    code = app.exec()
    if viewer.exit_code is not None:  # closing the last window ends the loop with 0
        code = viewer.exit_code
    if viewer.error:
        sys.stderr.write(f"{viewer.error}\n")
    if not viewer.close_down():
        os._exit(code)  # a job that does not stop must not keep the process
    signals.end()
    return code


def make_application() -> "QApplication":
    """The QApplication, with what must be set before it exists."""
    import logging

    from PySide6.QtGui import QGuiApplication, QIcon
    from PySide6.QtWidgets import QApplication

    keep_imports_plain()
    from moe3d_viewer.no_window import NoWindowMessage
    from moe3d_viewer.rendering.opengl.opengl_setup import prepare_opengl

    logging.basicConfig(level=os.environ.get("MOE3D_LOG", "WARNING"))
    prepare_opengl()
    QGuiApplication.setDesktopFileName("io.github.moe3d.Viewer")
    with NoWindowMessage():
        app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("MoE3D Viewer")
    app.setOrganizationName("MoE3D")
    app.setWindowIcon(QIcon(str(ICON)))
    return app


def make_viewer(
    arguments: Arguments,
    functions: "Functions | None" = None,
    store: "QSettings | None" = None,
    sample_path: Path | None = None,
    recovery_root: Path | None = None,
) -> "Viewer":
    """The whole program but for the QApplication; tests bring their own functions and settings."""
    from PySide6.QtCore import QSettings

    from moe3d_viewer.viewer import Viewer
    from moe3d_viewer.workers.jobs import window_functions

    return Viewer(
        arguments,
        functions or window_functions(),
        store or QSettings("MoE3D", "Viewer"),
        find_samples(),
        sample_path or find_sample(),
        recovery_root,
    )


def recovery_root() -> Path:
    """Where unsaved scenes are kept from a crash."""
    from PySide6.QtCore import QStandardPaths

    place = QStandardPaths.StandardLocation.AppLocalDataLocation
    return Path(QStandardPaths.writableLocation(place)) / "recovery"


def find_samples() -> "tuple[SampleScene, ...]":
    """The scenes that come with the program, the one to begin with first."""
    from moe3d import sample_scenes

    return tuple(sorted(sample_scenes(), key=lambda scene: scene.name != FIRST_SAMPLE))


def find_sample() -> Path | None:
    """The photos to begin with; None when no sample was installed."""
    return next((scene.images for scene in find_samples()), None)


if __name__ == "__main__":
    sys.exit(main())

"""The window on every graphics set-up, each in a process of its own on a display of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.gl
ROOT = Path(__file__).parents[2]
LIMIT_S = 240
SETTLED = 20
"""More colours than the background's gradient and titles; points bring about two thousand."""
DISPLAY_WORDS = ("WAYLAND", "DISPLAY", "XDG_SESSION", "QT_", "PYOPENGL", "MESA_", "LIBGL_")
DRAWN = ""
OLD = {"MESA_GL_VERSION_OVERRIDE": "2.1", "MESA_GLSL_VERSION_OVERRIDE": "120"}
OLDER_THAN_NEEDED = {"MESA_GL_VERSION_OVERRIDE": "3.0", "MESA_GLSL_VERSION_OVERRIDE": "130"}
HAS_LINKED_DRIVERS = any(Path("/usr/lib").glob("*/libgallium-*.so"))
"""Mesa since 24.2 brings its drivers in a library of its own, whatever folder it is told."""
NO_CONTEXT = "makes no OpenGL context"
SETUPS = {
    "plain X11": ({}, DRAWN),
    "X11 program under Wayland": (
        {"WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "xcb", "XDG_SESSION_TYPE": "wayland"},
        DRAWN,
    ),
    "Wayland named, not there": ({"WAYLAND_DISPLAY": "wayland-0"}, DRAWN),
    "contexts by EGL": ({"QT_XCB_GL_INTEGRATION": "xcb_egl"}, DRAWN),
    "PyOpenGL told otherwise": ({"PYOPENGL_PLATFORM": "egl"}, DRAWN),
    "PyOpenGL told what is not there": ({"PYOPENGL_PLATFORM": "osmesa"}, DRAWN),
    "OpenGL 3.3": ({"MESA_GL_VERSION_OVERRIDE": "3.3"}, DRAWN),
    "OpenGL 3.0": (OLDER_THAN_NEEDED, "OpenGL 3.1 is needed"),
    "OpenGL 2.1": (OLD, "OpenGL 3.1 is needed"),
    "neither GLX nor EGL": ({"QT_XCB_GL_INTEGRATION": "none"}, NO_CONTEXT),
    "no driver": (
        {"LIBGL_DRIVERS_PATH": "/nowhere"},
        DRAWN if HAS_LINKED_DRIVERS else NO_CONTEXT,
    ),
    "offscreen": ({"QT_QPA_PLATFORM": "offscreen"}, "'offscreen' have no OpenGL"),
    "minimal": ({"QT_QPA_PLATFORM": "minimal"}, "'minimal' have no OpenGL"),
    "one picture without windows": ({"QT_QPA_PLATFORM": "eglfs"}, "'eglfs' shows a single"),
}

OpenDisplay = Callable[..., str]


@pytest.fixture
def open_display() -> Iterator[OpenDisplay]:
    """Starts X servers; they end with the test."""
    servers: list[subprocess.Popen[str]] = []

    def start(*words: str) -> str:
        command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", *words]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        servers.append(server)
        assert server.stdout is not None
        return f":{server.stdout.readline().strip()}"

    yield start
    for server in servers:
        server.terminate()
        server.wait()


def run(module: str, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(DISPLAY_WORDS)}
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        env={**kept, **changes},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def seen(done: subprocess.CompletedProcess[str]) -> dict:
    """What a user sees of a window that was opened."""
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def check_view(report: dict, problem: str) -> None:
    """The points are there, or the reason why not and how many there are."""
    assert report["errors"] == []
    if problem == DRAWN:
        assert report["colors"] > SETTLED, report
        return
    assert report["colors"] == 0
    text = "\n".join(report["texts"])
    assert problem in text
    assert "MoE3D (fused): 1,904 of 2,352 points" in text


@pytest.mark.parametrize("name", SETUPS)
def test_the_window_draws_or_says_why_not(open_display: OpenDisplay, name: str):
    changes, problem = SETUPS[name]
    done = run("tests.app.graphics_process", DISPLAY=open_display(), **changes)
    check_view(seen(done), problem)
    assert "Traceback" not in done.stderr


def test_a_display_without_glx_draws_by_egl(open_display: OpenDisplay):
    display = open_display("-extension", "GLX")
    check_view(seen(run("tests.app.graphics_process", DISPLAY=display)), DRAWN)
    report = json.loads(run("moe3d", "check", "--json", DISPLAY=display).stdout)
    assert "through EGL" in report["OpenGL"]


def test_the_view_is_made_while_photos_are_looked_at_and_draws_the_first_result(open_display):
    report = seen(run("tests.app.graphics_process", "patient", DISPLAY=open_display()))
    assert report["was_ahead"]
    check_view(report, DRAWN)


def test_an_error_while_drawing_is_said_and_drawing_goes_on_when_it_has_gone(open_display):
    report = seen(run("tests.app.graphics_process", "break", "mend", DISPLAY=open_display()))
    assert "the driver of this test says no" in report["failures"][0]
    check_view(report, DRAWN)


def test_an_error_that_stays_is_said_again(open_display: OpenDisplay):
    report = seen(run("tests.app.graphics_process", "break", DISPLAY=open_display()))
    check_view(report, "the driver of this test says no")


@pytest.mark.parametrize(
    ("changes", "view"),
    [
        ({}, "there"),
        (OLD, "none: OpenGL 3.1 is needed"),
        ({"QT_XCB_GL_INTEGRATION": "none"}, "none: this display makes no OpenGL context"),
    ],
)
def test_check_says_what_graphics_there_is(open_display: OpenDisplay, changes, view: str):
    done = run("moe3d", "check", "--json", DISPLAY=open_display(), **changes)
    report = json.loads(done.stdout)
    assert report["window"] == "xcb"
    assert report["3D view"].startswith(view)


@pytest.mark.parametrize("changes", [{}, {"DISPLAY": ":4711"}, {"QT_QPA_PLATFORM": "nonsense"}])
def test_where_no_window_can_open_the_reason_is_said_and_no_core_is_dumped(changes):
    done = run("app", **changes)
    assert done.returncode == 7
    assert done.stderr.startswith("No window can open: ")
    assert "moe3d run photos/" in done.stderr
    assert "Traceback" not in done.stderr
    report = json.loads(run("moe3d", "check", "--json", **changes).stdout)
    assert report["window"].startswith("none: ")

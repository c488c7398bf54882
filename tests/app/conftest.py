"""OpenGL settings come before the QApplication of pytest-qt."""

import os

import pytest

from app.rendering.opengl_setup import prepare_opengl

prepare_opengl(core_profile=os.environ.get("MOE3D_TEST_CORE_PROFILE") == "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("DISPLAY"):
        skip = pytest.mark.skip(reason="needs a display (xvfb-run)")
        for item in items:
            if item.get_closest_marker("gl"):
                item.add_marker(skip)

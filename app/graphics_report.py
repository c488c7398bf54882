"""What windows and OpenGL there are, as JSON (`moe3d --worker graphics`).

A process of its own for `moe3d check`: where graphics is broken, trying it may end the process.
"""

import json

from moe3d_viewer.main import make_application
from moe3d_viewer.rendering.opengl.graphics_trial import try_graphics


def main() -> int:
    """Print the report and return 0."""
    app = make_application()
    found = try_graphics()
    print(  # noqa: T201 (the answer of this program)
        json.dumps(
            {"window": app.platformName(), "opengl": found.version, "problem": found.problem}
            | ({"interface": found.interface} if found.interface else {})
        )
    )
    return 0

"""`python -m app.graphics_report`: what windows and OpenGL there are, as JSON.

A process of its own for `moe3d check`: where graphics is broken, trying it may end the process.
"""

import json
import sys

from app.main import make_application
from app.rendering.graphics_trial import try_graphics


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


if __name__ == "__main__":
    sys.exit(main())

"""Plays the stories of the guide and takes their pictures: `make guide-pictures`."""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main(words: list[str]) -> int:
    """`python -m tests.guide FOLDER`; Qt is loaded when its scale is set."""
    given = _read(words)
    if given.scale != 1:
        os.environ["QT_SCALE_FACTOR"] = f"{given.scale:g}"
    from moe3d_viewer.main import make_application
    from tests.guide.playing import play, visit
    from tests.guide.scenes import Scenes
    from tests.guide.stage import Look
    from tests.guide.stories import STORIES

    width, _, height = given.size.partition("x")
    look = Look((int(width), int(height)), given.theme, given.scale)
    make_application()
    with TemporaryDirectory(prefix="guide-") as fresh:
        scenes = Scenes(given.work or Path(fresh))
        scenes.root.mkdir(parents=True, exist_ok=True)
        os.environ["HOME"] = str(scenes.root)  # the user's own is not shown
        for story in STORIES:
            if given.story in ("all", story.name):
                if story.needs_visit:
                    visit(scenes)
                for path in play(story, scenes, look, given.folder):
                    sys.stdout.write(f"{path} {path.stat().st_size // 1000} KB\n")
                    sys.stdout.flush()
    return 0


def _read(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.guide", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--story", default="all", help="newcomer, researcher, returning or all")
    parser.add_argument("--size", default="1280x720", help="of the pictures, in pixels")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--scale", type=float, default=1.0, help="2 for a screen of high density")
    parser.add_argument("--work", type=Path, help="keeps the scenes for the next time")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

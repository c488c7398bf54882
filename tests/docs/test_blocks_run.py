"""Commands and Python of README and documentation run, as a reader would type them."""

import shlex
import shutil
import warnings
from pathlib import Path

import pytest

import moe3d
from moe3d.cli.main import run_command
from tests.docs.blocks import ROOT, Block, all_blocks, blocks_of, why_not_run
from tests.videos import write_video

PAGES_THAT_RUN = sorted(
    {
        block.page
        for block in all_blocks()
        if block.kind == "python"
        or (block.kind == "shell" and not all(map(why_not_run, block.commands)))
    }
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands name: photos, a video, scenes, and results of two scenes."""
    root = tmp_path_factory.mktemp("reader")
    sample = ROOT / "assets" / "samples" / "leuven" / "images"
    photos = sorted(sample.iterdir())
    for folder in ("photos", "walk", "scenes/street/images"):
        shutil.copytree(sample, root / folder)
    shutil.copy(photos[0], root / "a.jpg")
    shutil.copy(photos[1], root / "b.jpg")
    seen = [moe3d.read_pixels(view, 320) for view in moe3d.read_views(root / "photos").views]
    write_video(root / "walk.mp4", range(4), [seen[place % 2] for place in range(4)])
    (root / "assets").symlink_to(ROOT / "assets", target_is_directory=True)
    (root / "docs").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        run_words("run photos/ -o ready --quiet")
    return root


def run_words(words: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert run_command(shlex.split(words)) == 0, words


def prepare(block: Block) -> None:
    """Earlier blocks may have written there; a block that begins with a result finds one."""
    shutil.rmtree("out", ignore_errors=True)
    for name in ("garden", "room"):
        if not any(command.startswith("moe3d run") for command in block.commands[:1]):
            shutil.copytree("ready", f"out/{name}")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", PAGES_THAT_RUN)
def test_the_blocks_of_a_page_run(page: str, place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(place)
    ran = 0
    for block in blocks_of(ROOT / page):
        if block.kind == "shell":
            prepare(block)
        if block.kind == "python":
            exec(compile(block.text, page, "exec"), {})
            ran += 1
        for command in block.commands if block.kind == "shell" else ():
            if not why_not_run(command):
                run_words(command.removeprefix("moe3d "))
                ran += 1
    assert ran

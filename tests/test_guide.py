"""The guide names every picture of its stories, in order, and no other; each is there and small."""

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.guide.stories import STORIES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "guide.md"
FOLDER = "images/guide"
PICTURE = re.compile(r"!\[([^]]*)\]\(([^)]*)\)")
MOST_BYTES = 2_500_000


def named() -> list[tuple[str, str]]:
    """Caption and file of every picture of the page, in order."""
    return PICTURE.findall(PAGE.read_text().replace("\n", " "))


def test_every_step_has_its_picture_and_caption_in_the_guide():
    wanted = [
        (step.caption, f"{FOLDER}/{name}")
        for story in STORIES
        for step, name in zip(story.steps, story.file_names(), strict=True)
    ]
    assert named() == wanted


def test_every_picture_is_there_and_all_together_are_small():
    files = {PAGE.parent / name for _, name in named()}
    assert files == set((PAGE.parent / FOLDER).iterdir())
    for file in files:
        with Image.open(file) as picture:
            assert picture.size == (1280, 720), file.name
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_a_user_reads_what_to_do_under_every_picture():
    parts = PICTURE.split(PAGE.read_text())[3::3]
    for (caption, _), text in zip(named(), parts, strict=True):
        said = text.strip().partition("\n## ")[0]
        assert len(said.split()) >= 8, caption


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_no_two_steps_of_a_story_have_one_name(story):
    names = [step.name for step in story.steps]
    assert len(set(names)) == len(names) <= 10


def test_the_readme_leads_to_the_guide():
    assert "](docs/guide.md)" in (ROOT / "README.md").read_text()

"""The documentation builds as a site without a warning and without a network."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

QUESTIONS = {
    "how to open in Blender": ("formats.html#blender", "File > Import > glTF"),
    "what expert 3 means": ("experts.html#what-does-expert-3-mean", "near side of an outline"),
    "how to get VGGT-1B": ("models.html#get-vggt-1b", "moe3d models download facebook/VGGT-1B"),
    "out of memory": ("troubleshooting.html#out-of-memory", "--max-photos"),
}
"""What a stranger looks for: the place, and words of the answer."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built strictly: a warning is an error. Its proxy answers nothing, so no network helps."""
    folder = tmp_path_factory.mktemp("site")
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, **nowhere, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_nothing_of_a_page_comes_from_elsewhere(site: Path):
    loaded = re.compile(
        r'(?:<(?:script|img|iframe|source)[^>]*src|<link[^>]*href)="(https?:[^"]*)"'
    )
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        found = loaded.findall(page.read_text(encoding="utf-8"))
        assert not found, page.name


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stranger_finds_the_answer_from_the_front_page_by_one_click(question: str, site: Path):
    place, words = QUESTIONS[question]
    front = (site / "index.html").read_text(encoding="utf-8")
    assert f'href="{place}"' in front
    assert words in text_of(site, place)


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stranger_finds_the_answer_by_the_search(question: str, site: Path):
    """Every word of the question stands in the entry of the section that answers it."""
    place, _ = QUESTIONS[question]
    entries = json.loads((site / "search" / "search_index.json").read_text("utf-8"))["docs"]
    (entry,) = [entry for entry in entries if entry["location"] == place]
    said = f"{entry['title']} {entry['text']}".lower()
    for word in set(question.lower().split()) - {"how", "to", "what", "means", "get"}:
        assert word in said


def text_of(site: Path, place: str) -> str:
    """Words of one section of a page."""
    name, _, anchor = place.partition("#")
    html = (site / name).read_text(encoding="utf-8")
    section = re.split(r"<h2 ", html.split(f'id="{anchor}"')[1])[0]
    plain = re.sub(r"<[^>]+>", "", section)
    return plain.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")


@pytest.mark.slow
def test_the_names_are_filled_in_from_their_docstrings(site: Path):
    html = (site / "reference.html").read_text(encoding="utf-8")
    assert ":::" not in html
    assert "Where many photos were taken" not in html
    for words in ("Shape", "Raises", "point_cloud", "confidence_percentile"):
        assert words in html


def test_links_of_the_readme_lead_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    places = [place for place in re.findall(r"\]\(([^)#]+)", text) if "://" not in place]
    assert len(places) > 10
    assert [place for place in places if not (ROOT / place).exists()] == []

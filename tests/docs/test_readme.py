"""README: short, with what a stranger needs in the first minute, and measured claims alone."""

import re

from tests.docs.blocks import ROOT, blocks_of

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
MOST_WORDS = 700
FOR_WINDOWS = r"\*\*Windows\*\* \(PowerShell\):\n\n((?:    .*\n)+)"


def test_it_is_short():
    assert len(TEXT.split()) < MOST_WORDS


def test_one_picture_shows_the_window():
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
    assert len(pictures) == 1
    assert (ROOT / pictures[0]).is_file()


def test_the_two_commands_stand_alone_on_their_lines():
    shell = [block for block in blocks_of(README) if block.kind == "shell"]
    commands = [command for block in shell for command in block.commands]
    assert commands[:4] == [
        "git clone --depth 1 https://github.com/moe3d/viewer.git",
        "cd viewer",
        "make run",
        "make test",
    ]


def test_windows_lines_run_in_powershell_5():
    """It has neither && nor ||, and no activate script without leave to run scripts."""
    found = re.search(FOR_WINDOWS, TEXT)
    assert found
    lines = found[1].split("\n")
    assert len([line for line in lines if line.strip()]) == 3
    assert not re.search(r"&&|\|\||activate|/bin/|export |~/", found[1])


def test_papers_and_program_can_be_cited():
    (bibtex,) = [block.text for block in blocks_of(README) if block.kind == "bibtex"]
    assert re.findall(r"^@(\w+)\{(\w+),", bibtex, re.M) == [
        ("article", "moe3d"),
        ("inproceedings", "vggt"),
        ("software", "moe3d_viewer"),
    ]
    assert bibtex.count("{") == bibtex.count("}")


def test_figures_of_the_results_are_those_of_the_result_files():
    table = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    boundary = table.split("### boundary on synthetic")[1].split("\n###")[0]
    rows = {
        cells[0]: cells
        for line in boundary.splitlines()
        if line.startswith("|")
        for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
    }
    median = {"mini": 3, "refined": 5, "vggt": 7}
    said = re.sub(r"\s+", " ", TEXT)
    for start, row, columns in (
        (r"\(`FPR_self`\): (\S+) against (\S+)", "fpr_self", ("mini", "vggt")),
        (r"boundary F1: (\S+) against (\S+),", "boundary_f1_masked", ("mini", "vggt")),
        (
            r"one scale a scene: (\S+) against (\S+); refined by all photos (\S+)",
            "absrel_scene",
            ("mini", "vggt", "refined"),
        ),
    ):
        found = re.search(start, said)
        assert found, start
        for text, column in zip(found.groups(), columns, strict=True):
            digits = len(text.partition(".")[2])
            assert float(text) == round(float(rows[row][median[column]]), digits)

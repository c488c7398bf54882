"""Pages and pictures that are made from the program are as the program is: make docs-pages."""

import ast
import re

import numpy as np
import pytest

import moe3d
from moe3d.cli.commands import COMMANDS
from moe3d.cli.main import run_command
from moe3d.cli.research import COMMANDS as RESEARCH_COMMANDS
from moe3d.io.exports.formats import FORMAT_FACTS
from tests.docs.__main__ import DOCS, made_files
from tests.docs.axes import UP_WORDS
from tests.docs.commands import all_parsers, options_of
from tests.docs.messages import NOTES, RULES, anchor, said_messages, section_of
from tests.docs.raised import FILLED, Message, answers_of, error_classes, messages_of
from tests.docs.reference import public_names

MADE = made_files()
TROUBLE = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+)$", TROUBLE, re.M)


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_is_as_it_is_kept(name: str):
    """If not: make docs-pages."""
    assert (DOCS / name).read_text(encoding="utf-8") == MADE[name]


@pytest.mark.parametrize(("name", "parser"), all_parsers(), ids=lambda value: str(value)[:30])
def test_every_option_of_a_command_has_its_line(name: str, parser):
    section = re.split(r"^## ", MADE["commands.md"], flags=re.M)
    (text,) = [part for part in section if part.startswith(f"{name}\n")]
    words = [
        word for _, actions in options_of(parser) for a in actions for word in a.option_strings
    ]
    assert [word for word in words if not re.search(rf"`{word}[ `]", text)] == []


def test_all_commands_of_the_program_are_there():
    names = {name.split()[1] for name, _ in all_parsers() if name.startswith("moe3d ")}
    assert names == {*COMMANDS, *RESEARCH_COMMANDS}


def test_every_public_name_is_in_the_reference():
    places = [place for group in public_names().values() for place in group]
    assert {place.rpartition(".")[2] for place in places} == set(moe3d.__all__) - {"__version__"}
    assert all(f"::: {place}\n" in MADE["reference.md"] for place in places)


@pytest.mark.parametrize("message", said_messages(), ids=lambda message: message.template[:50])
def test_every_message_is_under_a_section_that_says_what_to_do(message: Message):
    section = section_of(message)
    assert section in SECTIONS
    listed = MADE["messages.md"].split(f"\n## {section}\n")[1].split("\n## ")[0]
    assert message.template in " ".join(listed.split())


def test_every_rule_is_used_and_every_class_of_errors_can_be_found():
    used = {section_of(message) for message in said_messages()} | {note.section for note in NOTES}
    assert used == {rule.section for rule in RULES}
    silent = {"MoE3DError", "DeviceMemoryError"}
    assert set(error_classes().values()) - silent <= {message.kind for message in said_messages()}


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.template)
def test_words_of_notes_are_those_of_the_program(note):
    source = (DOCS.parent / note.place).read_text(encoding="utf-8")
    assert all(part.strip(" ;()") in source for part in note.template.split(FILLED))
    assert note.section in SECTIONS


REAL = (
    ["run", "nowhere/", "-o", "out"],
    ["run", "assets/samples/room/images", "-o", "out", "--model", "facebook/VGGT-1B"],
    ["run", "assets/samples/room/images", "-o", "out", "--model", "no/such"],
    ["run", "assets/samples/room/images", "-o", "out", "--device", "cuda:99"],
    ["run", "assets/samples/room/images", "-o", "README.md"],
    ["run", "assets/samples/room/images", "-o", "out", "--max-photos", "0"],
    ["export", "assets/samples/room/sample.json", "--preset", "blender"],
    ["export", "nowhere.npz"],
    ["estimate", "README.md"],
    ["models", "download"],
    ["models", "download", "no/such"],
    ["eval", "boundary", "--model", "mini", "-o", "out"],
    ["train", "--source", "folders", "--steps", "1"],
    ["compare", ""],
)


@pytest.mark.parametrize("words", REAL, ids=" ".join)
def test_what_the_program_really_says_is_among_the_messages(
    words: list[str], tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """The walk through the source finds what users meet."""
    for name in ("assets", "README.md"):
        (tmp_path / name).symlink_to(DOCS.parent / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert run_command(words) not in (0, None)
    said = capsys.readouterr().err.strip().splitlines()[-1].removeprefix("moe3d: ")
    patterns = [
        ".*".join(re.escape(part) for part in message.template.split(FILLED))
        for message in said_messages()
        if message.words > 1
    ]
    assert any(re.search(pattern, said, re.S) for pattern in patterns), said


SOURCE = """
def f(path, one):
    advice = "try again" if one else "give up"
    raise UsageError(f"{path} is wrong; {advice}")
def g(path):
    text = "no such thing"
    raise Own(text + f" ({path})")
def h(path):
    with reading(path, Own, "is torn"):
        pass
    self.notices.raise_error(self.tr("Could not {}").format(path), error)
    raise ValueError("ours to mend")
def how(path):
    return f"{path}: fetch it first" if path else "name it"
def i(path, kind):
    raise kind(how(path))
"""


def test_messages_are_found_however_they_are_made():
    tree = ast.parse(SOURCE)
    kinds = {"UsageError": "UsageError", "Own": "FileFormatError"}
    found = messages_of(tree, "made.py", kinds, answers_of([tree]))
    assert {(message.kind, message.template) for message in found} == {
        ("window", "Could not …"),
        ("FileFormatError", "no such thing (…)"),
        ("UsageError", "… is wrong; …"),
        ("FileFormatError", "…: is torn"),
        ("FileFormatError", "…: fetch it first"),
        ("FileFormatError", "name it"),
    }


def test_the_table_of_formats_is_that_of_the_program():
    text = (DOCS / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| `NAME(\S+?)` \| ([^|]*) \|([^|]*)\|$", text, re.M)
    assert [row[0] for row in rows] == list(FORMAT_FACTS)
    for name, suffix, _, up in rows:
        facts = FORMAT_FACTS[name]
        assert suffix == facts.suffix + "/" * facts.is_folder
        if up.strip():
            assert up.strip().startswith({"cv": "y down", "y": "y up", "z": "z up"}[facts.up])


@pytest.mark.parametrize("up", UP_WORDS)
def test_arrows_of_the_axes_point_where_the_words_say(up: str):
    """Up is up on paper, whatever the axis is called; read from the drawing itself."""
    drawn = re.findall(
        r'<line x1="(\S+)" y1="(\S+)" x2="(\S+)" y2="(\S+)" stroke="(#c62828|#2e7d32|#1565c0)"',
        MADE[f"images/axes/world_{up}.svg"],
    )
    arrows = {
        color: np.array([float(x2) - float(x1), float(y2) - float(y1)])
        for x1, y1, x2, y2, color in drawn
    }
    x, y, z = (arrows[color] for color in ("#c62828", "#2e7d32", "#1565c0"))
    assert x[0] > 0
    assert x[1] == 0
    upwards = {"cv": -y, "y": y, "z": z}[up]
    assert upwards[0] == 0
    assert upwards[1] < 0
    assert "right-handed" in MADE[f"images/axes/world_{up}.svg"]


def test_anchors_are_those_of_headings():
    assert anchor("The model's file") == "the-models-file"
    assert anchor("Out of memory") == "out-of-memory"


@pytest.mark.parametrize("name", MADE)
def test_pages_are_the_same_wherever_the_checkout_lies(name: str):
    assert str(DOCS.parent) not in MADE[name]

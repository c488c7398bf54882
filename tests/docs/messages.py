"""docs/messages.md: every message, under the section of docs/troubleshooting.md that it is for."""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.docs.raised import FILLED, WINDOW, Message, all_messages

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 110
START = """\
# Every message

All that the program can say when something is wrong, made from its source by `make docs-pages`; …
stands for a name or a number. Search for two or three words of your message; the link above its
group says what to do. On the command line a message follows `moe3d:`, in the window it stands
under a title (the last group).
"""


@dataclass(frozen=True)
class Rule:
    """Messages of these kinds, from files that begin so, with these words, go to this section."""

    section: str
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    words: str = ""

    def takes(self, message: Message) -> bool:
        """Whether the message is one of these; what is left empty asks for nothing."""
        return (
            (not self.kinds or message.kind in self.kinds)
            and (not self.places or message.place.startswith(self.places))
            and re.search(self.words, message.template) is not None
        )


RULES = (
    Rule("Out of memory", ("DeviceMemoryError",), ("moe3d/inference/",)),
    Rule("Out of memory while training", ("DeviceMemoryError",)),
    Rule("Out of memory", words=r"does not fit into memory"),
    Rule("Stopped", ("JobCancelledError",)),
    Rule("A package is missing", words=r"pip install|cannot be loaded"),
    Rule("Nothing is left to export", ("EmptyExportError",)),
    Rule("Downloading a model", places=("moe3d/model/hub.py", "moe3d/model/download.py")),
    Rule("Downloading a model", words=r"`moe3d models` lists|no known model is called"),
    Rule("A device that is not there", places=("moe3d/inference/device.py",)),
    Rule("Training", places=("moe3d/training/", "moe3d/research/", "moe3d/cli/train.py")),
    Rule("Training", places=("moe3d/model/config.py", "moe3d/model/warm_start.py")),
    Rule("The model's file", ("CheckpointError",)),
    Rule("Videos", places=("moe3d/io/videos/",)),
    Rule("A zip of photos", places=("moe3d/io/photos/zipped.py", "app/workers/unpacked.py")),
    Rule("Photos", ("ImageReadError",)),
    Rule("Photos", words=r"^(no photos are named|there is no photo to)"),
    Rule("Sessions and saved results", ("SessionFileError", "PredictionFileError")),
    Rule("Clouds and meshes of other programs", ("FileFormatError",)),
    Rule("Truth and data sets", ("DatasetError",)),
    Rule("Truth and data sets", places=("moe3d/io/datasets/",)),
    Rule("Scores", ("EvaluationError",)),
    Rule("Scores", ("UsageError",), ("moe3d/evaluation/", "moe3d/cli/evaluate/")),
    Rule("Scores", ("ShapeError",), ("moe3d/evaluation/",)),
    Rule("Files that cannot be written", ("OutputError",)),
    Rule("Another machine", ("ServerError",)),
    Rule("Another machine", places=("moe3d/remote/", "moe3d/cli/serve.py", "moe3d/cli/engines.py")),
    Rule("A device that is not there", ("DeviceError",)),
    Rule("Aligning clouds", places=("moe3d/scene/registration/",)),
    Rule("Meshes", places=("moe3d/scene/meshes/",)),
    Rule("Arrays from Python", ("ShapeError", "RecordError")),
    Rule("An error in the window", (WINDOW,)),
    Rule("An option that cannot be meant", ("UsageError",)),
)
"""The first rule that takes a message decides."""


@dataclass(frozen=True)
class Note:
    """Words of the program that are no error of ours, and yet are looked for."""

    template: str
    section: str
    place: str


NOTES = (
    Note("out of memory at first; then …", "Out of memory", "moe3d/inference/reconstructor.py"),
    Note(
        "out of memory: cameras and depth are the network's own (…)",
        "Out of memory",
        "moe3d/inference/reconstructor.py",
    ),
    Note(
        "out of memory: close other programs, or use fewer photos",
        "Out of memory",
        "app/state/job.py",
    ),
    Note("unexpected error: …: …", "An error in the window", "app/state/job.py"),
)


def section_of(message: Message) -> str:
    """The heading in docs/troubleshooting.md.

    Raises:
        LookupError: no rule takes the message: add one, and its section.
    """
    for rule in RULES:
        if rule.takes(message):
            return rule.section
    raise LookupError(f"no section of docs/troubleshooting.md is for {message}")


def said_messages() -> list[Message]:
    """Those that have words of their own; others hand on what a file's reader said."""
    return [message for message in all_messages() if message.words]


def messages_page() -> str:
    """The page's text."""
    by_section: dict[str, set[str]] = {}
    for message in said_messages():
        by_section.setdefault(section_of(message), set()).add(message.template)
    for note in NOTES:
        by_section[note.section].add(note.template)
    order = list(dict.fromkeys(rule.section for rule in RULES))
    lines = [START]
    for section in sorted(by_section, key=order.index):
        lines += [f"## {section}", "", f"[What to do](troubleshooting.md#{anchor(section)})", ""]
        lines += _list(by_section[section])
        lines.append("")
    return "\n".join(lines)


def anchor(heading: str) -> str:
    """The heading's name in links, as both the site and code hosts make it."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def _in_words(template: str) -> tuple[str, str]:
    return template.strip(f"{FILLED} :").lower(), template


def _list(templates: Iterable[str]) -> list[str]:
    lines = []
    for template in sorted(templates, key=_in_words):
        fence = "``" if "`" in template else "`"
        space = " " if fence == "``" else ""
        lines += textwrap.wrap(
            f"{fence}{space}{template}{space}{fence}",
            COLUMNS,
            initial_indent="* ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines

"""Code blocks of README and documentation: what is in them, which run in tests, which cannot."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parents[2]
MADE = ("commands.md", "messages.md", "reference.md")
"""Pages that are made from the program: their words are not typed by readers."""
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.M | re.S)

INDENTED = re.compile(r"(?<=\n\n)(?:    .*\n|\n(?=    ))+")
"""Lines after an empty one, and empty ones between them."""

NOT_RUN: Mapping[str, str] = MappingProxyType(
    {
        r"make ": "sets up the machine; `make run` and `make test` are what is run anyway",
        r"git clone |cd viewer": "needs the network",
        r"(\S*python -m )?pip install |\S*python -m pip install ": "needs the network",
        r"(python|python3|py -3\.12) -m venv |\. env/bin": "makes an environment of its own",
        r"\S*moe3d-viewer": "opens the window, which its own tests do",
        r"moe3d models download ": "fetches 5 GB",
        r"moe3d .*(vggt-1b|vggt/(model|narrow))": "needs the weights of VGGT-1B",
        r"moe3d .*(captures/|kept_out/|out/kitchens)": "is about the reader's own captures",
        r"moe3d train --config run\.toml": "is about the reader's own settings",
        r"moe3d (ablate|scenes --seed 60000)": "trains for an hour, or draws for it",
        r"moe3d eval .*--synthetic (50|60)": "takes half an hour; its own tests run it, smaller",
        r"torchrun ": "needs several processes; its own test starts them",
        r"tensorboard ": "serves until it is stopped",
        r"moe3d serve": "serves until it is stopped; its own tests start it",
        r"moe3d .*--server|export MOE3D_TOKEN|ssh ": "is about the reader's own machines",
        r"moe3d batch scenes/|sbatch ": "is about the reader's own scenes; its own tests run it",
        r"ns-train ": "nerfstudio is not installed here",
    }
)
"""First words of commands that are only parsed, where they are ours, and why."""


@dataclass(frozen=True)
class Block:
    """A block of code of one page."""

    page: str
    kind: str
    """The fence's language; "shell" for indented blocks."""
    text: str

    @property
    def commands(self) -> tuple[str, ...]:
        """Of a shell block: commands without comments and prompts, joined over line ends."""
        lines = self.text.replace("\\\n", " ").splitlines()
        bare = [re.sub(r"\s+#( .*)?$", "", line).strip() for line in lines]
        return tuple(
            part.strip()
            for line in bare
            if line and not line.startswith("#")
            for part in line.split(" && ")
        )


def pages() -> list[Path]:
    """README and every page that people wrote."""
    written = sorted(path for path in (ROOT / "docs").rglob("*.md") if path.name not in MADE)
    return [ROOT / "README.md", *written]


def all_blocks() -> list[Block]:
    """Every block of every page, in order."""
    return [block for path in pages() for block in blocks_of(path)]


def blocks_of(path: Path) -> list[Block]:
    """Blocks of one page in their order: fenced ones, and indented ones after an empty line."""
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text(encoding="utf-8")
    found = [(fence.start(), Block(name, fence[2], fence[3])) for fence in FENCE.finditer(text)]
    bare = FENCE.sub(lambda fence: re.sub(r"[^\n]", "#", fence[0]), text)
    for shell in INDENTED.finditer(bare):
        lines = [line[4:] for line in shell[0].splitlines()]
        found.append((shell.start(), Block(name, "shell", "\n".join(lines).strip() + "\n")))
    return [block for _, block in sorted(found, key=lambda place: place[0])]


def why_not_run(command: str) -> str:
    """The reason of the list; empty for commands that run in tests."""
    for start, reason in NOT_RUN.items():
        if re.match(start, command):
            return reason
    return ""

"""Makes what the documentation takes from the program: `make docs-pages`.

python -m tests.docs                # commands.md, messages.md, reference.md, pictures of axes
python -m tests.docs experts        # runs the sample: figures and picture of experts.md
"""

import sys
from pathlib import Path

from tests.docs.axes import pictures
from tests.docs.commands import commands_page
from tests.docs.messages import messages_page
from tests.docs.reference import reference_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def made_files() -> dict[str, str]:
    """Text of every file under `docs/` that is made."""
    made = {f"images/axes/{name}": text for name, text in pictures().items()}
    return {
        **made,
        "commands.md": commands_page(),
        "messages.md": messages_page(),
        "reference.md": reference_page(),
    }


def main(words: list[str]) -> None:
    """Write them, or show the figures of the experts."""
    if words == ["experts"]:
        from tests.docs.experts import draw, figures, reconstruct

        prediction = reconstruct()
        draw(prediction, DOCS / "images" / "experts")
        for name, value in figures(prediction).items():
            print(f"{name}: {value:.4g}")
        return
    for name, text in made_files().items():
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])

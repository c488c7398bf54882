import subprocess
import sys

import pytest

from moe3d.cli.commands import COMMANDS
from moe3d.cli.main import run_command
from moe3d.cli.research import COMMANDS as RESEARCH_COMMANDS
from moe3d.cli.research import PATCH_EMBED_START, load_by_name


@pytest.mark.parametrize("place", [*RESEARCH_COMMANDS.values(), PATCH_EMBED_START])
def test_what_the_door_names_is_there(place):
    assert callable(load_by_name(place))


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit):
        run_command(["--help"])
    text = capsys.readouterr().out
    assert all(name in text for name in (*COMMANDS, *RESEARCH_COMMANDS))


@pytest.mark.parametrize("arguments", [["models"], ["train", "--help"]])
def test_the_product_works_without_the_research_room(arguments):
    code = (
        "import sys; sys.modules['moe3d.research'] = None; "  # as if it were not there
        f"from moe3d.cli.main import main; main({arguments})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

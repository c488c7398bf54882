"""`moe3d --version` answers before anything else is loaded."""

import subprocess
import sys

from moe3d.cli.main import run_command
from moe3d.version import __version__


def test_the_version_is_one_line(capsys):
    assert run_command(["--version"]) == 0
    assert capsys.readouterr().out == f"moe3d {__version__}\n"


def test_the_version_answers_without_torch_and_numpy():
    code = (
        "import sys\n"
        "from moe3d.cli.main import main\n"
        "try: main(['--version'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert not {'torch', 'numpy', 'tyro'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

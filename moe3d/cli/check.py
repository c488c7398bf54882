"""`moe3d check`: what this machine can do, and what is missing."""

import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
from dataclasses import dataclass
from typing import Any

from moe3d.cli.console import print_result
from moe3d.own_process import worker_command

OPTIONAL = {
    "pi_heif": "reads HEIC photos from phones: pip install pi-heif",
    "open3d": "makes Poisson and TSDF meshes",
    "tensorboard": "draws training curves: pip install moe3d-viewer[train]",
}

GRAPHICS_LIMIT_S = 60


@dataclass(frozen=True)
class CheckCommand:
    """Report Python, torch, devices, memory, models and optional packages of this machine."""

    json: bool = False
    """Print the report as JSON."""

    def run(self) -> int:
        """Print the report and return 0."""
        report = _report()
        lines = [f"{name}: {value}" for name, value in report.items() if name != "models"]
        lines += [f"model {model['id']}: {model['where']}" for model in report["models"]]
        print_result("\n".join(lines), report, self.json)
        return 0


def _report() -> dict[str, Any]:
    import torch

    import moe3d
    from moe3d.inference.device import describe_device, select_compute, select_device
    from moe3d.model.known_models import known_models

    device = select_device("auto")
    return {
        "moe3d": moe3d.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "torch": torch.__version__,
        "device": describe_device(device),
        "precision for mini": select_compute("auto", "auto", 0).precision,
        "precision for VGGT-1B": select_compute("auto", "auto", 1_200_000_000).precision,
        "memory": f"{_memory_bytes() / 2**30:.1f} GiB",
        "Qt": _version("PySide6-Essentials"),
        "display": os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "none",
        **_graphics(),
        "optional": {name: _presence(name) for name in OPTIONAL},
        "models": [
            {"id": model.id, "where": str(model.path or "not on this machine")}
            for model in known_models()
        ],
    }


def _graphics() -> dict[str, str]:
    """What the window and its 3D view would find; tried in a process of its own."""
    try:
        done = subprocess.run(
            worker_command("graphics"),
            capture_output=True,
            text=True,
            timeout=GRAPHICS_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"window": f"none: the display did not answer in {GRAPHICS_LIMIT_S} s"}
    try:
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        said = [line for line in done.stderr.splitlines() if line.startswith("No window")]
        reason = said[0] if said else f"trying it ended with code {done.returncode}"
        return {"window": f"none: {reason.removeprefix('No window can open: ')}"}
    through = f" through {found['interface']}" if "interface" in found else ""
    problem = f"none: {found['problem']}"
    return {
        "window": found["window"],
        "OpenGL": f"{found['opengl']}{through}" if found["opengl"] else "none",
        "3D view": problem if found["problem"] else "there",
    }


def _presence(module: str) -> str:
    found = importlib.util.find_spec(module) is not None
    return "there" if found else f"missing ({OPTIONAL[module]})"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0

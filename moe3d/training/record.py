"""What a run leaves beside its weights: settings, surroundings, scores."""

import json
import platform
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from moe3d.errors import CheckpointError
from moe3d.io.files.atomic import new_file
from moe3d.io.files.outside_files import read_json, reading
from moe3d.model.config import ModelConfig
from moe3d.training.config import TrainingConfig
from moe3d.training.config_file import config_text
from moe3d.training.validation import ValidationScores

CONFIG_FILE, ENVIRONMENT_FILE = "config.toml", "environment.json"
METRICS_FILE, FINISHED_FILE = "metrics.json", "finished.json"


def write_record(config: TrainingConfig, architecture: ModelConfig, device: torch.device) -> None:
    """Settings and surroundings of a run, before its first step."""
    _write(config.output / CONFIG_FILE, config_text(config))
    record = {
        "git_commit": git_commit(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "architecture": architecture.to_json(),
    }
    _write(config.output / ENVIRONMENT_FILE, json.dumps(record, indent=1) + "\n")


def write_metrics(folder: Path, scores: ValidationScores, step: int, elapsed_s: float) -> None:
    """Scores of a finished run."""
    record: dict[str, Any] = {"step": step, "elapsed_s": elapsed_s, "validation": asdict(scores)}
    _write(folder / METRICS_FILE, json.dumps(record, indent=1) + "\n")


def mark_finished(folder: Path, step: int) -> None:
    """Note that all of a run is done."""
    _write(folder / FINISHED_FILE, json.dumps({"step": step}) + "\n")


def finished_step(folder: Path) -> int:
    """The last step of a run that is done; 0 for one that is not."""
    path = folder / FINISHED_FILE
    if not path.is_file():
        return 0
    record = read_json(path, CheckpointError)
    with reading(path, CheckpointError, "says no last step"):
        return int(record["step"])


def git_commit() -> str:
    """The commit of this program's source; "unknown" where it is no checkout."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return answer.stdout.strip()


def _write(path: Path, text: str) -> None:
    with new_file(path, overwrite=True) as part:
        part.write_text(text, encoding="utf-8")
